"""Officers who press at once: one is recorded, the others are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shetong.accounts.models import Deputyship
from shetong.accounts.services import deputies
from shetong.casework.models import CaseEvent
from shetong.casework.services import checks, knowledge, opinions, questions, variants
from shetong.core.errors import DomainError
from tests.casework import factories
from tests.casework.test_races import at_once
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db(transaction=True)


def refused(results: list[object]) -> int:
    """Return how many were told that they came too late."""
    return sum(isinstance(result, DomainError) for result in results)


def test_an_opinion_is_given_once_and_a_check_recorded_once() -> None:
    clerk, other, today = factories.registrar(), factories.registrar(), timezone.localdate()
    case = factories.accepted(clerk)
    bodies = [registry.official("supervisor", "110101") for _ in range(3)]
    asked = opinions.ask(
        case_id=case.pk, actor=clerk, asked_of="示范主管单位", question="是否同意？", asked_division="110101"
    )
    results = at_once(
        [lambda one=one: opinions.give(opinion_id=asked.pk, actor=one, agrees=True, answer="同意。") for one in bodies]
    )
    assert refused(results) == 2
    assert CaseEvent.objects.filter(case=case, act="give-opinion").count() == 1
    check = checks.order(
        case_id=case.pk, actor=clerk, kind="on-site", purpose="核实。", planned_on=today, officers=[clerk, other]
    )
    found = {"check_id": check.pk, "done_on": today, "conclusion": "agrees", "record": "属实。"}
    results = at_once([lambda one=one: checks.note_down(actor=one, **found) for one in (clerk, other)])
    assert refused(results) == 1
    case.refresh_from_db()
    assert case.waits_for == ""


def test_a_question_is_answered_once_and_a_version_reviewed_once() -> None:
    clerk = factories.registrar()
    question = questions.ask(actor=clerk, title="能否", text="能否？", division_code=factories.DISTRICT)
    chiefs = [factories.chief("110000") for _ in range(3)]
    results = at_once(
        [lambda one=one: questions.answer(question_id=question.pk, actor=one, text=one.username) for one in chiefs]
    )
    assert refused(results) == 2
    version = knowledge.write(actor=clerk, title="一", body="二", division_code=factories.DISTRICT)
    knowledge.submit(article_id=version.article_id, actor=clerk)
    results = at_once(
        [lambda one=one: knowledge.review(article_id=version.article_id, actor=one, publish=True) for one in chiefs]
    )
    assert refused(results) == 2


def test_the_same_deputy_and_the_same_difference_are_entered_once() -> None:
    absent, deputy, today = factories.registrar(), factories.registrar(), timezone.localdate()
    given = {
        "principal": absent, "deputy": deputy, "division_code": factories.DISTRICT, "scope": ["case.review"],
        "first_day": today, "last_day": today + timedelta(days=1), "reason": "外出", "actor": absent,
    }  # fmt: skip
    assert refused(at_once([lambda: deputies.appoint(**given) for _ in range(3)])) == 2
    assert Deputyship.objects.count() == 1
    chief = factories.chief()

    def difference() -> object:
        row = variants.draft(
            matter="SO-SG-EST", division_code=factories.DISTRICT, valid_from=today, basis="示范文件",
            promised_number=9, promised_unit="working_day",
        )  # fmt: skip
        return variants.add(row=row, actor=chief)

    assert refused(at_once([difference for _ in range(3)])) == 2
