"""What may happen to activities and sign-ups in which state, as tables."""

from __future__ import annotations

from shetong.volunteering.models.choices import ActivityState, SignupAct, SignupState

# (state, act) → next state. Acts that are not here are refused.
SIGNUPS: dict[tuple[SignupState, SignupAct], SignupState] = {
    (SignupState.APPLIED, SignupAct.ADMIT): SignupState.HELD,
    (SignupState.APPLIED, SignupAct.REFUSE): SignupState.REFUSED,
    (SignupState.WAITING, SignupAct.OFFER): SignupState.OFFERED,
    (SignupState.WAITING, SignupAct.ADMIT): SignupState.HELD,
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
    ActivityState.FINISHED: frozenset({ActivityState.ARCHIVED}),
    ActivityState.ARCHIVED: frozenset(),
    ActivityState.CANCELLED: frozenset(),
}


def after(state: str, act: SignupAct) -> SignupState | None:
    """Return the state of a sign-up after an act, ``None`` where the act is not open to it."""
    return SIGNUPS.get((SignupState(state), act))
