"""Why an activity suits somebody: each reason with its weight, so that a recommendation can say what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shetong.volunteering.rules import masks


@dataclass(frozen=True, slots=True)
class Interests:
    """What of a volunteer a recommendation looks at; ``times`` as bits of a week."""

    skills: Collection[str]
    languages: Collection[str]
    fields: Collection[str]
    times: int
    reach_km: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: ``kind`` is ``near``, ``skills``, ``times`` or ``field``; ``value`` what it is about."""

    kind: str
    value: str
    weight: float


def reasons(
    who: Interests, *, metres: float | None, slots: Iterable[int], demands: Iterable[int], field: str
) -> list[Reason]:
    """Return why an activity suits somebody, the weightiest first; none for one that does not."""
    found: list[Reason] = []
    if metres is not None and metres <= who.reach_km * 1000:
        found.append(Reason("near", f"{metres / 1000:.1f}", 1 - metres / (who.reach_km * 1000)))
    for code in sorted((*who.skills, *who.languages)):
        bit = masks.demand([code], []) if code in who.skills else masks.demand([], [code])
        if any(demand & bit for demand in demands):
            found.append(Reason("skills", code, 0.8))
            break
    if any(masks.in_week(slot) & who.times for slot in slots):
        found.append(Reason("times", "", 0.5))
    if field in who.fields:
        found.append(Reason("field", field, 0.7))
    return sorted(found, key=lambda reason: -reason.weight)


def score(found: Iterable[Reason]) -> float:
    """Return how well an activity suits: the sum of its reasons' weights."""
    return sum(reason.weight for reason in found)
