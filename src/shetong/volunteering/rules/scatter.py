"""A map without tiles: places as dots on a plain grid of degrees, those that would lie on each other as one.

Boundaries do not ship with the project (docs/decisions/0072) and nothing is fetched from elsewhere, so the picture
claims no more than it knows: where the activities lie to each other and to the reader, with a scale in kilometres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import floor, log10

from shetong.volunteering.rules.places import Spot, mercator, metres

WIDTH, HEIGHT = 720, 480
MARGIN = 44
CELLS = 16  # dots nearer to each other than a cell become one


@dataclass(slots=True)
class Dot:
    """One place on the picture, ``x`` and ``y`` in its units, with the positions of what lies there in the input."""

    x: float
    y: float
    members: list[int] = field(default_factory=list)

    @property
    def radius(self) -> int:
        """The radius of the dot, larger where more lies."""
        return min(24, 14 + len(self.members))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid: ``at`` on its axis, ``label`` in degrees."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole map; ``scale_width`` in units for ``scale_km`` kilometres; ``here``: where the reader is."""

    dots: Sequence[Dot]
    meridians: Sequence[Line]
    parallels: Sequence[Line]
    scale_km: float
    scale_width: float
    here: tuple[float, float] | None
    width: int = WIDTH
    height: int = HEIGHT


def draw(spots: Sequence[Spot], here: Spot | None) -> Picture | None:
    """Return the picture of places; ``None`` where there are none."""
    if not spots:
        return None
    plane = [mercator(spot) for spot in (*spots, *([here] if here else []))]
    left, right = min(x for x, _ in plane), max(x for x, _ in plane)
    low, high = min(y for _, y in plane), max(y for _, y in plane)
    # Never nearer than two kilometres across, so that one place is not stretched over the page.
    span = max((right - left) / (WIDTH - 2 * MARGIN), (high - low) / (HEIGHT - 2 * MARGIN), 2_000 / WIDTH)
    middle_x, middle_y = (left + right) / 2, (low + high) / 2

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (
            round(WIDTH / 2 + (point[0] - middle_x) / span, 1),
            round(HEIGHT / 2 - (point[1] - middle_y) / span, 1),
        )

    dots = _together(place(point) for point in plane[: len(spots)])
    west, east = middle_x - span * WIDTH / 2, middle_x + span * WIDTH / 2
    south, north = middle_y - span * HEIGHT / 2, middle_y + span * HEIGHT / 2
    first = spots[0]
    centre = Spot(sum(spot.longitude for spot in spots) / len(spots), sum(spot.latitude for spot in spots) / len(spots))
    beside = Spot(centre.longitude + 0.01, centre.latitude)
    shrink = metres(centre, beside) / (mercator(beside)[0] - mercator(centre)[0])
    scale_km = _round_number(WIDTH * span * shrink / 4_000)
    return Picture(
        dots=dots,
        meridians=[
            Line(place((mercator(Spot(degree, first.latitude))[0], middle_y))[0], _degrees(degree))
            for degree in _ticks(_longitude(west), _longitude(east))
        ],
        parallels=[
            Line(place((middle_x, mercator(Spot(first.longitude, degree))[1]))[1], _degrees(degree))
            for degree in _ticks(_latitude(south), _latitude(north))
        ],
        scale_km=scale_km, scale_width=round(scale_km * 1000 / shrink / span, 1),
        here=place(plane[-1]) if here else None,
    )  # fmt: skip


def _together(points: Iterable[tuple[float, float]]) -> list[Dot]:
    cells: dict[tuple[int, int], Dot] = {}
    cell = WIDTH / CELLS / 1.5
    for position, (x, y) in enumerate(points):
        dot = cells.setdefault((floor(x / cell), floor(y / cell)), Dot(x, y))
        dot.members.append(position)
    return list(cells.values())


def _longitude(x: float) -> float:
    return x / mercator(Spot(1, 0))[0]


def _latitude(y: float) -> float:
    low, high = -85.0, 85.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        if mercator(Spot(0, middle))[1] < y:
            low = middle
        else:
            high = middle
    return low


def _ticks(start: float, end: float) -> list[float]:
    step = _round_number((end - start) / 4)
    first = floor(start / step) + 1
    return [round(number * step, 6) for number in range(first, floor(end / step) + 1)]


def _round_number(value: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is no greater."""
    power = 10 ** floor(log10(value))
    return float(max(step * power for step in (1, 2, 5) if step * power <= value * 1.000001))


def _degrees(value: float) -> str:
    return f"{value:g}°"
