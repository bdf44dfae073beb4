"""The clock of a case, read from its events."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from shetong.casework.models import Act, Case, CaseEvent
from shetong.casework.rules.clock import BEGINNING, Clock, Happened, clock
from shetong.casework.rules.matters import Matter
from shetong.store import rows


def of(case: Case, matter: Matter, *, today: date | None = None) -> Clock | None:
    """Return the limit that runs for a case on a day (default: today), ``None`` where none does. One query."""
    return clock(happened(case), matter.limits, rules_on=case.rules_on, today=today or timezone.localdate())


def after(event: CaseEvent, case: Case, matter: Matter) -> Clock | None:
    """Return the limit that runs after an event that was just written; the earlier ones are read where they matter."""
    one = Happened(Act(event.act), timezone.localdate(event.recorded_at), event.detail)
    events = [one] if one.act in BEGINNING else happened(case)
    return clock(events, matter.limits, rules_on=case.rules_on, today=timezone.localdate())


def happened(case: Case) -> list[Happened]:
    """Return the events of a case as the clock sees them, in order."""
    events = rows.load(CaseEvent, "WHERE case_id = %s ORDER BY number", [case.pk])
    return [Happened(Act(event.act), timezone.localdate(event.recorded_at), event.detail) for event in events]
