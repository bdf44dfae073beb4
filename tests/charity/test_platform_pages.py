"""Pages about platforms: for everybody, for engineers, for both sides of a discrepancy, for the office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.services import roles
from shetong.casework.models import Case, State
from shetong.casework.rules import forms
from shetong.casework.services import answers, decision, drafts, intake, mandates, review, submission
from shetong.charity.models import (
    Discrepancy,
    Platform,
    PlatformComplaint,
    PlatformFinding,
    PlatformMember,
)
from shetong.charity.platform_client import Client, private_key
from shetong.charity.platform_matters import PLATFORM_MATTER
from shetong.charity.queries.platforms import scorecard
from shetong.charity.rules.certification import STEPS
from shetong.charity.rules.platform_errors import ALL
from shetong.charity.services.platforms import complaints
from shetong.charity.views.platforms.interface import EXAMPLE
from shetong.core.errors import ConflictError, DomainError
from shetong.core.identifiers import organisation_code_check_character, uscc_check_character
from shetong.registry.services import api_rates
from tests.casework import factories as cases
from tests.charity import platforms
from tests.charity.platforms import gift
from tests.pages import faults
from tests.registry.factories import next_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unspent() -> Iterator[None]:
    api_rates.forget()
    yield
    api_rates.forget()


def browser(user: User) -> Browser:
    found = Browser()
    found.force_login(user)
    return found


def official(role: str, division: str = "100000") -> Browser:
    user = User.objects.create_user(f"{role}-{next_number()}", password=None, demo=True)
    roles.grant(user=user, role=role, division_code=division, reason="测试", actor=None)
    return browser(user)


def differing() -> tuple[Platform, User]:
    """A platform with its engineer, whose yesterday differs in one donation and who charged a fee."""
    platform = platforms.platform()
    plan = platforms.plan(platform)
    engineer = User.objects.create_user(f"engineer-{next_number()}", password=None)
    PlatformMember.objects.create(platform=platform, user=engineer, added_at=timezone.now())
    program = platforms.client(platform)
    platforms.published(program, plan)
    day = timezone.localdate() - timedelta(days=1)
    at = f"{day}T12:00:00+08:00"
    program.donations([gift("A1", 500, donated_at=at), gift("A2", 700, donated_at=at)])
    program.reconcile(str(day), {"A1": 501, "A2": 700})
    arrival = {
        "number": "T1", "plan": plan.number, "amount": 500, "fee": 5, "account_holder": plan.organisation.name,
        "given_from": at, "given_to": at, "arrived_at": at,
    }  # fmt: skip
    program.arrivals([arrival])
    return platform, engineer


def test_everybody_sees_platforms_and_may_complain(client: Browser) -> None:
    platform = platforms.platform(scope="发布公开募捐信息")
    assert faults(client.get("/charity/platforms/").text) == []
    page = client.get(f"/charity/platforms/{platform.code}/")
    assert faults(page.text) == []
    assert "发布公开募捐信息" in page.text
    where = f"/charity/platforms/{platform.code}/"
    assert client.post(where, {"text": "短"}).status_code == 422
    assert client.post(where, {"text": "页面名称和备案名称不一样", "contact": "13800001234"}).status_code == 302
    for status in (302, 302, 302, 302, 422):
        assert client.post(where, {"text": "页面名称和备案名称不一样"}).status_code == status
    made = PlatformComplaint.objects.earliest("pk")
    assert b"13800001234" not in bytes(made.contact_sealed or b"")
    assert made.due_on > timezone.localdate()
    told = client.get("/api/v1/charity/platforms").json()["items"]
    assert [one["code"] for one in told] == [platform.code]


def test_the_interface_is_explained_from_the_code(client: Browser) -> None:
    page = client.get("/charity/platforms/interface/")
    errors = client.get("/charity/platforms/interface/errors/")
    assert faults(page.text) == faults(errors.text) == []
    assert all(step.how in page.text.replace("&quot;", '"') for step in STEPS)
    assert all(f'id="{code}"' in errors.text for code in ALL)


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    program = platforms.client(platforms.platform(), platforms.PlatformEnvironment.SANDBOX)
    names: dict[str, Any] = {"Client": lambda *_: program, "private_key": private_key}
    lines = [line for line in EXAMPLE.splitlines(keepends=True) if not line.startswith("from ")]
    exec("".join(lines), {**names, "CLIENT_ID": "", "SECRET": "", "PRIVATE_KEY": "A" * 43 + "="})
    assert capsys.readouterr().out == "1 []\nTrue\n"


def test_an_engineer_registers_programs(client: Browser) -> None:
    platform, engineer = differing()
    page = browser(engineer)
    where = f"/hall/platforms/{platform.code}/"
    assert faults(page.get("/hall/platforms/").text) == []
    assert faults(page.get(where).text) == []
    key = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    made = page.post(where, {"environment": "sandbox", "label": "试用", "public_key": key})
    assert "客户端编号" in made.text
    refused = page.post(where, {"environment": "production", "label": "正式", "public_key": key})
    assert refused.status_code == 422
    assert page.post(where, {"environment": "sandbox", "label": "", "public_key": key}).status_code == 422
    program = platform.clients.order_by("pk").last()
    assert program is not None
    page.post(f"{where}programs/{program.pk}/revoke/")
    program.refresh_from_db()
    assert program.revoked_at is not None
    assert browser(User.objects.create_user("stranger", password=None)).get(where).status_code == 404
    assert client.get(where).status_code == 302


def test_both_sides_explain_a_discrepancy() -> None:
    _platform, engineer = differing()
    found = Discrepancy.objects.get()
    organisation = found.organisation
    assert organisation is not None
    agent = cases.applicant()
    mandates.grant(
        organisation_code=organisation.public_code, organisation_name=organisation.name, division_code="110000",
        user=agent, basis="授权书", actor=None,
    )  # fmt: skip
    page = browser(engineer)
    assert faults(page.get("/hall/platforms/discrepancies/").text) == []
    where = f"/hall/platforms/discrepancies/{found.pk}/"
    page.post(where, {"text": "平台多记一分", "settles": "1"})
    found.refresh_from_db()
    assert not found.explained
    browser(agent).post(where, {"text": "以系统为准", "settles": "1"})
    found.refresh_from_db()
    assert found.explained
    stranger = browser(User.objects.create_user("stranger", password=None))
    assert stranger.post(where, {"text": "x"}).status_code == 404


def test_the_office_sees_scorecards_and_settles_findings() -> None:
    platform, _engineer = differing()
    page = official("chief-registrar")
    today = timezone.localdate()
    half = 1 if today.month < 7 else 2
    for where in ("", f"{platform.code}/", f"{platform.code}/{today.year}/{half}/"):
        answer = page.get(f"/office/platforms/{where}")
        assert (answer.status_code, faults(answer.text)) == (200, []), where
    export = page.get(f"/office/platforms/{platform.code}/{today.year}/{half}/?form=csv")
    assert "入账笔数,2" in export.content.decode("utf-8-sig")
    assert page.get(f"/office/platforms/{platform.code}/{today.year}/3/").status_code == 404
    finding = PlatformFinding.objects.get(kind="fee")
    page.post(f"/office/platforms/findings/{finding.pk}/", {"words": ""})
    # Each sees what its own organisations are concerned by; complaints are the ministry's.
    complaints.make(platform=platform, page="P1", text="页面名称和备案名称不一样", contact="")
    whole = page.get(f"/office/platforms/{platform.code}/").text
    here = official("chief-registrar", "110000").get(f"/office/platforms/{platform.code}/").text
    elsewhere = official("chief-registrar", "440000")
    there = elsewhere.get(f"/office/platforms/{platform.code}/").text
    told = ("扣费0.05元", "A1", "页面名称和备案名称不一样")
    assert [[one in text for one in told] for text in (whole, here, there)] == [
        [True, True, True], [True, True, False], [False, False, False],
    ]  # fmt: skip
    assert elsewhere.post(f"/office/platforms/findings/{finding.pk}/", {"words": "x"}).status_code == 404
    where = f"/hall/platforms/discrepancies/{Discrepancy.objects.get().pk}/"
    assert elsewhere.post(where, {"text": "x"}).status_code == 404
    page.post(f"/office/platforms/findings/{finding.pk}/", {"words": "已责令退还"})
    finding.refresh_from_db()
    assert finding.settlement == "已责令退还"
    page.post(f"/office/platforms/{platform.code}/withdraw/", {"reason": "连续两次考核不合格"})
    platform.refresh_from_db()
    assert platform.withdrawn_on == today + timedelta(days=1)


def test_a_scorecard_counts_what_was_reported() -> None:
    platform, _engineer = differing()
    today = timezone.localdate()
    card = scorecard.of(platform, scorecard.Period(today - timedelta(days=2), today))
    assert (card.taken, card.amount, card.days, card.reported, card.agreed) == (2, 1_200, 1, 1, 0)
    assert (card.discrepancies, card.open_discrepancies, card.discrepant_amount) == (1, 1, 1)
    assert (card.fees, {kind: count for kind, count, _ in card.findings}["fee"]) == (5, 1)
    assert (card.in_time, card.reconciled) == (1.0, 0.0)
    empty = scorecard.of(platforms.platform(), scorecard.half_year(2026, 1))
    assert (empty.in_time, empty.reconciled, empty.unsettled) == (None, None, 0)


def test_a_platform_answers_complaints(client: Browser) -> None:
    platform = platforms.platform()
    program: Client = platforms.client(platform)
    made = complaints.make(platform=platform, page="P1", text="页面名称和备案名称不一样", contact="")
    assert [one["id"] for one in program.get("/complaints")["items"]] == [made.pk]
    assert program.post(f"/complaints/{made.pk}/answer", {"text": "已改正"})["answer"] == "已改正"
    later = complaints.make(platform=platform, page="P1", text="页面名称还是不一样呀", contact="")
    assert [one["id"] for one in program.get("/complaints")["items"]] == [later.pk, made.pk]
    made.refresh_from_db()
    assert complaints.days_late(made) == 0


def test_complaints_are_answered_and_only_the_ministry_sees_who_complained() -> None:
    platform, engineer = platforms.platform(), User.objects.create_user("first-engineer", password=None)
    PlatformMember.objects.create(platform=platform, user=engineer, added_at=timezone.now())
    made = complaints.make(platform=platform, page="P1", text="页面名称和备案名称不一样", contact="13800001234")
    page, own = browser(engineer), f"/hall/platforms/{platform.code}/complaints/"
    shown = page.get(own).text
    assert (faults(shown), "页面名称和备案名称不一样" in shown, "1234" in shown) == ([], True, False)
    assert page.post(own, {"complaint": made.pk, "text": " "}).status_code == 422
    assert page.post(own, {"complaint": "²", "text": "x"}).status_code == 422
    assert page.post(own, {"complaint": made.pk, "text": "已改正"}).status_code == 302
    assert browser(User.objects.create_user("stranger", password=None)).get(own).status_code == 404
    where, chief = f"/office/platforms/complaints/{made.pk}/", official("chief-registrar")
    shown = chief.get(where).text
    assert (faults(shown), "138****1234" in shown, "13800001234" in shown) == ([], True, False)
    assert chief.post(where, {"purpose": "curious"}).status_code == 422
    assert not AuditEvent.objects.filter(action="personal-data.read").exists()
    assert "13800001234" in chief.post(where, {"purpose": "ask"}).text
    assert AuditEvent.objects.get(action="personal-data.read").purpose == "向投诉人了解情况"
    assert official("chief-registrar", "110000").get(where).status_code == 404


def test_members_come_and_go_and_one_stays() -> None:
    platform = platforms.platform()
    first, second = (User.objects.create_user(f"engineer-{next_number()}", password=None) for _ in range(2))
    mine = PlatformMember.objects.create(platform=platform, user=first, added_at=timezone.now())
    page, where = browser(first), f"/hall/platforms/{platform.code}/members/"
    for given in ({"leaving": mine.pk}, {"username": "nobody"}, {"username": first.username}, {"leaving": "²"}):
        page.post(where, given)
    assert platform.members.filter(left_at=None).get() == mine
    page.post(where, {"username": second.username})
    shown = page.get(f"/hall/platforms/{platform.code}/").text
    assert (faults(shown), second.username in shown) == ([], True)
    assert page.post(where, {"leaving": mine.pk})["Location"] == "/hall/platforms/"
    assert platform.members.filter(left_at=None).get().user == second
    assert page.post(where, {"username": first.username}).status_code == 404


def test_a_qualification_is_revoked_from_the_office() -> None:
    filed = platforms.plan(platforms.platform())
    where = f"/office/qualifications/{filed.organisation.public_code}/"
    chief = official("chief-registrar", "110000")
    shown = chief.get(where).text
    assert (faults(shown), filed.name in shown) == ([], True)
    given = {
        "document": "京民撤〔2026〕1号", "reason": "违规募捐，情节严重。", "provision": "《慈善法》第一百一十一条",
        "effective_on": str(timezone.localdate()),
    }  # fmt: skip
    assert chief.post(where, given).status_code == 422
    assert chief.post(where, {**given, "reason": "", "certain": "on"}).status_code == 422
    assert chief.post(where, {**given, "certain": "on"}).status_code == 302
    filed.refresh_from_db()
    assert filed.state == "suspended"
    shown = chief.get(where).text
    assert (faults(shown), "京民撤〔2026〕1号" in shown, 'name="document"' in shown) == ([], True, False)
    assert official("chief-registrar", "440000").get(where).status_code == 404
    assert official("registrar", "110000").get(where).status_code == 403


def applied(**changes: Any) -> Case:
    """An application to be designated."""
    flat = {
        "operator_name": "示范平台公司",
        "operator_code": uscc(),
        "discredited": False,
        "platform_name": f"示范公益{next_number()}",
        "platform_code": f"model-{next_number()}",
        "platform_site": "https://platform.example",
        "platform_scope": "发布公开募捐信息",
        "icp_number": "京ICP证000000号",
        "security_level": "3",
        "contact_name": "孙示范",
        "contact_phone": "13800001234",
        **changes,
    }
    case = drafts.begin(matter="CH-PLATFORM", applicant=cases.applicant())
    form = {section.name: {one.name: flat[one.name] for one in section.fields} for section in PLATFORM_MATTER.sections}
    assert drafts.save_all(case_id=case.pk, actor=case.applicant, form=form) == {}
    cases.hand_in_materials(case)
    return case


def uscc() -> str:
    body = f"MA{next_number():06}"
    first = f"91110000{body}{organisation_code_check_character(body)}"
    return first + uscc_check_character(first)


def test_a_platform_is_designated_through_a_case() -> None:
    case = applied()
    case = submission.submit(case_id=case.pk, actor=case.applicant)
    officer, chief = cases.registrar("100000"), cases.chief("100000")
    case = intake.accept(case_id=case.pk, actor=officer)
    case = review.forward(case_id=case.pk, actor=officer, opinion="符合条件")
    # The code was given away while the application was looked at.
    other = platforms.platform(code=forms.flat(PLATFORM_MATTER, answers.whole(case))["platform_code"])
    with pytest.raises(ConflictError) as caught:
        decision.approve(case_id=case.pk, actor=chief, reason="同意指定")
    assert caught.value.code == "platform-code-taken"
    Platform.objects.filter(pk=other.pk).update(code="model-other")
    decision.approve(case_id=case.pk, actor=chief, reason="同意指定")
    case.refresh_from_db()
    assert case.state == State.APPROVED
    platform = Platform.objects.exclude(pk=other.pk).get()
    assert (platform.case_number, platform.members.get().user) == (case.number, case.applicant)
    assert platform.designated(timezone.localdate())


def test_who_is_not_fit_is_not_taken() -> None:
    for changes in (
        {"security_level": "2"}, {"discredited": True}, {"platform_code": "X!"}, {"platform_site": "javascript:x"},
    ):  # fmt: skip
        case = applied(**changes)
        with pytest.raises(DomainError):
            submission.submit(case_id=case.pk, actor=case.applicant)
