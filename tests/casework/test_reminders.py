"""Warnings of limits: at half of the time, near its end and after it, each once, to the one who can do something."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from shetong.accounts.models import Message, Topic, User
from shetong.casework import catalogue, jobs
from shetong.casework.models import Procedure
from shetong.casework.queries import officers
from shetong.casework.rules.clock import Happened, Light, clock, turns_on
from shetong.casework.services import assignment, intake, reminders, review, submission
from shetong.core.errors import WrongStateError
from tests.casework import applications, factories
from tests.casework.test_clock_properties import IN_WORKING_DAYS, accepted_on, histories
from tests.casework.test_races import at_once

CHINA = ZoneInfo("Asia/Shanghai")


def stand(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let it be ten in the morning of a day."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(day.year, day.month, day.day, 10, tzinfo=CHINA))


def told(user: User) -> list[str]:
    """Return the lights that somebody was warned of, in order."""
    keys = Message.objects.filter(recipient=user, topic=Topic.DEADLINE).order_by("pk").values_list("key", flat=True)
    return [key.rsplit("/", 1)[1] for key in keys]


@pytest.mark.django_db
def test_the_holder_is_warned_of_each_turn_once_and_the_chief_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, date(2026, 3, 2))
    clerk, chief, far = factories.registrar(), factories.chief(), factories.chief("440100")
    case = factories.accepted(clerk)
    assignment.take(case_id=case.pk, actor=clerk)
    seen = []
    for number in range(120):
        stand(monkeypatch, date(2026, 3, 2) + timedelta(number))
        if jobs.warn(0):
            seen.append((timezone.localdate(), told(clerk)[-1]))
        assert jobs.warn(0) == 0
    assert told(clerk) == ["amber", "red", "overdue"]
    assert told(chief) == ["overdue"]
    assert told(far) == []
    case.refresh_from_db()
    assert seen[-1][0] == case.due_on + timedelta(1)
    assert case.warn_on is None
    message = Message.objects.filter(recipient=clerk).last()
    assert message is not None
    assert case.number in message.title
    assert "已经逾期" in message.text
    assert message.url == f"/office/cases/{case.pk}/"


@pytest.mark.django_db
def test_a_case_that_nobody_holds_is_told_to_who_distributes_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, date(2026, 3, 2))
    above = factories.chief("110000")
    case = factories.submitted()
    assert officers.who_assign(case.authority_division) == [above]
    chief = factories.chief()
    assert officers.who_assign(case.authority_division) == [chief]
    stand(monkeypatch, case.due_on)
    assert jobs.warn(0) == 1
    assert told(chief) == ["red"]
    assert told(above) == []


@pytest.mark.django_db
def test_nobody_is_warned_while_the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, date(2026, 3, 2))
    clerk = factories.registrar()
    case = factories.accepted(clerk)
    assignment.take(case_id=case.pk, actor=clerk)
    review.suspend(case_id=case.pk, actor=clerk, procedure=Procedure.EXPERTS, days=100, reason="专家评审")
    stand(monkeypatch, date(2026, 6, 1))
    assert jobs.warn(0) == 0
    # But somebody is told that it takes longer than was announced, once.
    stand(monkeypatch, date(2026, 6, 11))
    assert (jobs.warn(0), jobs.warn(0)) == (1, 0)
    assert told(clerk) == ["over"]
    review.resume(case_id=case.pk, actor=clerk)
    case.refresh_from_db()
    stand(monkeypatch, case.warn_on)
    assert jobs.warn(0) == 1
    assert told(clerk) == ["over", "amber"]


@pytest.mark.django_db
def test_a_limit_that_has_passed_is_not_extended_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, date(2026, 3, 2))
    organisation, agent = applications.body()
    form = {
        "what": {"changes_funds": True},
        "funds": {"registered_funds": "9万元"},
        "reason": {"change_reason": "理事会决议", "consented_on": "2026-03-01"},
    }
    case = applications.begun("SO-CHG", organisation, agent, form)
    clerk, chief = factories.registrar("110000"), factories.chief("110000")
    submission.submit(case_id=case.pk, actor=agent)
    case = intake.accept(case_id=case.pk, actor=clerk)
    for _ in catalogue.national(case.matter).steps[1:]:
        review.forward(case_id=case.pk, actor=clerk, opinion="同意。")
    due = case.due_on
    stand(monkeypatch, due + timedelta(1))
    with pytest.raises(WrongStateError, match="已经届满"):
        review.extend(case_id=case.pk, actor=chief, days=5, reason="情况复杂")
    case.refresh_from_db()
    assert case.due_on == due
    stand(monkeypatch, due)
    assert review.extend(case_id=case.pk, actor=chief, days=5, reason="情况复杂").due_on > due


@pytest.mark.django_db
def test_a_job_that_did_not_run_for_long_tells_how_it_stands_now(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, date(2026, 3, 2))
    clerk = factories.registrar()
    case = factories.accepted(clerk)
    assignment.take(case_id=case.pk, actor=clerk)
    stand(monkeypatch, case.due_on + timedelta(30))
    jobs.warn(0)
    assert told(clerk) == ["overdue"]


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_warn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, date(2026, 3, 2))
    chief = factories.chief()
    case = factories.submitted()
    stand(monkeypatch, case.due_on)
    results = at_once([lambda: reminders.warn(case_id=case.pk) for _ in range(4)])
    assert sorted(results) == [0, 0, 0, 1]
    assert told(chief) == ["red"]


@settings(deadline=None, max_examples=60)
@given(histories(), st.integers(0, 60), st.integers(0, 400))
def test_the_light_stays_as_it_is_until_the_next_turn(course: list[Happened], after: int, between: int) -> None:
    today, law = course[-1].day + timedelta(after), accepted_on(course)

    def at(day: date) -> Light | None:
        running = clock(course, IN_WORKING_DAYS, rules_on=law, today=day)
        return running.light if running else None

    running = clock(course, IN_WORKING_DAYS, rules_on=law, today=today)
    if running is None:
        return
    turn = turns_on(running, today)
    if turn is None:
        assert running.light in (Light.OVERDUE, Light.STOPPED)
        return
    assert at(turn) is not running.light
    assert at(today + timedelta(between % (turn - today).days)) is running.light
