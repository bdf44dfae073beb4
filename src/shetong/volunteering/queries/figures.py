"""Statistics of service time: read from what a job counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext

from shetong.core import divisions
from shetong.volunteering.models import Field, HoursFigure
from shetong.volunteering.queries.records import within

# Lower bounds of the bands of ages; those of the law's minors stand apart.
AGES = (0, 14, 18, 35, 60)
Rows = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A year. ``tables``: title, then (label, minutes, records) by division, age and field."""

    minutes: int
    records: int
    counted_at: datetime | None
    tables: tuple[tuple[str, Rows], ...]


def of_year(jurisdictions: Iterable[str], year: int) -> Figures:
    """Return the statistics of a year within jurisdictions, by the next lower divisions, ages and fields."""
    held = list(jurisdictions)
    rows = HoursFigure.objects.filter(within(held), month__year=year)
    sums = rows.aggregate(minutes=Sum("minutes"), records=Sum("records"), counted_at=Max("counted_at"))
    return Figures(
        sums["minutes"] or 0, sums["records"] or 0, sums["counted_at"],
        (
            (gettext("按行政区划"), _by_division(rows, held)),
            (gettext("按年龄"), _by(rows, "age", _age)),
            (gettext("按服务类别"), _by(rows, "field", lambda code: str(Field(code).label))),
        ),
    )  # fmt: skip


def _by(rows: QuerySet[HoursFigure], name: str, label: Any) -> Rows:
    found = rows.values_list(name).annotate(minutes=Sum("minutes"), records=Sum("records")).order_by(name)
    return tuple((label(value), minutes, records) for value, minutes, records in found)


def _by_division(rows: QuerySet[HoursFigure], jurisdictions: list[str]) -> Rows:
    # Whoever answers for the nation sees provinces, for a province cities, for a city districts.
    longest = max((len(divisions.prefix(code)) for code in jurisdictions), default=0)
    length = min(6, longest + 2)
    sums: dict[str, list[int]] = {}
    for code, minutes, records in _by(rows, "division_code", str):
        found = sums.setdefault(code[:length].ljust(6, "0"), [0, 0])
        found[0] += minutes
        found[1] += records
    return tuple((_name(code), *each) for code, each in sorted(sums.items()))  # type: ignore[misc]


def _name(code: str) -> str:
    return divisions.full_name(code) if divisions.get(code) else code


def _age(least: int | None) -> str:
    if least is None:
        return gettext("年龄不详")
    following = next((age for age in AGES if age > least), None)
    if following is None:
        return gettext("%(least)d岁及以上") % {"least": least}
    return gettext("%(least)d至%(most)d岁") % {"least": least, "most": following - 1}
