"""One of everything that charities publish and that is said of them, made through the real services."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from shetong.accounts.models import User
from shetong.charity.models import CharitableTrust, CreditKind, CreditSubject, DutyKind, TrustFilingKind
from shetong.charity.queries import disclosure as queries
from shetong.charity.rules.disclosure_contents import CONTENTS
from shetong.charity.rules.ratios import Figures
from shetong.charity.services import annual_figures, credit, disclosure, honours, progress, trusts
from shetong.charity.services.plans import file_plan
from shetong.registry.models import AttributeCode, Organisation
from shetong.registry.services import referrals
from shetong.registry.services.attributes import grant_attribute
from tests.casework import factories as cases
from tests.casework.applications import body
from tests.charity.test_plans import answers


def parts(kind: str, text: str = "如实公布。") -> dict[str, str]:
    """Every part of an entry with the same text."""
    return {part.name: text for part in CONTENTS[kind]}


def charity() -> tuple[Organisation, User]:
    """A charity of years that may raise money in public, with its agent."""
    organisation, agent = body("FD", demo=True)
    for code in (AttributeCode.CHARITY, AttributeCode.PUBLIC_FUNDRAISING):
        grant_attribute(
            organisation_id=organisation.pk, code=code, basis="决定", effective_on=date(2020, 1, 1), actor=None
        )
    return organisation, agent


def photograph(*, place: bool = True) -> bytes:
    """A small photograph as a phone takes it, with its place hidden in it."""
    picture = Image.new("RGB", (640, 480), "seagreen")
    exif = picture.getexif()
    if place:
        exif[0x010F] = "SecretPhone"
        exif.get_ifd(0x8825)[1] = "N"
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif)
    return target.getvalue()


def things() -> dict[str, Any]:
    """Return what addresses of disclosure and credit name."""
    organisation, agent = charity()
    today = timezone.localdate()
    plan = file_plan(
        organisation=organisation,
        values=answers(start_date=today - timedelta(days=30), end_date=today + timedelta(days=300)),
        authority="北京市民政局", filed_on=today, case_number="", actor="system:tests",
    )  # fmt: skip
    project = plan.activity.project
    disclosure.refresh(organisation)
    annual_figures.record(
        organisation=organisation, actor=agent,
        figures=Figures(
            today.year - 1, 100_000_000, 0, 0, 600_000_000, 75_000_000, 5_000_000, 82_000_000, 0, 90_000_000
        ),
    )  # fmt: skip
    entry = progress.report(
        project=project.number, title="第一批午餐已经送到", covers_to=today, parts=parts(DutyKind.PROJECT_PROGRESS),
        photos=[progress.Photo(photograph(), "厨房里准备好的午餐。")], actor=agent,
    )  # fmt: skip
    assert entry.report is not None
    given: dict[str, Any] = {
        "trust_name": "山区助学慈善信托", "trust_purpose": "资助山区学生。", "trust_amount": 100_000_000,
        "signed_on": str(today), "settlor_public": False,
    }  # fmt: skip
    trust: CharitableTrust = trusts.file_trust(
        kind=TrustFilingKind.NEW, trustee_code=organisation.public_code, values=given, authority="北京市民政局",
        filed_on=today, case_number="", actor="system:tests",
    )  # fmt: skip
    chief = cases.chief("110000")
    record = credit.notify(
        kind=CreditKind.BREACH, subject=CreditSubject.CHARITY, facts="没有按期公布。", provision="《慈善法》第七十九条",
        actor=chief, division_code="110000", organisation=organisation,
    )  # fmt: skip
    honour = honours.grant(
        shown="赵先生", ground="连续资助山区学生。", total=50_000_000, period_from=date(2023, 1, 1),
        period_to=date(2025, 12, 31), document="京民奖〔2026〕1号", consented_on=date(2026, 3, 1), actor=chief,
        authority=organisation.authority,
    )  # fmt: skip
    referral = referrals.refer(
        organisation=organisation, source="tests/1", ground="未按期公开信息", provision="",
        facts=[("期限", "2026-05-31")], referred_on=today,
    )  # fmt: skip
    assert referral is not None
    return {
        "charity": organisation.public_code,
        "plan": plan.number,
        "trust": trust.number,
        "reported": project.number,
        "entry": entry.pk,
        "photo": entry.report.photos.get().pk,
        "duty": queries.open_duties(organisation)[0].pk,
        "record": record.pk,
        "honour": honour.pk,
        "referral": referral.pk,
        "agent": agent,
    }
