"""What an applicant was asked to correct."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shetong.casework.models import Act, Case, CaseEvent, State
from shetong.casework.rules import corrections
from shetong.casework.rules.matters import Matter


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that waits: all items, by place (:func:`shetong.casework.rules.corrections.places`), and when."""

    items: tuple[str, ...]
    by_place: dict[str, tuple[str, ...]]
    asked_at: datetime
    reason: str

    def at(self, place: str) -> tuple[str, ...]:
        """Return the items of a place."""
        return self.by_place.get(place, ())


def waiting(case: Case, matter: Matter) -> Asked | None:
    """Return what a case waits for, ``None`` where no correction is asked. One query while one is."""
    if case.state != State.CORRECTION:
        return None
    event = CaseEvent.objects.filter(case=case, act=Act.ASK_CORRECTION).order_by("number").last()
    if event is None:
        return None
    items = tuple(event.detail.get("wanted", ()))
    return Asked(items, corrections.places(matter, items), event.recorded_at, event.reason)
