"""Telling what happened in the past through services that ask for the time: the clock of this process is set.

For the demonstration only, in a process that does nothing else (docs/decisions/0096).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from django.utils import timezone

from shetong.core import working_days

OPENING = time(9, 0)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let everything that asks Django for the time be told ``moment``."""
    with patch.object(timezone, "now", lambda: moment):
        yield


def office_hour(days_ago: int, minute: int, *, now: datetime) -> datetime:
    """Return a moment of the working day ``days_ago`` calendar days before, or of the last one before it; not later.

    ``minute``: after nine o'clock in China, so that what happens on one day has an order.
    """
    day: date = timezone.localdate(now) - timedelta(days=days_ago)
    while not working_days.is_working_day(day):
        day -= timedelta(days=1)
    moment = timezone.make_aware(datetime.combine(day, OPENING)) + timedelta(minutes=minute)
    return min(moment, now)
