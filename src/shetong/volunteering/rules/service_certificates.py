"""What stands on a certificate of service (志愿服务记录证明, 民政部关于规范志愿服务记录证明工作的指导意见, 2015)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shetong.volunteering.rules.hours import hours as served_hours

# More services than this are counted on the paper and not listed one by one.
MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Served:
    """One confirmed record: on which day (of China), what, in which field, how many minutes."""

    day: date
    what: str
    field: str
    minutes: int


def hours(minutes: int) -> str:
    """Return minutes as hours for people, never more than was served: 95 → ``1.5``; 60 → ``1``."""
    return str(served_hours(minutes)).removesuffix(".0")


def lines(served: Iterable[Served]) -> list[dict[str, Any]]:
    """Return the services in the order of days, those of one day and activity in one line."""
    found: dict[tuple[date, str, str], int] = {}
    for one in sorted(served, key=lambda each: (each.day, each.what)):
        found[one.day, one.what, one.field] = found.get((one.day, one.what, one.field), 0) + one.minutes
    return [
        {"day": day.isoformat(), "what": what, "field": field, "minutes": minutes}
        for (day, what, field), minutes in found.items()
    ]


def by_field(listed: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return the minutes of each field of service, the most first."""
    total: dict[str, int] = {}
    for line in listed:
        total[line["field"]] = total.get(line["field"], 0) + line["minutes"]
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
