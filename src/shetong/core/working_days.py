"""Days and working days (工作日) of the official calendar, with its make-up working days (调休).

The calendar of each year is announced by the State Council in the preceding autumn; the package ``chinesecalendar``
carries it. For years without an announcement the days from Monday to Friday count, and :func:`announced` says so.
Further years, or a province's own days, come from a file of the deployment (setting ``WORKING_DAYS_FILE``, TOML with
the lists ``working_days`` and ``days_off``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import chinese_calendar
from chinese_calendar import constants
from django.conf import settings
from django.utils.translation import ngettext

from shetong.core.statutes import Unit

DAY = timedelta(days=1)
FIRST_YEAR = min(constants.holidays).year
LAST_YEAR = max(constants.holidays).year
# A period of law is shorter; more is an error of the program or of the configuration.
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Period:
    """A number of days or working days; ``provision`` says where it stands, empty where it is not established."""

    number: int
    unit: Unit
    provision: str = ""

    def __post_init__(self) -> None:
        if self.unit not in (Unit.DAY, Unit.WORKING_DAY):
            raise ValueError(f"a period counts days or working days, not {self.unit}")
        if not 0 <= self.number <= LONGEST:
            raise ValueError(f"a period has 0 to {LONGEST} days, not {self.number}")

    def __str__(self) -> str:
        return f"{self.number}个工作日" if self.unit is Unit.WORKING_DAY else f"{self.number}日"

    @property
    def said(self) -> str:
        """Return the period in the reader's language; ``str`` is what official documents say."""
        if self.unit is Unit.WORKING_DAY:
            return ngettext("%(number)s个工作日", "%(number)s个工作日", self.number) % {"number": self.number}
        return ngettext("%(number)s日", "%(number)s日", self.number) % {"number": self.number}


@dataclass(frozen=True, slots=True)
class Excluded:
    """Days that do not count, from ``first`` to ``last`` (both inclusive; ``None``: not yet ended)."""

    first: date
    last: date | None
    provision: str = ""

    def holds(self, day: date) -> bool:
        """Whether ``day`` is left out."""
        return self.first <= day and (self.last is None or day <= self.last)


def announced(day: date) -> bool:
    """Whether the official calendar of that year is known; otherwise days are counted provisionally."""
    return FIRST_YEAR <= day.year <= LAST_YEAR or day in _own_days()


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``."""
    own = _own_days().get(day)
    if own is not None:
        return own
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return _announced(day)
    return day.weekday() < 5


@lru_cache(maxsize=2_048)
def _announced(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def due(event: date, period: Period, excluded: Iterable[Excluded] = ()) -> date | None:
    """Return the last day of a period that an event of the day ``event`` starts; ``None`` while the clock stands still.

    The day after the event is day one (民法典第二百零一条); a period of calendar days that ends on a day off ends on
    the next working day (第二百零三条). Excluded days do not count in either unit.
    """
    left_out = tuple(excluded)
    day, left = event, period.number
    while left:
        day += DAY
        if (stop := _covering(left_out, day)) is not None:
            if stop.last is None:
                return None
            day = max(day, stop.last)
            continue
        if period.unit is Unit.DAY or is_working_day(day):
            left -= 1
    if period.unit is Unit.DAY:
        while not is_working_day(day):
            day += DAY
    return day


def used(event: date, period: Period, today: date, excluded: Iterable[Excluded] = ()) -> int:
    """Return how many days of the period, in its unit, have been counted up to and including ``today``."""
    left_out = tuple(excluded)
    days = (event + DAY * number for number in range(1, max((today - event).days, 0) + 1))
    return sum(
        1 for day in days if _covering(left_out, day) is None and (period.unit is Unit.DAY or is_working_day(day))
    )


def _covering(excluded: tuple[Excluded, ...], day: date) -> Excluded | None:
    return next((span for span in excluded if span.holds(day)), None)


@lru_cache(maxsize=1)
def _own_days() -> Mapping[date, bool]:
    """Return the deployment's own days: ``True`` for working days."""
    path = settings.WORKING_DAYS_FILE
    if not path:
        return {}
    table = tomllib.loads(Path(path).read_text("utf-8"))
    unknown = set(table) - {"working_days", "days_off"}
    if unknown:
        raise ValueError(f"WORKING_DAYS_FILE: unknown entries {', '.join(sorted(unknown))}")
    days = dict.fromkeys(table.get("working_days", []), True) | dict.fromkeys(table.get("days_off", []), False)
    if not all(type(day) is date for day in days):
        raise ValueError("WORKING_DAYS_FILE: write days as dates, for example 2027-02-06")
    return days
