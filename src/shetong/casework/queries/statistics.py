"""Load, delays and returned cases by authority, matter and month, computed from the cases themselves.

One pass over the cases of a division that were submitted in a period, or are open still, grouped by the divisions
right below. An index holds every column that is counted, so that a county's or a province's figures do not read the
cases (``make bench-casework``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from shetong.core import divisions


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted. ``days``: sum of the days from acceptance to decision over ``decided``; counts otherwise."""

    submitted: int = 0
    open: int = 0
    overdue: int = 0
    waiting: int = 0
    decided: int = 0
    late: int = 0
    returned: int = 0
    corrected: int = 0
    days: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Figures)))

    @property
    def average_tenths(self) -> int | None:
        """Return the average days to decide in tenths of a day, ``None`` where nothing was decided."""
        return (self.days * 20 + self.decided) // (2 * self.decided) if self.decided else None

    @property
    def average(self) -> str:
        """Return the average days to decide as people read it."""
        tenths = self.average_tenths
        return "—" if tenths is None else f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table: an authority's division, a matter or a month."""

    key: str
    name: str
    figures: Figures
    deeper: bool = False


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of a division and a period: as a whole, by division below, by matter, by month of submission."""

    division: str
    first_day: date
    last_day: date
    total: Figures
    divisions: tuple[Group, ...]
    matters: tuple[Group, ...]
    months: tuple[Group, ...]


_COUNTED = """
  count(*) FILTER (WHERE {inside}),
  count(*) FILTER (WHERE {open}),
  count(*) FILTER (WHERE {open} AND next_on < %(today)s),
  count(*) FILTER (WHERE {open} AND waits_for <> ''),
  count(*) FILTER (WHERE {inside} AND decided_on IS NOT NULL),
  count(*) FILTER (WHERE {inside} AND decided_on > decide_by),
  coalesce(sum(returns) FILTER (WHERE {inside}), 0),
  coalesce(sum(corrections) FILTER (WHERE {inside}), 0),
  coalesce(sum(decided_on - accepted_on) FILTER (WHERE {inside} AND decided_on IS NOT NULL), 0)
"""
_INSIDE = "submitted_at >= %(first)s AND submitted_at < %(end)s"
_STATE_OPEN = "state IN ('submitted', 'correction', 'reviewing', 'suspended')"


def statistics(
    division: str, first_day: date, last_day: date, *, matter: str = "", titles: dict[str, str] | None = None
) -> Statistics:
    """Return the figures of a division for the days from ``first_day`` to ``last_day`` (both inclusive). One query.

    ``titles``: names of the matters by code. What is open or overdue is so today, whenever it was submitted.
    """
    prefix = divisions.prefix(division)
    starts = _months(first_day, last_day)
    width = _width(division, prefix)
    given: dict[str, Any] = {
        "first": _midnight(first_day),
        "end": _midnight(last_day + timedelta(days=1)),
        "today": timezone.localdate(),
        "low": prefix.ljust(6, "0"),
        "high": prefix.ljust(6, "9"),
        "matter": matter,
        "months": [_midnight(day) for day in starts],
    }
    counted = _COUNTED.format(inside=_INSIDE, open=_STATE_OPEN)
    narrowed = "AND matter = %(matter)s" if matter else ""
    found = _fetch(
        f"""
        SELECT left(authority_division, {width}), matter,
               CASE WHEN {_INSIDE} THEN width_bucket(submitted_at, %(months)s::timestamptz[]) ELSE 0 END, {counted}
          FROM casework_case
         WHERE authority_division BETWEEN %(low)s AND %(high)s AND submitted_at IS NOT NULL {narrowed}
           AND ({_STATE_OPEN} OR {_INSIDE})
         GROUP BY 1, 2, 3
        """,  # noqa: S608 - put together from constants, values are parameters
        given,
    )
    places, kinds, months = _sums(found, 0), _sums(found, 1), _sums(found, 2)
    return Statistics(
        division=division,
        first_day=first_day,
        last_day=last_day,
        total=sum(places.values(), Figures()),
        divisions=tuple(_place(code, figures) for code, figures in sorted(places.items())),
        matters=tuple(Group(code, (titles or {}).get(code, code), kinds[code]) for code in sorted(kinds)),
        months=tuple(
            Group(f"{starts[month - 1]:%Y-%m}", f"{starts[month - 1]:%Y-%m}", months[month])
            for month in sorted(months)
            if month
        ),
    )


def _months(first_day: date, last_day: date) -> list[date]:
    """Return the first days of the months of a period, in order."""
    starts = [first_day.replace(day=1)]
    while (following := (starts[-1] + timedelta(days=31)).replace(day=1)) <= last_day:
        starts.append(following)
    return starts


def _fetch(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _sums(found: Iterable[tuple[Any, ...]], column: int) -> dict[Any, Figures]:
    sums: dict[Any, Figures] = {}
    for row in found:
        sums[row[column]] = sums.get(row[column], Figures()) + Figures(*(int(value) for value in row[3:]))
    return sums


def _width(division: str, prefix: str) -> int:
    """Return how many digits tell the divisions right below apart; municipalities have no prefectures."""
    if len(prefix) == 2 and not any(one.code.endswith("00") for one in divisions.children(division)):
        return 6
    return min(len(prefix) + 2, 6)


def _place(prefix: str, figures: Figures) -> Group:
    code = prefix.ljust(6, "0")
    name = divisions.full_name(code)
    if not name:
        # Counties right below a province share a number that no prefecture has.
        above = divisions.full_name(f"{prefix[:2]}0000")
        name = gettext("%(province)s直辖县级行政区") % {"province": above} if above else code
    return Group(code, name, figures, deeper=len(prefix) < 6)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
