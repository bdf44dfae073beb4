"""Deregistration, charter, branches, audit, certificate: what approval does, and who is refused; as tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from shetong.casework import catalogue
from shetong.casework.models import CaseMaterial, Mandate, Notice, NoticeKind, State
from shetong.casework.queries import cases
from shetong.casework.rules import notice_words
from shetong.casework.rules.matters import Nature
from shetong.casework.services import assignment, checks, decision, drafts, intake, mandates, review, submission
from shetong.core.errors import DomainError, ForbiddenError
from shetong.core.findings import Severity
from shetong.registry.models import Certificate, Filing, FilingKind, Organisation, Status
from shetong.registry.queries.timeline import timeline
from shetong.registry.services import endings
from shetong.registry.services.changes import cancel_change
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
from tests.casework.test_pages import signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def test_an_officer_who_acts_for_the_body_judges_none_of_its_cases() -> None:
    organisation, agent = body()
    clerk, chief = factories.registrar("110000"), factories.chief("110000")
    held = mandates.grant(
        organisation_code=organisation.public_code, organisation_name=organisation.name, division_code="110000",
        user=clerk, basis="授权书", actor=agent,
    )  # fmt: skip
    case = begun("SO-CAN", organisation, agent, factories.liquidation_form())
    submission.submit(case_id=case.pk, actor=agent)
    with pytest.raises(ForbiddenError):
        intake.accept(case_id=case.pk, actor=clerk)
    with pytest.raises(ForbiddenError):
        assignment.assign(case_id=case.pk, actor=chief, to=clerk)
    # Giving the mandate up meanwhile does not make him impartial.
    mandates.revoke(mandate_id=held.pk, actor=clerk)
    with pytest.raises(ForbiddenError):
        intake.accept(case_id=case.pk, actor=clerk)
    intake.accept(case_id=case.pk, actor=factories.registrar("110000"))
    with pytest.raises(ForbiddenError):
        checks.order(
            case_id=case.pk, actor=chief, kind="on-site", purpose="核实。", planned_on=timezone.localdate(),
            officers=[clerk, chief],
        )  # fmt: skip


def test_who_lost_the_mandate_sees_the_cases_that_he_began_no_more() -> None:
    organisation, agent = body()
    case = begun("SO-CAN", organisation, agent, factories.liquidation_form())
    file = CaseMaterial.objects.filter(case=case).first()
    hall, where = signed_in(agent), reverse("casework:file", args=[file.pk])
    assert hall.get(where).status_code == 200
    assert list(cases.of_applicant(agent)) == [case]
    mandates.revoke(mandate_id=Mandate.objects.get(user=agent).pk, actor=agent)
    assert hall.get(where).status_code == 404
    assert cases.for_applicant(agent, case.pk) is None
    assert list(cases.of_applicant(agent)) == []


class TestEndings:
    def test_deregistration_ends_body_certificate_and_branches(self) -> None:
        organisation, agent = body()
        branch = registry.register_branch(organisation)
        case = begun("SO-CAN", organisation, agent, factories.liquidation_form())
        assert "branches-end" in {one.code for one in findings(case)}
        decided(case)
        organisation.refresh_from_db()
        branch.refresh_from_db()
        assert (organisation.status, branch.status) == (Status.DEREGISTERED, Status.DEREGISTERED)
        assert not Certificate.objects.filter(organisation=organisation, state="valid").exists()
        assert [one.kind for one in Filing.objects.filter(organisation=organisation).order_by("pk")] == [
            "registration", "deregistration", "deregistration",
        ]  # fmt: skip
        permit = organisation.permits.get()
        assert permit.title == "准予注销登记"
        notices = Notice.objects.filter(case=case).order_by("pk")
        titles = [notice_words.title(notice.kind, notice.content) for notice in notices]
        assert titles[-2:] == ["准予注销登记决定书", "注销登记证明"]
        assert permit.document_title == titles[-2]

    @pytest.mark.parametrize(
        ("section", "given", "field"),
        [
            ("settlement", {"debts_settled": False}, "debts_settled"),
            ("settlement", {"liquidated_to": "2020-01-01"}, "liquidated_to"),
            ("group", {"liquidated_from": "2019-01-01"}, "liquidated_from"),
            ("creditors", {"creditors_announced_on": "2199-01-01"}, "creditors_announced_on"),
        ],
    )
    def test_a_liquidation_that_is_not_done_is_not_handed_in(self, section: str, given: dict, field: str) -> None:
        organisation, agent = body()
        form = factories.liquidation_form()
        form[section] = {**form[section], **given}
        assert field in refused_fields(begun("SO-CAN", organisation, agent, form))

    def test_a_tax_clearance_is_wanted_of_tax_payers_only(self) -> None:
        organisation, agent = body()
        form = factories.liquidation_form()
        form["settlement"]["taxed"] = True
        case = drafts.begin(matter="SO-CAN", applicant=agent, subject_code=organisation.uscc)
        drafts.save_all(case_id=case.pk, actor=agent, form={**CONTACT, **form})
        assert "materials.tax" in refused_fields(case)

    def test_a_charity_that_liquidates_late_is_pointed_out(self) -> None:
        organisation, agent = body(charity_since="2020-01-01")
        form = factories.liquidation_form()
        form["ending"]["resolved_on"] = str(timezone.localdate() - timedelta(days=50))
        found = findings(begun("SO-CAN", organisation, agent, form))
        assert ("late-application", "《中华人民共和国慈善法》第十八条") in {(one.code, one.provision) for one in found}

    def test_a_cancelled_registration_or_change_withdraws_its_permit(self) -> None:
        case = factories.approved()
        organisation = Organisation.objects.get(uscc=case.subject_code)
        permit = organisation.permits.get()
        endings.cancel(organisation_id=organisation.pk, basis="撤销决定", effective_on=permit.decided_on, actor=None)
        permit.refresh_from_db()
        assert permit.withdrawn_at is not None
        assert "撤销登记" in permit.withdrawn_reason

        other, agent = body()
        approved("SO-CHG", other, agent, {
            "what": {"changes_funds": True}, "funds": {"registered_funds": "8万元"},
            "reason": {"change_reason": "决议", "consented_on": today()},
        })  # fmt: skip
        change = Filing.objects.filter(organisation=other, kind=FilingKind.CHANGE).get()
        cancel_change(filing_id=change.pk, basis="撤销决定", effective_on=timezone.localdate(), actor=None)
        assert other.permits.get().withdrawn_reason == "撤销变更登记：撤销决定"


class TestOtherMatters:
    def test_a_charter_is_approved(self) -> None:
        organisation, agent = body()
        form = {"charter": {"adopted_on": today(), "charter_changes": "修改第三条。", "consented_on": today()}}
        case = approved("SO-CHARTER", organisation, agent, form)
        permit = organisation.permits.get()
        assert (permit.category, permit.certificate_number) == ("approval", "")
        filing = organisation.filings.get(kind=FilingKind.CHARTER)
        assert filing.after["charter"]["adopted_on"] == today()
        assert filing.after["charter"]["sha256"] == [case.materials.get(code="charter").file_id]
        (told,) = [event for event in timeline(organisation.pk) if event.kind == "charter"]
        assert told.sentences == (f"{today()}通过的章程经核准生效。",)
        approved("SO-CHARTER", organisation, agent, form)
        assert organisation.filings.filter(kind=FilingKind.CHARTER).count() == 2

    def test_a_branch_is_entered_without_certificate_and_permit(self) -> None:
        organisation, agent = body()
        form = {
            "branch": {
                "name": f"{organisation.name}青年专业委员会",
                "legal_representative": "冯示范",
                "business_scope": "开展青年工作。",
            },
            "seat": SEAT,
            "resolution": {"resolved_on": today()},
        }
        case = approved("SO-BRANCH", organisation, agent, form)
        notice = case.notices.get(kind=NoticeKind.APPROVAL)
        assert "社备〔" in notice.document_number
        assert notice_words.title(notice.kind, notice.content) == "备案通知书"
        # The law of licences is no basis of a filing.
        assert notice_words.provisions(NoticeKind.APPROVAL, notice.content) == "、".join(
            catalogue.national("SO-BRANCH").basis
        )
        branch = Organisation.objects.get(parent=organisation)
        assert (branch.name, branch.uscc, branch.status) == (form["branch"]["name"], None, Status.NORMAL)
        assert organisation.permits.count() == 0
        assert not Certificate.objects.filter(organisation=branch).exists()

    @pytest.mark.parametrize(
        ("kind", "ending", "severity"), [("PN", "分院", Severity.REFUSE), ("SG", "上海分会", Severity.WARN)]
    )
    def test_branches_that_the_regulations_forbid(self, kind: str, ending: str, severity: Severity) -> None:
        organisation, agent = body(kind)
        form = {
            "branch": {
                "name": organisation.name + ending, "legal_representative": "冯示范", "business_scope": "服务。",
            },
            "seat": SEAT, "resolution": {"resolved_on": today()},
        }  # fmt: skip
        found = findings(begun("SO-BRANCH", organisation, agent, form))
        assert severity in {one.severity for one in found}

    def test_a_lost_certificate_is_replaced(self) -> None:
        organisation, agent = body()
        form = {
            "reason": {"reissue_reason": "lost"},
            "loss": {"lost_on": today(), "declared_in": "示范日报", "declared_on": today()},
        }
        approved("SO-REISSUE", organisation, agent, form)
        states = Certificate.objects.filter(organisation=organisation).order_by("pk").values_list("state", flat=True)
        assert list(states) == ["replaced", "valid"]
        assert organisation.permits.count() == 0


ORDINARY: dict[str, Callable[[Organisation], dict[str, Any]]] = {
    "SO-CHG": lambda _: {
        "what": {"changes_funds": True}, "funds": {"registered_funds": "8万元"},
        "reason": {"change_reason": "决议", "consented_on": today()},
    },
    "SO-CAN": lambda _: factories.liquidation_form(),
    "SO-CHARTER": lambda _: {
        "charter": {"adopted_on": today(), "charter_changes": "修改第三条。", "consented_on": today()}
    },
    "SO-BRANCH": lambda one: {
        "branch": {"name": f"{one.name}专业委员会", "legal_representative": "冯示范", "business_scope": "服务。"},
        "seat": SEAT, "resolution": {"resolved_on": today()},
    },
    "SO-AUDIT": lambda one: audit_form(one),
    "SO-REISSUE": lambda _: {"reason": {"reissue_reason": "damaged"}},
}  # fmt: skip


@pytest.mark.parametrize("matter", ORDINARY)
class TestRefusals:
    def test_only_its_agent_applies_for_a_body(self, matter: str) -> None:
        organisation, _ = body()
        with pytest.raises(ForbiddenError):
            drafts.begin(matter=matter, applicant=factories.applicant(), subject_code=organisation.uscc)

    def test_only_who_decides_there_approves(self, matter: str) -> None:
        organisation, agent = body()
        case = begun(matter, organisation, agent, ORDINARY[matter](organisation))
        clerk = factories.registrar("110000")
        submission.submit(case_id=case.pk, actor=agent)
        intake.accept(case_id=case.pk, actor=clerk)
        for stranger in (factories.chief("310000"), agent):
            with pytest.raises(ForbiddenError):
                decision.approve(case_id=case.pk, actor=stranger, reason="同意")
        assert Filing.objects.filter(organisation=organisation).count() == 1

    def test_a_body_that_ended_applies_for_nothing(self, matter: str) -> None:
        organisation, agent = body()
        case = begun(matter, organisation, agent, ORDINARY[matter](organisation))
        endings.open_liquidation(
            organisation_id=organisation.pk, basis="决议", effective_on=timezone.localdate(), actor=None
        )
        endings.deregister(organisation_id=organisation.pk, basis="决定", effective_on=timezone.localdate(), actor=None)
        assert "status" in refused_fields(case)

    def test_a_body_that_ended_meanwhile_leaves_the_case_undecided(self, matter: str) -> None:
        if matter == "SO-AUDIT":
            return  # an audit is filed whatever became of the body
        organisation, agent = body()
        case = begun(matter, organisation, agent, ORDINARY[matter](organisation))
        clerk, chief = factories.registrar("110000"), factories.chief("110000")
        submission.submit(case_id=case.pk, actor=agent)
        intake.accept(case_id=case.pk, actor=clerk)
        for _ in catalogue.national(matter).steps[1:]:
            review.forward(case_id=case.pk, actor=clerk, opinion="同意。")
        endings.open_liquidation(
            organisation_id=organisation.pk, basis="决议", effective_on=timezone.localdate(), actor=None
        )
        endings.deregister(organisation_id=organisation.pk, basis="决定", effective_on=timezone.localdate(), actor=None)
        with pytest.raises(DomainError):
            decision.approve(case_id=case.pk, actor=chief, reason="同意")
        case.refresh_from_db()
        assert case.state == State.REVIEWING
        assert not Notice.objects.filter(case=case, kind=NoticeKind.APPROVAL).exists()


@pytest.mark.parametrize("nature", Nature)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_document_has_a_title_and_an_opening_for_every_nature(kind: NoticeKind, nature: Nature) -> None:
    content = {"matter": "示范事项", "nature": str(nature), "procedure": "听证", "basis": ["《示范办法》第一条"]}
    opening = notice_words.opening(kind, content)
    assert "{" not in opening
    if nature is Nature.FILING:
        assert not [word for word in ("申请", "受理", "作出决定") if word in opening]
    assert notice_words.title(kind, content)
    decides = kind in (NoticeKind.APPROVAL, NoticeKind.REFUSAL)
    assert ("许可" in notice_words.title(kind, content) + opening) == (decides and nature is Nature.PERMIT)


def test_a_document_from_before_natures_were_told_keeps_its_title() -> None:
    assert notice_words.title(NoticeKind.APPROVAL, {}) == "准予行政许可决定书"
    assert notice_words.title("of-old", {}) == "of-old"
