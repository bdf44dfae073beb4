"""The clock over any course that the table of states allows: drawn histories, suspensions, extensions, 调休."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from hypothesis import given
from hypothesis import strategies as st

from shetong.casework.models import Act, State
from shetong.casework.rules.clock import BEGINNING, UNTIMED, Happened, Light, Phase, clock
from shetong.casework.rules.matters import Limits
from shetong.casework.states import TRANSITIONS
from shetong.core.statutes import Unit
from shetong.core.working_days import Period

# From the National Day of 2025 with its make-up days to the Spring Festival of 2026 and beyond.
FIRST, LAST = date(2025, 9, 1), date(2026, 3, 31)
LIMITS = Limits("decision_social_group", promised=Period(20, Unit.WORKING_DAY))
IN_WORKING_DAYS = Limits("decision_change", "decision_change_extension")
days = st.dates(FIRST, LAST)


@st.composite
def histories(draw: st.DrawFn) -> list[Happened]:
    """Draw a course of a case from its draft on: acts that the table allows, on days in order."""
    state, day, course = State.DRAFT, draw(days), []
    for _ in range(draw(st.integers(1, 12))):
        acts = [act for before, act in TRANSITIONS if before is state]
        if not acts:
            break
        act = draw(st.sampled_from(acts))
        day += timedelta(draw(st.integers(0, 20)))
        detail = {Act.SUSPEND: {"procedure": "experts"}, Act.EXTEND: {"days": draw(st.integers(1, 10))}}.get(act, {})
        course.append(Happened(act, day, detail))
        state = TRANSITIONS[state, act].to
    return course


def accepted_on(course: list[Happened]) -> date | None:
    """Return the day whose law such a case keeps."""
    return next((one.day for one in course if one.act in (Act.ACCEPT, Act.DEEM_ACCEPTED)), None)


def working_days_between(first: date, last: date) -> int:
    """Count the working days after ``first`` up to and including ``last``, by the official calendar alone."""
    return sum(chinese_calendar.is_workday(first + timedelta(number)) for number in range(1, (last - first).days + 1))


@given(histories(), st.integers(0, 90))
def test_some_acts_begin_a_limit_of_their_own_and_some_touch_none(course: list[Happened], after: int) -> None:
    today, law = course[-1].day + timedelta(after), accepted_on(course)
    whole = clock(course, LIMITS, rules_on=law, today=today)
    if course[-1].act in BEGINNING:
        assert whole == clock(course[-1:], LIMITS, rules_on=law, today=today)
    if course[-1].act in UNTIMED:
        assert whole == clock(course[:-1], LIMITS, rules_on=law, today=today)


@given(histories(), st.integers(0, 200))
def test_the_light_says_what_the_due_day_says_and_days_never_run_backwards(course: list[Happened], after: int) -> None:
    today, law = course[-1].day + timedelta(after), accepted_on(course)
    now = clock(course, IN_WORKING_DAYS, rules_on=law, today=today)
    tomorrow = clock(course, IN_WORKING_DAYS, rules_on=law, today=today + timedelta(1))
    assert (now is None) == (tomorrow is None)
    if now is None or tomorrow is None:
        return
    assert (now.light is Light.OVERDUE) == (now.due is not None and today > now.due)
    assert (now.light is Light.STOPPED) == (now.due is None)
    assert 0 <= tomorrow.counted - now.counted <= 1
    assert now.due == tomorrow.due


@given(days)
def test_silence_is_acceptance_after_five_working_days_of_the_official_calendar(received: date) -> None:
    course = [Happened(Act.SUBMIT, received, {})]
    running = clock(course, LIMITS, rules_on=None, today=received)
    assert running is not None
    assert running.phase is Phase.INTAKE
    assert running.due is not None
    assert chinese_calendar.is_workday(running.due)
    assert working_days_between(received, running.due) == 5
    last = clock(course, LIMITS, rules_on=None, today=running.due)
    over = clock(course, LIMITS, rules_on=None, today=running.due + timedelta(1))
    assert last is not None
    assert last.light is not Light.OVERDUE
    assert over is not None
    assert over.light is Light.OVERDUE


def test_a_week_whose_saturday_and_sunday_are_worked_is_counted_with_them() -> None:
    # 2026-02-14 and 2026-02-28 are Saturdays that are worked for the Spring Festival (15 to 23 February off).
    running = clock([Happened(Act.SUBMIT, date(2026, 2, 11), {})], LIMITS, rules_on=None, today=date(2026, 2, 11))
    assert running is not None
    # 12th, 13th, 14th (a Saturday), then 24th and 25th.
    assert running.due == date(2026, 2, 25)


@given(days, st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), max_size=3), st.integers(0, 10))
def test_suspensions_and_an_extension_move_the_end_by_their_working_days_and_nothing_else(
    accepted: date, stops: list[tuple[int, int]], extension: int
) -> None:
    course, day, out = [Happened(Act.ACCEPT, accepted, {})], accepted, set()
    for gap, lasts in stops:
        first = day + timedelta(gap)
        day = first + timedelta(lasts)
        course += [Happened(Act.SUSPEND, first, {}), Happened(Act.RESUME, day, {})]
        out |= {first + timedelta(number) for number in range(lasts + 1)}
    if extension:
        course.append(Happened(Act.EXTEND, day, {"days": extension}))
    running = clock(course, IN_WORKING_DAYS, rules_on=accepted, today=day)
    assert running is not None
    assert running.due is not None
    counted = [
        each
        for number in range(1, (running.due - accepted).days + 1)
        if (each := accepted + timedelta(number)) not in out and chinese_calendar.is_workday(each)
    ]
    assert len(counted) == running.period.number + extension
    assert counted[-1] == running.due
