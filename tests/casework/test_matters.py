"""Declarations of matters, and the changes of a registered body: what is asked when, what approval does; as tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shetong.accounts.models import AuditEvent, User
from shetong.casework import catalogue
from shetong.casework.models import CasePerson, Notice
from shetong.casework.rules import forms
from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import Matter, Nature
from shetong.casework.services import drafts
from shetong.core.findings import Severity
from shetong.registry.models import (
    Authority,
    Certificate,
    DepartureAudit,
    Filing,
    FilingKind,
    OfficerRole,
    Organisation,
)
from shetong.registry.services.announcements import ANNOUNCED
from tests.casework import factories
from tests.casework.applications import (
    CONTACT,
    SEAT,
    approved,
    audit_form,
    begun,
    body,
    decided,
    findings,
    refused_fields,
    today,
)
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


class TestDeclarations:
    @pytest.mark.parametrize("matter", catalogue.matters(), ids=lambda matter: matter.code)
    def test_a_declaration_says_what_guide_and_form_need(self, matter: Matter) -> None:
        assert all((matter.title, matter.summary, matter.conditions, matter.delivers, matter.keywords))
        assert all(section.title and section.fields for section in matter.sections)
        assert matter.limits.legal(timezone.localdate()).number > 0
        assert matter.nature is not Nature.PERMIT or matter.basis
        # Somebody to talk to comes last: a contact, or whoever is responsible for the campaign.
        assert matter.sections[-1].name in {"contact", "responsible"}
        for conditional in (*matter.sections, *matter.materials):
            assert bool(conditional.condition) == bool(conditional.when)

    def test_a_condition_on_what_nobody_answers_is_refused(self) -> None:
        matter = catalogue.national("SO-REISSUE")
        loose = replace(matter.sections[0], when=(When("asked_later", (True,), "以后"),))
        with pytest.raises(ValueError, match="asked_later"):
            replace(matter, sections=(loose, *matter.sections[1:]))

    @pytest.mark.parametrize("item", ["name", "representative", "domicile", "funds", "scope", "supervision", "area"])
    def test_only_what_changes_is_asked(self, item: str) -> None:
        matter = catalogue.national("SO-CHG")
        form = {"facts": {"kind": "SG", "dual": False, "audited": True}, "what": {f"changes_{item}": True}}
        asked = [section.name for section in matter.applying(form).sections]
        assert asked == ["what", item, "reason", "contact"]

    def test_materials_follow_the_answers_and_the_register(self) -> None:
        matter = catalogue.national("SO-CHG")

        def codes(**form: Any) -> set[str]:
            return {one.code for one in matter.applying(form).materials if one.required}

        always = {"application", "minutes"}
        facts = {"kind": "SG", "dual": False, "audited": False}
        assert codes(facts=facts) == always
        assert codes(facts={**facts, "dual": True}) == {*always, "supervisor-consent"}
        change = {"changes_representative": True}
        assert codes(facts=facts, what=change) == {*always, "representative-identity", "audit"}
        assert "audit" not in codes(facts={**facts, "audited": True}, what=change)
        assert codes(facts=facts, what={"changes_domicile": True}) == {*always, "premises"}

    def test_social_groups_alone_are_asked_for_an_area(self) -> None:
        matter = catalogue.national("SO-CHG")
        for kind, asked in (("SG", True), ("PN", False), ("FD", False)):
            what = matter.applying({"facts": {"kind": kind}}).section("what")
            assert ("changes_area" in [one.name for one in what.fields]) is asked

    def test_answers_to_what_is_no_longer_asked_count_for_nothing(self) -> None:
        matter = catalogue.national("SO-REISSUE")
        form = {"reason": {"reissue_reason": "damaged"}, "loss": {"declared_in": "示范日报"}, **CONTACT}
        assert "declared_in" not in forms.flat(matter, form)
        assert forms.missing(matter, form) == {}
        form["reason"]["reissue_reason"] = "lost"
        assert "loss.lost_on" in forms.missing(matter, form)


@dataclass(frozen=True)
class Changed:
    """One kind of change: what is ticked and typed, which element then reads how, whether the certificate follows."""

    form: dict[str, Any]
    element: str
    becomes: Any
    certified: bool = True
    kind: str = "SG"
    values: dict[str, Any] = field(default_factory=dict)


CHANGES = {
    "name": Changed({"name": {"name": "北京市邻里守望研究会"}}, "name", "北京市邻里守望研究会"),
    "domicile": Changed({"domicile": SEAT}, "domicile", SEAT["domicile"]),
    "funds": Changed({"funds": {"registered_funds": "8万元"}}, "registered_funds", 8_000_000),
    "scope": Changed({"scope": {"business_scope": "开展社区服务。"}}, "business_scope", "开展社区服务。"),
    "supervision": Changed(
        {"supervision": {"supervising_body": "北京市教育委员会"}}, "supervising_body", "北京市教育委员会"
    ),
    "area": Changed({"area": {"activity_area": "北京市"}}, "activity_area", "北京市", certified=False),
    "funds of a foundation": Changed(
        {"funds": {"registered_funds": "600万元"}}, "registered_funds", 600_000_000, kind="FD"
    ),
    "name of an institution": Changed(
        {"name": {"name": "北京市新晨光社区服务中心"}}, "name", "北京市新晨光社区服务中心", kind="PN"
    ),
}


class TestChanges:
    @pytest.mark.parametrize("told", CHANGES.values(), ids=CHANGES)
    def test_each_kind_of_change(self, told: Changed) -> None:
        organisation, agent = body(told.kind)
        (item,) = told.form
        form = {
            "what": {f"changes_{item}": True}, **told.form,
            "reason": {"change_reason": "理事会决议", "consented_on": today()},
        }  # fmt: skip
        case = approved("SO-CHG", organisation, agent, form)
        assert getattr(organisation, told.element) == told.becomes
        filing = Filing.objects.filter(organisation=organisation).latest("pk")
        assert (filing.kind, set(filing.after)) == (FilingKind.CHANGE, set(told.form[item]) & set(filing.after))
        assert told.element in filing.after
        states = Certificate.objects.filter(organisation=organisation).order_by("pk").values_list("state", flat=True)
        assert list(states) == (["replaced", "valid"] if told.certified else ["valid"])
        permit = organisation.permits.get()
        valid = Certificate.objects.get(organisation=organisation, state="valid")
        assert permit.document_number == filing.basis == Notice.objects.get(case=case, kind="approval").document_number
        assert (permit.certificate_number, permit.subject_name) == (valid.serial, organisation.name)
        assert permit.published_at is None
        assert permit.publish_by > permit.decided_on
        actions = AuditEvent.objects.filter(target=f"organisation:{organisation.pk}").values_list("action", flat=True)
        assert "registry.change" in actions
        announced = organisation.announcements.filter(document_number=permit.document_number)
        assert announced.exists() == (told.element in ANNOUNCED)

    def test_several_items_change_by_one_decision_and_one_certificate(self) -> None:
        organisation, agent = body()
        form = {
            "what": {"changes_domicile": True, "changes_funds": True},
            "domicile": SEAT,
            "funds": {"registered_funds": "9万元"},
            "reason": {"change_reason": "理事会决议", "consented_on": today()},
        }
        approved("SO-CHG", organisation, agent, form)
        assert (organisation.registered_funds, organisation.domicile) == (9_000_000, SEAT["domicile"])
        assert Certificate.objects.filter(organisation=organisation).count() == 2

    def test_a_body_moves_to_another_authority_and_keeps_its_code(self) -> None:
        organisation, agent = body()
        code = organisation.uscc
        away = {"division_code": "310115", "domicile": "上海市浦东新区示范路1号"}
        form: dict[str, Any] = {
            "what": {"changes_domicile": True},
            "domicile": away,
            "reason": {"change_reason": "理事会决议", "consented_on": today()},
        }
        case = begun("SO-CHG", organisation, agent, form)
        assert set(refused_fields(case)) == {"division_code"}
        form["what"]["changes_authority"] = True
        # A typing error makes no authority, neither when it is checked nor when it is handed in.
        known = Authority.objects.count()
        form["authority"] = {"receiving_authority": "沪市民正局", "received_on": today()}
        assert set(refused_fields(begun("SO-CHG", organisation, agent, form))) == {"receiving_authority"}
        form["authority"] = {"receiving_authority": "上海市民政局", "received_on": today()}
        refusals = [
            one for one in findings(begun("SO-CHG", organisation, agent, form)) if one.severity is Severity.REFUSE
        ]
        assert refusals == []
        assert Authority.objects.count() == known
        case = decided(begun("SO-CHG", organisation, agent, form))
        organisation.refresh_from_db()
        assert (organisation.uscc, organisation.authority.name, organisation.division_code) == (
            code, "上海市民政局", "310115",
        )  # fmt: skip
        assert organisation.permits.get().authority_name == case.authority_name == "北京市民政局"

    @pytest.mark.parametrize(
        ("what", "more", "field"),
        [
            ({}, {}, "changes_name"),
            ({"changes_name": True}, {}, "name"),
            ({"changes_authority": True}, {"authority": {"receiving_authority": "上海市民政局"}}, "changes_domicile"),
            ({"changes_funds": True}, {"funds": {"registered_funds": "1万元"}}, "registered_funds"),
            (
                {"changes_supervision": True},
                {"supervision": {"supervising_body": "北京市教育委员会", "direct_registration": True}},
                "supervising_body",
            ),
        ],
    )
    def test_what_does_not_fit_is_not_handed_in(self, what: dict, more: dict, field: str) -> None:
        organisation, agent = body()
        form = {"what": what, **more, "reason": {"change_reason": "决议", "consented_on": today()}}
        form.get("authority", {}).setdefault("received_on", today())
        assert field in refused_fields(begun("SO-CHG", organisation, agent, form))

    def test_a_late_application_is_pointed_out_with_its_provision(self) -> None:
        organisation, agent = body()
        long_ago = str(timezone.localdate() - timedelta(days=40))
        form = {
            "what": {"changes_funds": True},
            "funds": {"registered_funds": "8万元"},
            "reason": {"change_reason": "决议", "consented_on": long_ago},
        }
        late = [one for one in findings(begun("SO-CHG", organisation, agent, form)) if one.code == "late-application"]
        assert late[0].severity is Severity.WARN
        assert "第十八条" in late[0].provision


class TestRepresentative:
    def form(self, **person: Any) -> dict[str, Any]:
        new = {
            "legal_representative": "吴示范",
            "representative_identity_number": registry.identity_number(),
            "representative_post": "会长",
            **person,
        }
        return {
            "what": {"changes_representative": True},
            "representative": new,
            "reason": {"change_reason": "换届", "consented_on": today()},
        }

    def test_an_audit_on_file_goes_before_the_change_and_is_tied_to_it(self) -> None:
        organisation, agent = body()
        assert "audit" in {one.code for one in self.wanted(organisation, agent)}
        approved("SO-AUDIT", organisation, agent, audit_form(organisation))
        filed = DepartureAudit.objects.get(organisation=organisation)
        assert (filed.representative, filed.change) == (organisation.legal_representative, None)
        assert organisation.permits.count() == 0
        # The draft begun before learns of the audit when it is handed in.
        case = begun("SO-CHG", organisation, agent, self.form())
        approved("SO-CHG", organisation, agent, self.form())
        case.refresh_from_db()
        assert "audit" not in {one.code for one in catalogue.national("SO-CHG").applying(case.form).materials}
        filed.refresh_from_db()
        assert organisation.legal_representative == "吴示范"
        assert filed.change.after["legal_representative"] == "吴示范"
        post = organisation.officers.get(role=OfficerRole.LEGAL_REPRESENTATIVE, valid_to=None)
        assert post.person.name == "吴示范"

    def wanted(self, organisation: Organisation, agent: User) -> tuple:
        case = drafts.begin(matter="SO-CHG", applicant=agent, subject_code=organisation.uscc)
        drafts.save_all(case_id=case.pk, actor=agent, form={"what": {"changes_representative": True}})
        case.refresh_from_db()
        return catalogue.national("SO-CHG").applying(case.form).materials

    def test_an_audit_of_somebody_else_is_not_handed_in(self) -> None:
        organisation, agent = body()
        case = begun("SO-AUDIT", organisation, agent, audit_form(organisation, leaving_representative="别人"))
        assert set(refused_fields(case)) == {"leaving_representative"}

    def test_who_represents_a_social_group_may_not_represent_another(self) -> None:
        other = registry.register_organisation(legal_representative="吴示范")
        number = registry.identity_number()
        registry.appoint(other, OfficerRole.LEGAL_REPRESENTATIVE, name="吴示范", identity_number=number)
        organisation, agent = body()
        case = begun("SO-CHG", organisation, agent, self.form(representative_identity_number=number))
        (found,) = [one for one in findings(case) if one.code == "representative-elsewhere"]
        assert (found.severity, found.organisation) == (Severity.REFUSE, other.uscc)
        assert found.provision == "《社会团体登记管理条例》第十二条"
        assert "representative_identity_number" in refused_fields(case)


def test_people_of_an_application_are_known_by_index_only() -> None:
    case = factories.submitted()
    assert set(CasePerson.objects.filter(case=case).values_list("role", flat=True)) == {"founders", "officers"}
    assert CasePerson.objects.filter(case=case).count() == 5
