"""What may happen to a record of dishonesty in which state, as a table; nobody is listed without being heard."""

from __future__ import annotations

from shetong.charity.models.choices import CreditAct, CreditState

S, A = CreditState, CreditAct

# (state, act) → next state. Acts that are not here are refused.
CREDIT: dict[tuple[CreditState, CreditAct], CreditState] = {
    (S.NOTIFIED, A.STATE): S.HEARD,
    (S.HEARD, A.STATE): S.HEARD,
    (S.NOTIFIED, A.DECIDE): S.IN_FORCE,
    (S.HEARD, A.DECIDE): S.IN_FORCE,
    (S.NOTIFIED, A.DISMISS): S.DISMISSED,
    (S.HEARD, A.DISMISS): S.DISMISSED,
    (S.IN_FORCE, A.OBJECT): S.OBJECTED,
    (S.OBJECTED, A.UPHOLD): S.UPHELD,
    (S.OBJECTED, A.CORRECT): S.CORRECTED,
    (S.IN_FORCE, A.CORRECT): S.CORRECTED,
    (S.UPHELD, A.CORRECT): S.CORRECTED,
    (S.IN_FORCE, A.ASK_REPAIR): S.REPAIR_ASKED,
    (S.UPHELD, A.ASK_REPAIR): S.REPAIR_ASKED,
    (S.REPAIR_ASKED, A.REPAIR): S.REPAIRED,
    (S.REPAIR_ASKED, A.REFUSE_REPAIR): S.UPHELD,
    **{(state, A.EXPIRE): S.EXPIRED for state in (S.IN_FORCE, S.OBJECTED, S.UPHELD, S.REPAIR_ASKED)},
}
# In these a record has effect; in all others nobody may hold it against anybody.
EFFECTIVE = frozenset({S.IN_FORCE, S.OBJECTED, S.UPHELD, S.REPAIR_ASKED})


def after(state: str, act: CreditAct) -> CreditState | None:
    """Return the state after an act, ``None`` where the act is not open to it."""
    return CREDIT.get((CreditState(state), act))


def as_markdown() -> str:
    """Render the table for ``docs/``."""
    rows = "\n".join(
        f"| {state.label} `{state.value}` | {act.label} `{act.value}` | {target.label} `{target.value}` |"
        for (state, act), target in CREDIT.items()
    )
    effective = "、".join(state.label for state in CreditState if state in EFFECTIVE)
    return (
        "# States of a record of dishonesty\n\n"
        "Written by `python -m tools.render_states` from `shetong.charity.states`; a test compares.\n\n"
        "| state | act | next state |\n|---|---|---|\n"
        f"{rows}\n\nIn effect: {effective}.\n"
    )
