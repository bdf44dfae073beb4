"""What does not go together in somebody's records: found by figures, judged by a person.

One person cannot be in two places at once, nor fly between them (rulebook 00, pitfall 12). The limits are local
practice and come as arguments.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shetong.core.canonical_json import Json
from shetong.volunteering.models.choices import DoubtKind
from shetong.volunteering.rules.hours import day_of
from shetong.volunteering.rules.places import Spot, metres

# Nearer places tell nothing: addresses are that inexact.
LEAST_METRES = 2_000
# Where only the division of a place is known its places lie so far from each other's centres at most; few are larger.
DIVISION_METRES = 200_000
# No two places in the country are farther from each other.
FARTHEST_KM = 6_000


@dataclass(frozen=True, slots=True)
class Span:
    """A record as the comparison sees it; ``pk`` 0 for one that is not written yet."""

    pk: int
    start: datetime
    end: datetime
    minutes: int
    place: Spot | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt: its kind, the figures behind it, the record it does not go with."""

    kind: DoubtKind
    detail: dict[str, Json] = field(default_factory=dict)
    other: int | None = None


def overlaps(record: Span, others: Iterable[Span]) -> list[Finding]:
    """Return a finding for each record of the same person at the same time; ``minutes``: of the time they share."""
    found = []
    for other in others:
        shared = (min(record.end, other.end) - max(record.start, other.start)).total_seconds()
        if shared > 0:
            found.append(Finding(DoubtKind.OVERLAP, {"minutes": -int(-shared // 60)}, other.pk))
    return found


def speeds(record: Span, others: Iterable[Span], *, limit_kmh: int, inexact_metres: int = 0) -> list[Finding]:
    """Return a finding where one would have had to travel faster than ``limit_kmh`` from or to another record.

    ``inexact_metres``: by how much the way may be shorter than that between the two places as they are known.
    """
    found = []
    for other in others:
        if record.place is None or other.place is None:
            continue
        gap = max(record.start, other.start) - min(record.end, other.end)
        away = metres(record.place, other.place) - inexact_metres
        if gap.total_seconds() < 0 or away < LEAST_METRES:
            continue
        hours = max(gap.total_seconds(), 60.0) / 3600
        if away / 1000 / hours > limit_kmh:
            detail: dict[str, Json] = {"km": round(away / 1000), "minutes": int(gap.total_seconds() // 60)}
            found.append(Finding(DoubtKind.SPEED, detail, other.pk))
    return found


def long_day(record: Span, others: Sequence[Span], *, limit_minutes: int) -> list[Finding]:
    """Return a finding where the records that begin on the same day come to more than ``limit_minutes`` together."""
    day = day_of(record.start)
    total = record.minutes + sum(other.minutes for other in others if day_of(other.start) == day)
    if total <= limit_minutes:
        return []
    return [Finding(DoubtKind.DAY, {"minutes": total, "day": day.isoformat()})]


def later_ones(spans: Iterable[tuple[Hashable, datetime, datetime, str]]) -> list[str]:
    """Return the numbers of those that overlap with one that comes before and stays; the first to begin stays.

    ``spans``: (whose, start, end, number); who begins at the same moment comes in the order of the numbers.
    """
    stays: dict[Hashable, datetime] = {}
    later = []
    for whose, start, end, number in sorted(spans, key=lambda span: (span[1], span[3])):
        if (until := stays.get(whose)) is not None and start < until:
            later.append(number)
        else:
            stays[whose] = end
    return later
