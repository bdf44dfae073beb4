"""Whether somebody is where an activity takes place, as far as a phone can tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from shetong.volunteering.models.choices import Datum, PlaceVerdict
from shetong.volunteering.rules.places import Spot, metres

# A position that may be wrong by more than this says nothing.
WORST_ACCURACY = 1_000.0


class Position(NamedTuple):
    """Where a phone says it is (WGS 84), and by how many metres it may be wrong (68 percent of the time)."""

    longitude: float
    latitude: float
    accuracy: float


def read(given: object) -> Position | None:
    """Return the position that a browser sent as ``lon``, ``lat``, ``accuracy``; ``None`` where it sent none.

    Raises :class:`ValueError` for anything that is no place on earth.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise ValueError("position")
    values = [given.get(name) for name in ("lon", "lat", "accuracy")]
    numbers = [float(value) for value in values if isinstance(value, int | float) and math.isfinite(value)]
    if len(numbers) != len(values):
        raise ValueError("position")
    found = Position(*numbers)
    if abs(found.longitude) > 180 or abs(found.latitude) > 90 or found.accuracy < 0:
        raise ValueError("position")
    return found


class Judged(NamedTuple):
    """The verdict and the distance in full metres; this is all that is kept of a position."""

    verdict: PlaceVerdict
    metres: int | None


# By so much places of maps of China are shifted, at most (GB 20263 asks for it; nothing here undoes it).
SHIFT = 700


def reach(fence: int, crs: str) -> int:
    """Return within how many metres of a place somebody is there, where its coordinates are those of ``crs``."""
    return fence + (SHIFT if crs == Datum.GCJ02 else 0)


def judge(position: Position | None, place: Spot | None, *, fence: int) -> Judged:
    """Return whether a position lies within ``fence`` metres of the place, its inaccuracy counted for the person.

    Twice the accuracy is taken off the distance, so that nobody is outside by the phone's error alone; a position that
    may be wrong by a kilometre, or an activity without a place, decides nothing.
    """
    if position is None or place is None:
        return Judged(PlaceVerdict.UNKNOWN, None)
    away = metres(Spot(position.longitude, position.latitude), place)
    told = round(away)
    if away <= fence:
        return Judged(PlaceVerdict.INSIDE, told)
    if away - 2 * max(0.0, position.accuracy) > fence and position.accuracy <= WORST_ACCURACY:
        return Judged(PlaceVerdict.OUTSIDE, told)
    return Judged(PlaceVerdict.UNSURE, told)
