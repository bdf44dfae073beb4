"""The clock of a case, read from its events."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from shetong.casework.models import Act, Case, CaseEvent
from shetong.casework.rules.clock import Clock, Happened, clock
from shetong.casework.rules.matters import Matter


def of(case: Case, matter: Matter, *, today: date | None = None) -> Clock | None:
    """Return the limit that runs for a case on a day (default: today), ``None`` where none does. One query."""
    return clock(happened(case), matter.limits, rules_on=case.rules_on, today=today or timezone.localdate())


def happened(case: Case) -> list[Happened]:
    """Return the events of a case as the clock sees them, in order."""
    events = CaseEvent.objects.filter(case=case).order_by("number").only("act", "recorded_at", "detail")
    return [Happened(Act(event.act), timezone.localdate(event.recorded_at), event.detail) for event in events]
