"""What the applicant's side is told, when, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from shetong.accounts.models import Message, Topic, User
from shetong.casework import jobs
from shetong.casework.models import Case, Notice, NoticeKind, State
from shetong.casework.queries import corrections
from shetong.casework.rules import telling as words
from shetong.casework.services import applicants, closing, decision, drafts, intake, mandates, notices, opinions
from shetong.registry.services import certificate_reminders
from tests.casework import factories
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def deliver(case: Case) -> None:
    """Let the jobs of a case's notices run."""
    for number in Notice.objects.filter(case=case).order_by("pk").values_list("pk", flat=True):
        notices.deliver(notice_id=number)


def titles(user: User) -> list[str]:
    """Return the titles of a person's messages in order."""
    return list(Message.objects.filter(recipient=user).order_by("pk").values_list("title", flat=True))


def test_each_document_is_told_of_once_from_receipt_to_decision() -> None:
    case = factories.approved()
    deliver(case)
    deliver(case)
    assert titles(case.applicant) == [
        f"申请已收到：{case.subject_name}",
        f"申请已受理：{case.subject_name}",
        f"申请已准予：{case.subject_name}",
    ]
    last = Message.objects.filter(recipient=case.applicant).latest("pk")
    assert case.subject_code in last.text
    assert last.url == f"/hall/cases/{case.pk}/"
    with override("en"):
        assert (last.told_title, last.title) == (
            f"Application approved: {case.subject_name}",
            f"申请已准予：{case.subject_name}",
        )


def test_correction_and_opinion_and_refusal_are_told() -> None:
    clerk = factories.registrar()
    case = factories.submitted()
    intake.ask_correction(case_id=case.pk, actor=clerk, items=["章程第三条", "住所证明"])
    deliver(case)
    told = Message.objects.latest("pk")
    assert told.told_text == told.text
    assert told.text.endswith("有2项内容需要补正，请修改后重新提交。")
    with override("en"):
        assert told.told_text.startswith("Registration of a new social group (case ")
        assert told.told_text.endswith("2 points need correction; please mend them and hand it in again.")

    other = factories.at_decision()
    opinions.ask(case_id=other.pk, actor=factories.chief(), asked_of="朝阳区教委", question="是否同意")
    assert "正在征求朝阳区教委的意见" in Message.objects.latest("pk").text
    decision.refuse(case_id=other.pk, actor=factories.chief(), reason="不符合条件", provision="第十一条")
    deliver(other)
    assert titles(other.applicant)[-1] == f"申请未获批准：{other.subject_name}"
    assert "不符合条件" not in Message.objects.latest("pk").text  # reasons stand in the document


def test_everybody_who_acts_for_the_organisation_is_told() -> None:
    organisation = registry.register_organisation()
    one, two, gone = factories.applicant(), factories.applicant(), factories.applicant()
    for user in (one, two, gone):
        mandate = mandates.grant(
            organisation_code=organisation.public_code,
            organisation_name=organisation.name,
            division_code=organisation.authority.division_code,
            user=user,
            basis="授权书",
            actor=None,
        )
    mandates.revoke(mandate_id=mandate.pk, actor=gone)
    case = drafts.begin(
        matter="SO-CHG", applicant=one, subject_code=organisation.public_code, subject_name=organisation.name
    )
    Case.objects.filter(pk=case.pk).update(
        state=State.SUBMITTED, number="N-1", authority_division=organisation.authority.division_code
    )
    closing.withdraw(case_id=case.pk, actor=one)
    for user in (one, two):
        assert titles(user)[-1] == f"申请已撤回：{organisation.name}"
    assert titles(gone) == []


def test_a_correction_is_reminded_of_three_times_and_then_left(settings: object) -> None:
    case = factories.submitted()
    intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=["章程"])
    today = timezone.localdate()
    assert [applicants.remind(today=today + timedelta(days=day)) for day in (0, 9, 10, 11, 20, 30, 31, 400)] == [
        0, 0, 1, 0, 1, 1, 0, 0,
    ]  # fmt: skip
    assert Message.objects.filter(recipient=case.applicant, topic=Topic.DEADLINE).count() == 3


def test_a_limit_that_passed_is_told_of_once() -> None:
    case = factories.accepted()
    Case.objects.filter(pk=case.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert jobs.remind(0) == 1
    assert jobs.remind(0) == 0
    assert "已超过" in Message.objects.latest("pk").text


@pytest.mark.parametrize("kind", [*NoticeKind.values, "some-new-kind"])
def test_every_document_has_words(kind: str) -> None:
    title, text = words.of_notice(kind, {"applicant": "示范协会", "matter": "成立登记", "case_number": "1"})
    assert title.endswith("：示范协会")
    assert text.startswith("成立登记（办件编号1）：")
    assert "None" not in text


def test_the_day_by_which_a_correction_is_asked_is_told_before_it_comes(settings: Any) -> None:
    settings.CORRECTION_DAYS = 5
    case = factories.submitted()
    intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=["章程"])
    until = corrections.until(timezone.localdate())
    assert until is not None
    deliver(case)
    assert f"请在{until}前修改" in Message.objects.latest("pk").text
    days = (-5, -4, -3, -2, 0, 1)
    assert [applicants.remind(today=until + timedelta(days=day)) for day in days] == [0, 0, 1, 0, 0, 0]
    assert Message.objects.latest("pk").title == f"请在{until}前补正：{case.subject_name}"


def test_who_loses_a_mandate_is_told_by_whom() -> None:
    organisation = registry.register_organisation()
    one, other = factories.applicant(), factories.applicant()
    held = [
        mandates.grant(
            organisation_code=organisation.public_code, organisation_name=organisation.name, division_code="110000",
            user=user, basis="授权书", actor=None,
        )
        for user in (one, other)
    ]  # fmt: skip
    mandates.revoke(mandate_id=held[1].pk, actor=one)
    assert titles(other) == [f"经办人授权已撤销：{organisation.name}"]
    assert one.get_full_name() in Message.objects.latest("pk").text
    mandates.revoke(mandate_id=held[0].pk, actor=one)
    assert titles(one) == []


def test_an_organisation_is_told_twice_that_its_certificate_ends() -> None:
    last = timezone.localdate() + timedelta(days=100)
    organisation = registry.register_organisation(certificate_valid_from="2022-01-01", certificate_valid_to=str(last))
    user = factories.applicant()
    mandates.grant(
        organisation_code=organisation.public_code, organisation_name=organisation.name, division_code="110000",
        user=user, basis="授权书", actor=None,
    )  # fmt: skip
    told = [certificate_reminders.remind(today=last + timedelta(days=day)) for day in (-61, -60, -59, -15, -14, 0, 1)]
    assert told == [0, 1, 0, 1, 0, 0, 0]
    assert titles(user)[0] == f"登记证书将于{last}到期：{organisation.name}"
