"""The clock derived from events: the same on every replay, stopped by nothing that the law does not name."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shetong.casework.models import Act
from shetong.casework.rules.clock import Happened, Light, Phase, clock
from shetong.casework.rules.matters import Limits
from shetong.core.statutes import Unit
from shetong.core.working_days import Period

START = date(2026, 3, 2)
LIMITS = Limits("decision_social_group", promised=Period(20, Unit.WORKING_DAY))
CHANGES = Limits("decision_change", "decision_change_extension")


def happened(act: Act, after: int, **detail: object) -> Happened:
    return Happened(act, START + timedelta(after), detail)


def at(events: list[Happened], after: int, limits: Limits = LIMITS):
    return clock(events, limits, rules_on=START, today=START + timedelta(after))


SUBMITTED = happened(Act.SUBMIT, 0)
ACCEPTED = happened(Act.ACCEPT, 3)


def test_the_intake_runs_five_working_days_from_receipt() -> None:
    running = at([SUBMITTED], 0)
    assert (running.phase, str(running.due)) == (Phase.INTAKE, "2026-03-09")
    assert running.period.provision.endswith("第三十二条")


def test_the_decision_runs_from_acceptance_with_the_promise_beside_it() -> None:
    running = at([SUBMITTED, ACCEPTED], 3)
    assert (running.phase, running.started) == (Phase.DECISION, START + timedelta(3))
    assert running.promised_due < running.due


def test_what_is_deemed_accepted_runs_from_receipt() -> None:
    assert at([SUBMITTED, happened(Act.DEEM_ACCEPTED, 8)], 8).started == START


def test_lights_follow_the_share_of_the_period_that_is_used() -> None:
    events = [SUBMITTED, ACCEPTED]
    assert at(events, 10).light is Light.GREEN
    assert at(events, 35).light is Light.AMBER
    assert at(events, 55).light is Light.RED
    assert at(events, 90).light is Light.OVERDUE


def test_asking_for_opinions_or_sending_back_stops_nothing() -> None:
    plain = at([SUBMITTED, ACCEPTED], 20).due
    asked = [
        SUBMITTED,
        ACCEPTED,
        happened(Act.ASK_OPINION, 5),
        happened(Act.SEND_BACK, 6),
        happened(Act.GIVE_OPINION, 19),
    ]
    assert at(asked, 20).due == plain


def test_an_extension_counts_in_the_unit_of_the_limit() -> None:
    extended = at([SUBMITTED, ACCEPTED, happened(Act.EXTEND, 10, days=10)], 12, CHANGES)
    assert extended.extension == Period(10, Unit.WORKING_DAY, extended.period.provision)
    assert extended.due > at([SUBMITTED, ACCEPTED], 12, CHANGES).due


@given(st.integers(4, 30), st.integers(0, 30))
def test_a_special_procedure_gives_exactly_its_working_days_back(begins: int, lasts: int) -> None:
    events = [SUBMITTED, ACCEPTED, happened(Act.SUSPEND, begins), happened(Act.RESUME, begins + lasts)]
    stopped = at(events[:3], begins, CHANGES)
    assert (stopped.due, stopped.light) == (None, Light.STOPPED)
    plain, moved = at(events[:2], 0 + begins, CHANGES), at(events, begins + lasts, CHANGES)
    assert moved.due >= plain.due or plain.due < START + timedelta(begins)


@given(st.integers(0, 120))
def test_a_replay_sees_only_what_had_happened_by_then(day: int) -> None:
    events = [SUBMITTED, ACCEPTED, happened(Act.SUSPEND, 20), happened(Act.RESUME, 30), happened(Act.APPROVE, 60)]
    known = [event for event in events if event.day <= START + timedelta(day)]
    assert at(events, day) == at(known, day)


def test_nothing_runs_while_the_applicant_corrects_or_after_the_end() -> None:
    assert at([SUBMITTED, happened(Act.ASK_CORRECTION, 2)], 2) is None
    assert at([SUBMITTED, ACCEPTED, happened(Act.WITHDRAW, 5)], 6) is None
    assert at([SUBMITTED, ACCEPTED, happened(Act.APPROVE, 9)], 9).phase is Phase.DELIVERY
