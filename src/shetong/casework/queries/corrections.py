"""What an applicant was asked to correct."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from shetong.casework.models import Act, Case, CaseEvent, State
from shetong.casework.rules import corrections
from shetong.casework.rules.matters import Matter
from shetong.core import working_days
from shetong.core.statutes import Unit
from shetong.core.working_days import Period


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that waits: all items, by place (:func:`shetong.casework.rules.corrections.places`), and when.

    ``until``: the day by which it is asked for, where the deployment names one.
    """

    items: tuple[str, ...]
    by_place: dict[str, tuple[str, ...]]
    asked_at: datetime
    reason: str
    until: date | None = None

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
    last_day = until(timezone.localdate(event.recorded_at))
    return Asked(items, corrections.places(matter, items), event.recorded_at, event.reason, last_day)


def until(asked_on: date) -> date | None:
    """Return the day by which a correction is asked for, ``None`` where the deployment names none."""
    if not settings.CORRECTION_DAYS:
        return None
    return working_days.due(asked_on, Period(settings.CORRECTION_DAYS, Unit.WORKING_DAY, ""))
