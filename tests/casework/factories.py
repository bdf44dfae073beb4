"""Applications, officials and cases for tests, made through the real services."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from django.utils import timezone
from pypdf import PdfWriter

from shetong.accounts.models import User
from shetong.casework import catalogue
from shetong.casework.models import Case
from shetong.casework.services import decision, drafts, intake, materials, review, submission
from tests.registry import factories as registry

DISTRICT = "110105"


def applicant() -> User:
    """Return a citizen with an account."""
    return User.objects.create_user(username=f"citizen-{registry.next_number()}", display_name="陈示范")


def registrar(division: str = DISTRICT) -> User:
    """Return a registrar of a county-level authority."""
    return registry.official("registrar", division)


def chief(division: str = DISTRICT) -> User:
    """Return the one who decides there."""
    return registry.official("chief-registrar", division)


def person(**overrides: Any) -> dict[str, Any]:
    """Return an invented person as the form asks for one."""
    return {"name": "赵示范", "identity_number": registry.identity_number(), "phone": "13800001234", **overrides}


def association_form(**overrides: Any) -> dict[str, Any]:
    """Return the answers of a lawful application for a social group of a district of Beijing."""
    number = registry.next_number()
    form: dict[str, Any] = {
        "body": {
            "name": f"北京市朝阳区第{number}邻里互助协会",
            "purpose": "促进邻里互助。",
            "business_scope": "组织邻里互助活动，开展社区服务。",
            "field": "社会服务",
        },
        "seat": {"division_code": DISTRICT, "domicile": "北京市朝阳区示范路1号"},
        "means": {
            "registered_funds": "3万元",
            "members_individual": 60,
            "members_unit": 0,
            "staff": 2,
            "activity_area": "北京市朝阳区",
        },
        "supervision": {"supervising_body": "北京市朝阳区民政局", "direct_registration": False},
        "founders": [person(), person(name="钱示范")],
        "representative": {"legal_representative": "孙示范"},
        "officers": [
            person(role="president", name="孙示范"),
            person(role="secretary-general", name="李示范"),
            person(role="supervisor", name="周示范"),
        ],
        "contact": {"contact_name": "陈示范", "contact_phone": "13800005678"},
    }
    for section, answers in overrides.items():
        form[section] = {**form[section], **answers} if isinstance(answers, dict) else answers
    return form


def liquidation_form() -> dict[str, Any]:
    """Return the answers about a liquidation that was carried out lawfully and ended today."""
    today = str(timezone.localdate())
    return {
        "ending": {
            "ending_cause": "dissolved",
            "resolved_on": today,
            "ending_reason": "会员大会决议解散。",
            "consented_on": today,
        },
        "group": {"liquidated_from": today},
        "liquidators": [{"liquidator": "郑示范", "liquidator_role": "head"}],
        "creditors": {"creditors_announced_on": today, "announced_in": "示范日报"},
        "settlement": {
            "liquidated_to": today,
            "debts_settled": True,
            "remaining_amount": "0元",
            "remaining_property": "没有剩余财产。",
            "returned": True,
        },
    }


def draft(by: User | None = None, **overrides: Any) -> Case:
    """Return an application for a social group, filled in wholly."""
    actor = by or applicant()
    case = drafts.begin(matter="SO-SG-EST", applicant=actor)
    faults = drafts.save_all(case_id=case.pk, actor=actor, form=association_form(**overrides))
    assert faults == {}, faults
    hand_in_materials(case)
    case.refresh_from_db()
    return case


@lru_cache(maxsize=100)
def pdf(text: str = "示范材料") -> bytes:
    """Return a plain PDF; other texts give other contents."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": text})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def hand_in_materials(case: Case) -> None:
    """Hand in one file for each required material."""
    case.refresh_from_db()
    materials.upload_all(case_id=case.pk, actor=case.applicant, files=required_materials(case))


def required_materials(case: Case) -> list[materials.Handed]:
    """Return one file for each material that the application calls for."""
    return [
        materials.Handed(material.code, f"{material.title}.pdf", pdf(material.title))
        for material in catalogue.national(case.matter).applying(case.form).materials
        if material.required
    ]


def submitted(by: User | None = None, **overrides: Any) -> Case:
    """Return an application that was handed in."""
    case = draft(by, **overrides)
    return submission.submit(case_id=case.pk, actor=case.applicant)


def accepted(officer: User | None = None, **overrides: Any) -> Case:
    """Return a case in its first review."""
    case = submitted(**overrides)
    return intake.accept(case_id=case.pk, actor=officer or registrar())


def at_decision(officer: User | None = None, **overrides: Any) -> Case:
    """Return a case whose reviews are done."""
    first = officer or registrar()
    case = accepted(first, **overrides)
    review.forward(case_id=case.pk, actor=first, opinion="材料齐全，同意。")
    return review.forward(case_id=case.pk, actor=registrar(), opinion="同意。")


def approved(**overrides: Any) -> Case:
    """Return a case that was granted."""
    case = at_decision(**overrides)
    return decision.approve(case_id=case.pk, actor=chief(), reason="符合法定条件，准予登记。")[0]
