"""People who press at once: real concurrent transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from shetong.casework.models import Case, CaseEvent, Notice, Seal, SealIssuer, State
from shetong.casework.services import assignment, decision, documents, notices, submission
from shetong.core.errors import DomainError
from shetong.registry.models import Organisation
from tests.casework import factories

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Do everything at the same moment, each in a connection of its own; refusals are returned."""
    barrier = Barrier(len(acts))

    def do(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=20)
            return act()
        except DomainError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_of_eight_who_decide_at_once_one_does() -> None:
    case = factories.at_decision()
    chiefs = [factories.chief() for _ in range(8)]
    results = at_once(
        [lambda chief=chief: decision.approve(case_id=case.pk, actor=chief, reason="同意") for chief in chiefs]
    )
    refused = [result for result in results if isinstance(result, DomainError)]
    assert len(refused) == 7
    assert {error.code for error in refused} == {"wrong-state"}
    assert Organisation.objects.filter(name=case.subject_name).count() == 1
    assert CaseEvent.objects.filter(case=case, act="approve").count() == 1


def test_approval_and_refusal_at_once_leave_one_decision() -> None:
    case = factories.at_decision()
    one, other = factories.chief(), factories.chief()
    at_once(
        [
            lambda: decision.approve(case_id=case.pk, actor=one, reason="同意"),
            lambda: decision.refuse(case_id=case.pk, actor=other, reason="不符", provision="条例第十三条"),
        ]
    )
    case.refresh_from_db()
    assert Organisation.objects.filter(name=case.subject_name).exists() == (case.state == State.APPROVED)
    assert Notice.objects.filter(case=case, kind__in=("approval", "refusal")).count() == 1


def test_a_form_posted_many_times_is_one_case_with_one_number() -> None:
    case = factories.draft()
    at_once([lambda: submission.submit(case_id=case.pk, actor=case.applicant) for _ in range(6)])
    assert CaseEvent.objects.filter(case=case).count() == 1
    assert Notice.objects.filter(case=case).count() == 1


def test_numbers_have_no_gaps_and_no_twins() -> None:
    cases = [factories.draft() for _ in range(6)]
    at_once([lambda case=case: submission.submit(case_id=case.pk, actor=case.applicant) for case in cases])
    numbers = sorted(int(number[-5:]) for number in Case.objects.values_list("number", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_one_officer_takes_a_case_and_the_other_is_told_who() -> None:
    case = factories.submitted()
    officers = [factories.registrar() for _ in range(4)]
    results = at_once([lambda user=user: assignment.take(case_id=case.pk, actor=user) for user in officers])
    refused = [result for result in results if isinstance(result, DomainError)]
    assert len(refused) == 3
    assert all("已经领取" in error.message for error in refused)


def test_a_notice_is_delivered_once() -> None:
    case = factories.submitted()
    notice = Notice.objects.get(case=case)
    assert sum(at_once([lambda: notices.deliver(notice_id=notice.pk) for _ in range(5)])) == 1


def test_several_processes_that_need_a_first_seal_make_one() -> None:
    cases = [factories.submitted() for _ in range(4)]
    at_once([lambda pk=case.pk: notices.deliver(notice_id=Notice.objects.get(case_id=pk).pk) for case in cases])
    digests = set(Notice.objects.values_list("pdf_digest", flat=True))
    assert len(digests) == 4
    assert "" not in digests
    assert Seal.objects.count() == 1
    assert SealIssuer.objects.count() == 1


def test_a_notice_opened_and_delivered_at_once_is_sealed_once() -> None:
    case = factories.submitted()
    notice = Notice.objects.get(case=case)
    made = at_once([lambda: documents.sealed(notice.pk) for _ in range(4)])
    assert len(set(made)) == 1
