"""A case from application to delivery, and everything that the law does not allow on the way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shetong.accounts.models import AuditEvent
from shetong.casework import jobs
from shetong.casework.models import Act, Case, CaseEvent, Notice, State
from shetong.casework.services import closing, decision, drafts, intake, notices, review, submission
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.registry.models import Certificate, Organisation, Status
from tests.casework import factories
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")


def acts(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).order_by("number").values_list("act", flat=True))


def kinds(case: Case) -> list[str]:
    return list(Notice.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))


def test_an_association_is_founded() -> None:
    case = factories.approved()
    assert case.state == State.APPROVED
    organisation = Organisation.objects.get(uscc=case.subject_code)
    assert organisation.status == Status.NORMAL
    assert organisation.authority.division_code == factories.DISTRICT
    assert organisation.uscc.startswith("51110105MJ")
    assert organisation.founded_on == timezone.localdate()
    assert Certificate.objects.filter(organisation=organisation, state="valid").count() == 1
    assert organisation.officers.count() == 4  # three posts, and that of the legal representative
    assert organisation.permits.get().document_number.startswith("110105社准〔")
    assert acts(case) == ["submit", "accept", "forward", "forward", "approve"]
    assert kinds(case) == ["receipt", "acceptance", "approval"]


def test_who_founded_a_body_may_act_for_it_at_once() -> None:
    case = factories.approved()
    change = drafts.begin(matter="SO-CHG", applicant=case.applicant, subject_code=case.subject_code)
    assert change.form["name"]["name"] == case.subject_name
    with pytest.raises(ForbiddenError):
        drafts.begin(matter="SO-CHG", applicant=factories.applicant(), subject_code=case.subject_code)


def test_a_body_changes_its_name_and_later_ends() -> None:
    case = factories.approved()
    chief, clerk = factories.chief(), factories.registrar()

    def run(matter: str, form: dict) -> Case:
        begun = drafts.begin(matter=matter, applicant=case.applicant, subject_code=case.subject_code)
        assert drafts.save_all(case_id=begun.pk, actor=case.applicant, form={**begun.form, **form}) == {}
        factories.hand_in_materials(begun)
        submission.submit(case_id=begun.pk, actor=case.applicant)
        intake.accept(case_id=begun.pk, actor=clerk)
        review.forward(case_id=begun.pk, actor=clerk, opinion="同意。")
        review.forward(case_id=begun.pk, actor=clerk, opinion="同意。")
        return decision.approve(case_id=begun.pk, actor=chief, reason="符合条件。")[0]

    today = str(timezone.localdate())
    contact = {"contact": {"contact_name": "陈示范", "contact_phone": "13800005678"}}
    organisation = Organisation.objects.get(uscc=case.subject_code)
    run(
        "SO-CHG",
        {
            "what": {"changes_name": True},
            "name": {"name": "北京市朝阳区邻里守望协会"},
            "reason": {"change_reason": "会员大会决议", "consented_on": today},
            **contact,
        },
    )
    organisation.refresh_from_db()
    assert organisation.name == "北京市朝阳区邻里守望协会"
    states = Certificate.objects.filter(organisation=organisation).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["replaced", "valid"]
    run("SO-CAN", {**factories.liquidation_form(), **contact})
    organisation.refresh_from_db()
    assert organisation.status == Status.DEREGISTERED
    assert not Certificate.objects.filter(organisation=organisation, state="valid").exists()


def test_personal_answers_are_masked_and_sealed() -> None:
    case = factories.draft()
    with connection.cursor() as cursor:
        cursor.execute("SELECT form::text, sealed FROM casework_case WHERE id = %s", [case.pk])
        form, sealed = cursor.fetchone()
    assert "13800005678" not in form
    assert b"13800005678" not in bytes(sealed)
    assert case.form["contact"]["contact_phone"] == "138****5678"
    # A page posts the mask back; the answer behind it stays.
    drafts.save(case_id=case.pk, actor=case.applicant, section="contact", given=case.form["contact"])
    case.refresh_from_db()
    from shetong.casework.services import answers

    assert answers.whole(case)["contact"]["contact_phone"] == "13800005678"


def test_every_fault_is_told_at_once_and_nothing_is_lost() -> None:
    by = factories.applicant()
    case = drafts.begin(matter="SO-SG-EST", applicant=by)
    _, faults = drafts.save(
        case_id=case.pk, actor=by, section="means", given={"registered_funds": "很多", "members_individual": "三十"}
    )
    assert set(faults) == {"registered_funds", "members_individual"}
    case.refresh_from_db()
    assert case.form["means"]["registered_funds"] == "很多"
    with pytest.raises(InvalidInputError) as refused:
        submission.submit(case_id=case.pk, actor=by)
    assert {"body.name", "seat.domicile", "means.registered_funds", "founders"} <= set(refused.value.fields)
    assert Case.objects.get(pk=case.pk).number is None


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"means": {"registered_funds": "1万元"}}, "registered_funds"),
        ({"means": {"members_individual": 20, "members_unit": 5}}, "members_individual"),
        ({"representative": {"legal_representative": "吴示范"}}, "legal_representative"),
        ({"supervision": {"supervising_body": ""}}, "supervising_body"),
        ({"body": {"name": "中国朝阳邻里协会"}}, "name"),
        (
            {"founders": [factories_person := {"name": "甲", "identity_number": "110105197005040000"}]},
            "founders.0.identity_number",
        ),
    ],
)
def test_what_the_law_forbids_is_not_handed_in(overrides: dict, field: str) -> None:
    case = factories.draft(**overrides)
    with pytest.raises(InvalidInputError) as refused:
        submission.submit(case_id=case.pk, actor=case.applicant)
    assert field in refused.value.fields


def test_posting_twice_hands_in_once() -> None:
    case = factories.submitted()
    again = submission.submit(case_id=case.pk, actor=case.applicant)
    assert (again.number, acts(case), kinds(case)) == (case.number, ["submit"], ["receipt"])


def test_correction_is_asked_once_and_everything_at_once() -> None:
    case, clerk = factories.submitted(), factories.registrar()
    with pytest.raises(InvalidInputError):
        intake.ask_correction(case_id=case.pk, actor=clerk, items=["  "])
    intake.ask_correction(case_id=case.pk, actor=clerk, items=["验资报告缺少签章", "章程草案第十条与条例不符"])
    drafts.save(
        case_id=case.pk,
        actor=case.applicant,
        section="seat",
        given={"division_code": "110105", "domicile": "北京市朝阳区示范路2号"},
    )
    submission.submit(case_id=case.pk, actor=case.applicant)
    with pytest.raises(WrongStateError, match="一次性"):
        intake.ask_correction(case_id=case.pk, actor=clerk, items=["还缺一份"])
    assert intake.accept(case_id=case.pk, actor=clerk).form["seat"]["domicile"].endswith("2号")


def test_silence_past_five_working_days_is_acceptance_from_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(day: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 9, day, 10, tzinfo=CHINA))

    at(21)  # Monday; the Mid-Autumn holiday of that week is 25 to 27 September
    case = factories.submitted()
    assert str(case.due_on) == "2026-09-29"
    at(29)
    assert jobs.silence(0) == 0
    at(30)
    assert jobs.silence(0) == 1
    case.refresh_from_db()
    assert (case.state, str(case.accepted_on)) == (State.REVIEWING, "2026-09-21")
    assert jobs.silence(0) == 0
    assert acts(case) == ["submit", "deem-accepted"]


def test_who_accepted_does_not_decide() -> None:
    chief = factories.chief()
    case = factories.at_decision(chief)
    with pytest.raises(ForbiddenError, match="受理人"):
        decision.approve(case_id=case.pk, actor=chief, reason="同意")
    assert not Organisation.objects.filter(name=case.subject_name).exists()


def test_officials_act_in_their_jurisdiction_and_role_only() -> None:
    case = factories.submitted()
    for stranger in (factories.registrar("440100"), registry.official("supervisor", "110000"), case.applicant):
        with pytest.raises(ForbiddenError):
            intake.accept(case_id=case.pk, actor=stranger)
    accepted = intake.accept(case_id=case.pk, actor=factories.registrar("110000"))
    with pytest.raises(ForbiddenError, match="环节"):
        decision.approve(case_id=accepted.pk, actor=factories.chief(), reason="同意")


def test_the_time_of_a_special_procedure_does_not_count() -> None:
    case = factories.accepted()
    due = case.due_on
    clerk = factories.registrar()
    review.suspend(case_id=case.pk, actor=clerk, procedure="experts", days=10, reason="组织专家评审")
    case.refresh_from_db()
    assert (case.state, case.due_on) == (State.SUSPENDED, None)
    with pytest.raises(WrongStateError):
        review.forward(case_id=case.pk, actor=clerk, opinion="同意")
    review.resume(case_id=case.pk, actor=clerk, result="评审通过")
    case.refresh_from_db()
    assert case.due_on >= due
    with pytest.raises(InvalidInputError):
        review.suspend(case_id=case.pk, actor=clerk, procedure="ask-again", days=5, reason="补材料")


def test_what_the_register_refuses_leaves_the_case_undecided() -> None:
    case = factories.at_decision()
    registry.register_organisation(
        name=case.subject_name, authority=case.authority_name, division_code="110105", registered_funds="3万元"
    )
    with pytest.raises(ConflictError):
        decision.approve(case_id=case.pk, actor=factories.chief(), reason="同意")
    case.refresh_from_db()
    assert (case.state, acts(case)[-1]) == (State.REVIEWING, "forward")


def test_a_refusal_names_reason_provision_and_remedies() -> None:
    case = factories.at_decision()
    with pytest.raises(InvalidInputError):
        decision.refuse(case_id=case.pk, actor=factories.chief(), reason="不符合条件", provision="")
    decision.refuse(
        case_id=case.pk,
        actor=factories.chief(),
        reason="同一区域已有相似组织",
        provision="《社会团体登记管理条例》第十三条",
    )
    notice = Notice.objects.get(case=case, kind="refusal")
    assert "行政复议" in notice.content["remedies"]
    assert notice.content["provision"] == "《社会团体登记管理条例》第十三条"


def test_delivery_happens_once_whatever_is_run_again() -> None:
    case = factories.approved()
    for _ in range(2):
        for notice in Notice.objects.filter(case=case):
            jobs.deliver_notice(notice_id=notice.pk)
    case.refresh_from_db()
    assert case.state == State.DELIVERED
    assert acts(case).count(Act.DELIVER) == 1
    notice = Notice.objects.get(case=case, kind="approval")
    assert notices.receive(notice_id=notice.pk, actor=case.applicant).received_by == "陈示范"
    with pytest.raises(ForbiddenError):
        notices.receive(notice_id=notice.pk, actor=factories.applicant())


def test_a_case_is_withdrawn_before_but_not_after_the_decision() -> None:
    case = factories.accepted()
    assert closing.withdraw(case_id=case.pk, actor=case.applicant).state == State.WITHDRAWN
    decided = factories.approved()
    with pytest.raises(WrongStateError):
        closing.withdraw(case_id=decided.pk, actor=decided.applicant)


def test_nothing_that_was_done_can_be_changed_in_the_database() -> None:
    case = factories.submitted()
    for statement in (
        "UPDATE casework_caseevent SET reason = 'x'",
        "DELETE FROM casework_caseevent",
        "DELETE FROM casework_case",
        "UPDATE casework_notice SET document_number = 'x'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert acts(case) == ["submit"]


def test_every_act_is_in_the_audit_trail_without_personal_data() -> None:
    case = factories.approved()
    trail = AuditEvent.objects.filter(target=f"case:{case.pk}").order_by("pk")
    assert [event.action for event in trail] == [
        "case.submit",
        "case.accept",
        "case.forward",
        "case.forward",
        "case.approve",
    ]
    everything = json.dumps([event.detail for event in AuditEvent.objects.all()])
    assert "13800005678" not in everything


def test_a_page_that_is_behind_does_not_overwrite() -> None:
    case = factories.draft()
    version = case.form_version
    drafts.save(
        case_id=case.pk, actor=case.applicant, section="contact", given=case.form["contact"], form_version=version
    )
    with pytest.raises(ConflictError):
        drafts.save(case_id=case.pk, actor=case.applicant, section="contact", given={}, form_version=version)


def test_the_law_of_the_day_of_acceptance_holds_to_the_end() -> None:
    case = factories.accepted()
    assert case.rules_on == case.accepted_on
    assert case.due_on >= case.accepted_on + timedelta(days=60)


def test_long_answers_have_lines() -> None:
    case = factories.draft()
    given = {**case.form["body"], "purpose": "促进邻里互助。\r\n服务社区。"}
    _, faults = drafts.save(case_id=case.pk, actor=case.applicant, section="body", given=given)
    assert faults == {}
    case.refresh_from_db()
    assert case.form["body"]["purpose"] == "促进邻里互助。\n服务社区。"
