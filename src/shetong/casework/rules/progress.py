"""Where a case stands, as its applicant sees it: the stages in order, and what of the history is the applicant's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.casework.models.choices import Act, State
from shetong.casework.rules.act_words import own_name
from shetong.casework.rules.clock import Happened
from shetong.casework.rules.matters import Matter


class Standing(StrEnum):
    """Whether a stage is behind, is where the case stands, or comes yet."""

    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage on the way of a case; ``day`` on which it was done."""

    title: str
    standing: Standing
    day: date | None = None


FILL, INTAKE, DELIVERY = N_("填报提交"), N_("受理"), N_("送达")

# Whose words are the office's own: what one step tells the next is not the applicant's.
_INTERNAL = frozenset({Act.FORWARD, Act.SEND_BACK, Act.ASK_OPINION, Act.GIVE_OPINION})
_DECIDED = frozenset({State.APPROVED, State.REFUSED})
_OVER = frozenset({State.DELIVERED, State.ARCHIVED})
ENDED_EARLY = frozenset({State.NOT_ACCEPTED, State.WITHDRAWN, State.TERMINATED, State.DISCARDED})


def shows_reason(act: str) -> bool:
    """Whether the reason of an act is meant for the applicant."""
    return act not in _INTERNAL


def shows(act: str) -> bool:
    """Whether an act stands in the applicant's history at all; a step back within the office does not."""
    return act != Act.SEND_BACK


def stages(matter: Matter, state: str, step: str, events: Sequence[Happened]) -> tuple[Stage, ...]:
    """Return the stages of a case from filling in to delivery; none for one that ended outside of them."""
    if state in ENDED_EARLY:
        return ()
    taken = own_name(Act.ACCEPT, matter.nature) or INTAKE
    titles = [FILL, taken, *(one.title for one in matter.steps), DELIVERY]
    at = _position(matter, state, step)
    days = _days(matter, events)
    return tuple(
        Stage(
            title,
            Standing.DONE if number < at else Standing.CURRENT if number == at else Standing.AHEAD,
            days.get(number) if number < at else None,
        )
        for number, title in enumerate(titles)
    )


def _position(matter: Matter, state: str, step: str) -> int:
    if state in (State.DRAFT, State.CORRECTION):
        return 0
    if state == State.SUBMITTED:
        return 1
    if state in _DECIDED:
        return len(matter.steps) + 2
    if state in _OVER:
        return len(matter.steps) + 3
    codes = [one.code for one in matter.steps]
    return 2 + (codes.index(step) if step in codes else 0)


def _days(matter: Matter, events: Iterable[Happened]) -> dict[int, date]:
    """Return on which day each stage was last passed, by its number."""
    passed: dict[int, date] = {}
    at = 0
    for event in events:
        if event.act is Act.SUBMIT:
            passed[0], at = event.day, 1
        elif event.act in (Act.ACCEPT, Act.DEEM_ACCEPTED):
            passed[1], at = event.day, 2
        elif event.act is Act.FORWARD:
            passed[at] = event.day
            at += 1
        elif event.act is Act.SEND_BACK:
            at -= 1
        elif event.act in (Act.APPROVE, Act.REFUSE):
            passed[len(matter.steps) + 1] = event.day
        elif event.act is Act.DELIVER:
            passed[len(matter.steps) + 2] = event.day
    return passed
