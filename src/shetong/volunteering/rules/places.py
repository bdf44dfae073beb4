"""Distances on the earth."""

from __future__ import annotations

from math import asin, cos, log, pi, radians, sin, sqrt, tan
from typing import NamedTuple
from unicodedata import normalize

from shetong.core import divisions

EARTH_METRES = 6_371_008.8  # mean radius
MERCATOR_METRES = 6_378_137  # of the plane on which the index measures


class Spot(NamedTuple):
    """A place in degrees of WGS 84."""

    longitude: float
    latitude: float


def metres(one: Spot, other: Spot) -> float:
    """Return the distance along the surface, in metres (haversine)."""
    east, north = radians(other.longitude - one.longitude), radians(other.latitude - one.latitude)
    half = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(half)))


def mercator(spot: Spot) -> tuple[float, float]:
    """Return the place on the Mercator plane in metres, as the index of activities keeps it."""
    return (
        MERCATOR_METRES * radians(spot.longitude),
        MERCATOR_METRES * log(tan(pi / 4 + radians(spot.latitude) / 2)),
    )


def read(text: str) -> Spot | None:
    """Return the place written ``longitude,latitude``, be the comma a Chinese one; ``None`` for anything else."""
    longitude, _, latitude = normalize("NFKC", text).replace("、", ",").partition(",")
    try:
        spot = Spot(float(longitude), float(latitude))
    except ValueError:
        return None
    return spot if abs(spot.longitude) <= 180 and abs(spot.latitude) <= 85 else None


def division_spot(code: str) -> Spot | None:
    """Return the centre of a county or district that exists today; ``None`` for what is larger or not known."""
    division = divisions.get(code)
    if division is None or division.centre is None or division.level != divisions.Level.COUNTY:
        return None
    return Spot(*division.centre)
