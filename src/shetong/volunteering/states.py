"""What may happen to activities, sign-ups and records of service in which state, as tables."""

from __future__ import annotations

from shetong.volunteering.models.choices import ActivityState, HoursAct, RecordState, SignupAct, SignupState

# (state, act) → next state. Acts that are not here are refused.
SIGNUPS: dict[tuple[SignupState, SignupAct], SignupState] = {
    (SignupState.APPLIED, SignupAct.ADMIT): SignupState.HELD,
    (SignupState.APPLIED, SignupAct.REFUSE): SignupState.REFUSED,
    (SignupState.WAITING, SignupAct.OFFER): SignupState.OFFERED,
    (SignupState.WAITING, SignupAct.ADMIT): SignupState.HELD,
    (SignupState.WAITING, SignupAct.LAPSE): SignupState.LAPSED,
    (SignupState.OFFERED, SignupAct.CONFIRM): SignupState.HELD,
    (SignupState.OFFERED, SignupAct.LAPSE): SignupState.LAPSED,
    (SignupState.HELD, SignupAct.REFUSE): SignupState.REFUSED,
    (SignupState.HELD, SignupAct.CHECK_IN): SignupState.PRESENT,
    (SignupState.HELD, SignupAct.MARK_ABSENT): SignupState.ABSENT,
    (SignupState.ABSENT, SignupAct.CHECK_IN): SignupState.PRESENT,
    (SignupState.PRESENT, SignupAct.CHECK_OUT): SignupState.DONE,
    (SignupState.PRESENT, SignupAct.RECORD): SignupState.RECORDED,
    (SignupState.DONE, SignupAct.RECORD): SignupState.RECORDED,
    (SignupState.HELD, SignupAct.RECORD): SignupState.RECORDED,
    # Organisers take the place of whoever waits or is offered one as well, a suspension all of them.
    (SignupState.WAITING, SignupAct.REFUSE): SignupState.REFUSED,
    (SignupState.OFFERED, SignupAct.REFUSE): SignupState.REFUSED,
    # Moved to another time; who has another place then waits at the head of the queue.
    (SignupState.OFFERED, SignupAct.DISPLACE): SignupState.WAITING,
    (SignupState.HELD, SignupAct.DISPLACE): SignupState.WAITING,
    **{
        (state, SignupAct.RESCHEDULE): state
        for state in (SignupState.APPLIED, SignupState.WAITING, SignupState.OFFERED, SignupState.HELD)
    },
    **{
        (state, act): target
        for act, target in ((SignupAct.WITHDRAW, SignupState.WITHDRAWN), (SignupAct.DROP, SignupState.DROPPED))
        for state in (SignupState.APPLIED, SignupState.WAITING, SignupState.OFFERED, SignupState.HELD)
    },
}

# From state to the states that may follow.
ACTIVITIES: dict[ActivityState, frozenset[ActivityState]] = {
    ActivityState.DRAFT: frozenset({ActivityState.REVIEW, ActivityState.RECRUITING, ActivityState.CANCELLED}),
    ActivityState.REVIEW: frozenset({ActivityState.DRAFT, ActivityState.RECRUITING, ActivityState.CANCELLED}),
    ActivityState.RECRUITING: frozenset({ActivityState.CLOSED, ActivityState.FINISHED, ActivityState.CANCELLED}),
    ActivityState.CLOSED: frozenset({ActivityState.RECRUITING, ActivityState.FINISHED, ActivityState.CANCELLED}),
    ActivityState.FINISHED: frozenset({ActivityState.RECRUITING, ActivityState.ARCHIVED}),
    ActivityState.ARCHIVED: frozenset(),
    ActivityState.CANCELLED: frozenset(),
}

# A record is corrected by another that replaces it; judged doubts and ended notices confirm it.
RECORDS: dict[tuple[RecordState, HoursAct], RecordState] = {
    **{
        (state, act): target
        for act, target in (
            (HoursAct.CONFIRM, RecordState.CONFIRMED),
            (HoursAct.FLAG, RecordState.FLAGGED),
            (HoursAct.ANNOUNCE, RecordState.NOTICED),
        )
        for state in (RecordState.PENDING, RecordState.NOTICED, RecordState.FLAGGED)
        if state != target
    },
    (RecordState.CONFIRMED, HoursAct.OBJECT): RecordState.OBJECTED,
    (RecordState.OBJECTED, HoursAct.KEEP): RecordState.CONFIRMED,
    (RecordState.CONFIRMED, HoursAct.FLAG): RecordState.FLAGGED,
    (RecordState.OBJECTED, HoursAct.FLAG): RecordState.FLAGGED,
    **{
        (state, act): target
        for act, target in ((HoursAct.VOID, RecordState.VOID), (HoursAct.CORRECT, RecordState.SUPERSEDED))
        for state in (
            RecordState.PENDING, RecordState.NOTICED, RecordState.FLAGGED, RecordState.CONFIRMED, RecordState.OBJECTED,
        )
    },
}  # fmt: skip


def after(state: str, act: SignupAct) -> SignupState | None:
    """Return the state of a sign-up after an act, ``None`` where the act is not open to it."""
    return SIGNUPS.get((SignupState(state), act))


def record_after(state: str, act: HoursAct) -> RecordState | None:
    """Return the state of a record after an act, ``None`` where the act is not open to it."""
    return RECORDS.get((RecordState(state), act))
