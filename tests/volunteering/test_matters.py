"""The mark of volunteer organisations and the designation of systems: from the application to the public list."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from shetong.casework import catalogue
from shetong.casework.services import decision, intake, review, submission
from shetong.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from shetong.registry.models import AttributeCode, Filing, FilingKind, Organisation
from shetong.volunteering.models import VolunteerSystem
from shetong.volunteering.queries import marks as queries
from shetong.volunteering.services import marks
from tests.casework import factories as cases
from tests.casework.applications import begun, body, decided, findings, refused_fields, today
from tests.registry import factories as registry
from tests.volunteering.test_pages import good

pytestmark = pytest.mark.django_db

PURPOSE = {
    "purpose": {
        "purpose_clause": "组织会员开展社区志愿服务。", "clause_number": "第三条", "charter_approved_on": "2024-03-01",
    },
    "work": {"main_field": "community", "volunteers": 120, "keeps_records": True, "work_done": "每周陪伴老人。"},
}  # fmt: skip
SYSTEM = {
    "system": {
        "system_name": "示范志愿服务平台", "system_code": "demo-city", "system_address": "https://volunteer.example.org/",
        "system_scope": "region", "system_covers": "北京市",
    },
    "safety": {"follows_standard": True, "protection_level": 3, "consents_apart": True, "free_of_charge": True},
}  # fmt: skip


def changed(form: dict[str, Any], section: str, **given: Any) -> dict[str, Any]:
    return {**form, section: {**form[section], **given}}


def test_a_body_is_identified_as_a_volunteer_organisation(client: Client) -> None:
    organisation, agent = body(name="北京市示范邻里互助会")
    case = begun("VOL-MARK", organisation, agent, PURPOSE)
    assert findings(case) == []
    decided(case)
    assert queries.is_marked(organisation.pk)
    filing = Filing.objects.get(organisation=organisation, kind=FilingKind.ATTRIBUTE)
    assert str(filing.effective_on) == today()
    page = good(client.get("/volunteering/organisations/?q=邻里&division=北京市"))
    assert organisation.name in page
    assert organisation.name not in good(client.get("/volunteering/organisations/?division=上海市"))
    assert "没有找到" in good(client.get("/volunteering/organisations/?q=没有这样的"))
    again = begun("VOL-MARK", organisation, agent, PURPOSE)
    assert {one.code for one in findings(again)} == {"marked-already"}


@pytest.mark.parametrize(
    ("section", "given", "code"),
    [
        ("purpose", {"purpose_clause": "开展学术交流。"}, "purpose-unclear"),
        ("work", {"keeps_records": False}, "no-records"),
    ],
)
def test_what_a_volunteer_organisation_needs(section: str, given: dict[str, Any], code: str) -> None:
    organisation, agent = body(name="北京市示范邻里互助会")
    assert code in {
        one.code for one in findings(begun("VOL-MARK", organisation, agent, changed(PURPOSE, section, **given)))
    }


def test_names_that_say_so_are_marked_by_themselves_and_lose_it_with_the_name() -> None:
    named = registry.register_organisation(name="北京市示范志愿者协会")
    other = registry.register_organisation(name="北京市示范书法协会")
    assert marks.mark_by_name() == (1, 0)
    assert queries.is_marked(named.pk)
    assert not queries.is_marked(other.pk)
    assert marks.mark_by_name() == (0, 0)
    agent_case = named.attributes.get(code=AttributeCode.VOLUNTEER_ORGANISATION)
    assert agent_case.value == marks.BY_NAME
    Organisation.objects.filter(pk=named.pk).update(name="北京市示范邻里协会")
    ended = marks.mark_by_name()
    assert ended in ((0, 1), (0, 0))  # what began today ends tomorrow at the earliest


def test_a_system_is_designated_by_the_ministry(client: Client) -> None:
    organisation, agent = body()
    case = begun("VOL-SYSTEM", organisation, agent, SYSTEM)
    assert findings(case) == []
    submission.submit(case_id=case.pk, actor=case.applicant)
    case.refresh_from_db()
    assert case.authority_division == "100000"
    with pytest.raises(ForbiddenError):
        intake.accept(case_id=case.pk, actor=cases.registrar("110000"))
    clerk, chief = cases.registrar("100000"), cases.chief("100000")
    intake.accept(case_id=case.pk, actor=clerk)
    for _ in catalogue.national(case.matter).steps[1:]:
        review.forward(case_id=case.pk, actor=clerk, opinion="同意。")
    decision.approve(case_id=case.pk, actor=chief, reason="符合规定。")
    system = VolunteerSystem.objects.get()
    assert (system.code, system.organisation, system.certified_at) == ("demo-city", organisation, None)
    held = queries.held(AttributeCode.VOLUNTEER_SYSTEM).get()
    assert held.value == "示范志愿服务平台"
    assert "示范志愿服务平台" in good(client.get("/volunteering/systems/"))
    taken = {one.code for one in findings(begun("VOL-SYSTEM", organisation, agent, SYSTEM))}
    assert {"system-code-taken", "system-name-taken", "system-held"} <= taken
    with pytest.raises(ForbiddenError):
        marks.end_designation(actor=cases.chief("110000"), code="demo-city", reason="不再符合条件")
    with pytest.raises(InvalidInputError):
        marks.end_designation(actor=chief, code="demo-city", reason="")
    marks.end_designation(actor=chief, code="demo-city", reason="不再符合条件")
    assert "不再符合条件" in good(client.get("/volunteering/systems/"))
    with pytest.raises(WrongStateError):
        marks.end_designation(actor=chief, code="demo-city", reason="不再符合条件")


@pytest.mark.parametrize(
    ("section", "given", "field"),
    [
        ("system", {"system_code": "Bad Code"}, "system_code"),
        ("system", {"system_address": "http://volunteer.example.org"}, "system_address"),
        ("safety", {"free_of_charge": False}, "free_of_charge"),
        ("safety", {"consents_apart": False}, "consents_apart"),
    ],
)
def test_what_a_system_needs(section: str, given: dict[str, Any], field: str) -> None:
    organisation, agent = body()
    assert field in refused_fields(begun("VOL-SYSTEM", organisation, agent, changed(SYSTEM, section, **given)))


def test_weak_protection_is_pointed_out() -> None:
    organisation, agent = body()
    case = begun("VOL-SYSTEM", organisation, agent, changed(SYSTEM, "safety", protection_level=2))
    assert {one.code for one in findings(case)} == {"system-protection"}
