"""States of a case and the acts between them, as one table with its provisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext, gettext_noop

from shetong.casework.models.choices import Act, State
from shetong.casework.rules.matters import Nature
from shetong.core.errors import WrongStateError

APL = "《中华人民共和国行政许可法》"


class Who(StrEnum):
    """Who may act; asked in :mod:`shetong.casework.services.moves`."""

    APPLICANT = "applicant"
    RECEPTION = "reception"  # 受理
    REVIEWER = "reviewer"  # whoever holds the present step
    DECIDER = "decider"  # the present step is the deciding one
    SYSTEM = "system"
    ARCHIVIST = "archivist"
    CONSULTED = "consulted"  # officers of a body that was asked for its opinion
    INSPECTOR = "inspector"  # officers whom a check that is not yet recorded names


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an act leads, who may do it, and the provision that says so."""

    to: State
    who: tuple[Who, ...]
    provision: str = ""


_A, _R, _V, _D, _S = (Who.APPLICANT,), (Who.RECEPTION,), (Who.REVIEWER,), (Who.DECIDER,), (Who.SYSTEM,)
_O, _I = (Who.REVIEWER, Who.RECEPTION, Who.CONSULTED), (Who.INSPECTOR,)

# (state before, act) → transition. What is not listed is refused.
TRANSITIONS: Mapping[tuple[State, Act], Transition] = {
    (State.DRAFT, Act.SUBMIT): Transition(State.SUBMITTED, _A, f"{APL}第二十九条"),
    (State.DRAFT, Act.DISCARD): Transition(State.DISCARDED, _A),
    (State.SUBMITTED, Act.ACCEPT): Transition(State.REVIEWING, _R, f"{APL}第三十二条第一款第五项"),
    (State.SUBMITTED, Act.DEEM_ACCEPTED): Transition(State.REVIEWING, _S, f"{APL}第三十二条第一款第四项"),
    (State.SUBMITTED, Act.ASK_CORRECTION): Transition(State.CORRECTION, _R, f"{APL}第三十二条第一款第四项"),
    (State.SUBMITTED, Act.NOT_ACCEPT): Transition(State.NOT_ACCEPTED, _R, f"{APL}第三十二条第一款第一项、第二项"),
    (State.SUBMITTED, Act.WITHDRAW): Transition(State.WITHDRAWN, _A),
    (State.CORRECTION, Act.SUBMIT): Transition(State.SUBMITTED, _A, f"{APL}第三十二条第一款第五项"),
    (State.CORRECTION, Act.WITHDRAW): Transition(State.WITHDRAWN, _A),
    (State.REVIEWING, Act.FORWARD): Transition(State.REVIEWING, _V, f"{APL}第三十四条"),
    (State.REVIEWING, Act.SEND_BACK): Transition(State.REVIEWING, _V),
    (State.REVIEWING, Act.ASK_OPINION): Transition(State.REVIEWING, _V),
    (State.REVIEWING, Act.GIVE_OPINION): Transition(State.REVIEWING, _O),
    (State.REVIEWING, Act.ORDER_CHECK): Transition(State.REVIEWING, _V, f"{APL}第三十四条第三款"),
    (State.REVIEWING, Act.RECORD_CHECK): Transition(State.REVIEWING, _I, f"{APL}第三十四条第三款"),
    (State.REVIEWING, Act.SUSPEND): Transition(State.SUSPENDED, _V, f"{APL}第四十五条"),
    (State.REVIEWING, Act.EXTEND): Transition(State.REVIEWING, _D, f"{APL}第四十二条"),
    (State.REVIEWING, Act.APPROVE): Transition(State.APPROVED, _D, f"{APL}第三十八条第一款"),
    (State.REVIEWING, Act.REFUSE): Transition(State.REFUSED, _D, f"{APL}第三十八条第二款"),
    (State.REVIEWING, Act.WITHDRAW): Transition(State.WITHDRAWN, _A),
    (State.REVIEWING, Act.TERMINATE): Transition(State.TERMINATED, _D),
    (State.SUSPENDED, Act.GIVE_OPINION): Transition(State.SUSPENDED, _O),
    (State.SUSPENDED, Act.RECORD_CHECK): Transition(State.SUSPENDED, _I, f"{APL}第三十四条第三款"),
    (State.SUSPENDED, Act.RESUME): Transition(State.REVIEWING, _V, f"{APL}第四十五条"),
    (State.SUSPENDED, Act.WITHDRAW): Transition(State.WITHDRAWN, _A),
    (State.SUSPENDED, Act.TERMINATE): Transition(State.TERMINATED, _D),
    (State.APPROVED, Act.DELIVER): Transition(State.DELIVERED, (Who.APPLICANT, Who.SYSTEM), f"{APL}第四十四条"),
    (State.REFUSED, Act.DELIVER): Transition(State.DELIVERED, (Who.APPLICANT, Who.SYSTEM), f"{APL}第三十八条第二款"),
    (State.NOT_ACCEPTED, Act.DELIVER): Transition(State.DELIVERED, (Who.APPLICANT, Who.SYSTEM)),
    (State.TERMINATED, Act.DELIVER): Transition(State.DELIVERED, (Who.APPLICANT, Who.SYSTEM)),
    (State.DELIVERED, Act.ARCHIVE): Transition(State.ARCHIVED, (Who.ARCHIVIST, Who.SYSTEM)),
    (State.WITHDRAWN, Act.ARCHIVE): Transition(State.ARCHIVED, (Who.ARCHIVIST, Who.SYSTEM)),
}

# What the person who is refused should know first.
_HINTS: Mapping[tuple[State, Act], str] = {
    (State.CORRECTION, Act.ACCEPT): "申请人尚未提交补正材料。",
    (State.SUSPENDED, Act.APPROVE): "请先结束听证、专家评审等程序，恢复计时后再作决定。",
    (State.SUSPENDED, Act.REFUSE): "请先结束听证、专家评审等程序，恢复计时后再作决定。",
    (
        State.REVIEWING,
        Act.ASK_CORRECTION,
    ): gettext_noop("受理以后不能再以补正为由退回；确需补充的，请在办理中联系申请人，期限照常计算。"),
}


def transition(state: str, act: Act) -> Transition:
    """Return what ``act`` does in ``state``. Raises :class:`WrongStateError` where the table does not allow it."""
    found = TRANSITIONS.get((State(state), act))
    if found is None:
        hint = gettext(_HINTS.get((State(state), act), gettext_noop("请刷新页面，按办件现在的状态办理。")))
        raise WrongStateError(
            gettext("办件现为“%(state)s”，不能“%(act)s”。%(hint)s")
            % {"state": gettext(str(State(state).label)), "act": gettext(str(act.label)), "hint": hint}
        )
    return found


def provision(found: Transition, nature: Nature) -> str:
    """Return the provision of an act on a matter of a nature: the law of licences governs permits alone."""
    return found.provision if nature is Nature.PERMIT else ""


def as_markdown() -> str:
    """Render the table for ``docs/case-states.md``; a test compares the file with this."""
    lines = [
        "# States of a case",
        "",
        "Rendered from `shetong.casework.states` by `python -m tools.render_states`;",
        "a test fails where they differ. What is not listed is refused.",
        "",
        "| from | act | by | to | provision |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {State(state).label} `{state}` | {act.label} `{act}` | {'、'.join(step.who)} |"
        f" {step.to.label} `{step.to}` | {step.provision} |"
        for (state, act), step in TRANSITIONS.items()
    ]
    return "\n".join(lines) + "\n"
