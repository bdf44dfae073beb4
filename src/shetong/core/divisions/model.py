"""What a division is, and what its six digits alone say (GB/T 2260: two digits each for province, city, county)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

NATION = "100000"


class Level(IntEnum):
    """Level of a division; a smaller number is a larger area."""

    NATION = 0
    PROVINCE = 1
    CITY = 2
    COUNTY = 3


@dataclass(frozen=True, slots=True)
class Division:
    """A code with the name it bears, or bore from ``valid_from`` to ``valid_to`` (exclusive; ``None`` is open).

    ``short_name`` leaves out the common ending (杭州市 → 杭州). ``parent`` is ``None`` for the nation only.
    ``successors`` are the codes that took over when this one ceased. ``centre`` is longitude and latitude as
    published by the source, which looks like GCJ-02: good for a schematic map, not for measuring.
    """

    code: str
    name: str
    short_name: str
    level: Level
    parent: str | None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    centre: tuple[float, float] | None = None

    @property
    def is_current(self) -> bool:
        """Whether the division exists today."""
        return self.valid_to is None

    def valid_on(self, day: date) -> bool:
        """Whether the code bore this name on ``day`` (precision: a year)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of divisions: kind (撤县设区, 更名, …), what ended, what began, and the approval where known."""

    year: int
    kind: str
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    document: str


def prefix(code: str) -> str:
    """Return the digits that every code inside ``code`` begins with: no trailing zero pairs; empty for the nation."""
    if code == NATION:
        return ""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def contains(jurisdiction: str, code: str) -> bool:
    """Whether the area of ``jurisdiction`` holds the division ``code`` (itself included)."""
    return code.startswith(prefix(jurisdiction))


def level(code: str) -> Level:
    """Return the level that the form of ``code`` says; it need not exist."""
    return {0: Level.NATION, 2: Level.PROVINCE, 4: Level.CITY}.get(len(prefix(code)), Level.COUNTY)


def parent_of(code: str) -> str | None:
    """Return the code one level up by form alone; ``None`` for the nation."""
    own = level(code)
    if own is Level.NATION:
        return None
    return {Level.PROVINCE: NATION, Level.CITY: code[:2] + "0000", Level.COUNTY: code[:4] + "00"}[own]
