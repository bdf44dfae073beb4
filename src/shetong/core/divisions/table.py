"""The shipped tables and the questions asked of them by code."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from shetong.core.divisions.model import NATION, Change, Division, Level, contains, level


@dataclass(frozen=True, slots=True)
class Table:
    """Everything loaded: current divisions, every period of every code, children by parent."""

    current: dict[str, Division]
    periods: dict[str, tuple[Division, ...]]
    children: dict[str, tuple[Division, ...]]


def get(code: str, on: date | None = None) -> Division | None:
    """Return the division of ``code``: today's if there is one, else the last that bore the code; ``None`` if unknown.

    With ``on``, the one that bore the code on that day (precision: a year), or ``None``.
    """
    found = table().periods.get(code)
    if not found:
        return None
    if on is None:
        return found[-1]
    return next((division for division in reversed(found) if division.valid_on(on)), None)


def history(code: str) -> tuple[Division, ...]:
    """Return every name that ``code`` bore since 1984, oldest first; empty if the code is unknown."""
    return table().periods.get(code, ())


def children(code: str) -> tuple[Division, ...]:
    """Return the current divisions directly below ``code`` in the order of their codes.

    Below a municipality come its districts, below a province its cities and the counties that it governs directly.
    """
    return table().children.get(code, ())


def descendants(code: str) -> Iterator[Division]:
    """Yield the current divisions inside ``code``, itself first, in the order of their codes."""
    return (division for division in table().current.values() if contains(code, division.code))


def current() -> tuple[Division, ...]:
    """Return all current divisions in the order of their codes, the nation first."""
    return tuple(table().current.values())


@lru_cache(maxsize=8192)
def full_name(code: str) -> str:
    """Return the name with those above it (浙江省杭州市上城区), also of historic codes; an unknown code itself."""
    division = get(code)
    if division is None:
        return code
    if division.parent in (None, NATION):
        return division.name
    above = division.parent
    name = full_name(above)
    if division.valid_to is not None and len(names := history(above)) > 1:
        then = date(division.valid_to.year - 1, 1, 1)
        old = next((d for d in names if d.valid_on(then)), names[-1])
        name = (full_name(old.parent) if old.parent not in (None, NATION) else "") + old.name
    return name + division.name


def successors(code: str) -> tuple[Division, ...]:
    """Return the current divisions that took over from ``code``, followed to the end; itself while it is current."""
    found: dict[str, Division] = {}
    seen: set[str] = set()
    waiting = [code]
    while waiting:
        here = waiting.pop(0)
        division = get(here)
        if here in seen or division is None:
            continue
        seen.add(here)
        if division.is_current:
            found[here] = division
        waiting.extend(division.successors)
    return tuple(found.values())


def search(text: str, *, historic: bool = False) -> list[Division]:
    """Return divisions whose code begins with ``text`` or whose full name contains it, in code order."""
    wanted = "".join(text.split())
    loaded = table()
    pool = (found[-1] for _, found in sorted(loaded.periods.items())) if historic else loaded.current.values()
    if not wanted:
        return list(pool)
    if wanted.isdigit():
        return [division for division in pool if division.code.startswith(wanted)]
    return [division for division in pool if wanted in full_name(division.code)]


def changes(code: str) -> tuple[Change, ...]:
    """Return the recorded changes since 1984 in which ``code`` took part, oldest first."""
    return _changes().get(code, ())


@lru_cache(maxsize=1)
def table() -> Table:
    """Load the shipped files once (about 20 ms)."""
    nation = Division(NATION, "全国", "全国", Level.NATION, None)
    rows = list(_rows("current.csv"))
    known = {row[0] for row in rows}
    old_rows = list(_rows("historic.csv"))
    once = known | {row[0] for row in old_rows}
    present = {NATION: nation}
    for code, name, short, first, lng, lat in rows:
        centre = (float(lng), float(lat)) if lng else None
        present[code] = Division(code, name, short, level(code), _parent(code, known), _january(first), centre=centre)
    periods: dict[str, list[Division]] = defaultdict(list)
    for code, name, first, last, heirs in old_rows:
        until = date(int(last) + 1, 1, 1)
        periods[code].append(
            Division(code, name, name, level(code), _parent(code, once), _january(first), until, tuple(heirs.split()))
        )
    below: dict[str, list[Division]] = defaultdict(list)
    for division in present.values():
        periods[division.code].append(division)
        if division.parent:
            below[division.parent].append(division)
    return Table(present, {c: tuple(p) for c, p in periods.items()}, {c: tuple(d) for c, d in below.items()})


@lru_cache(maxsize=1)
def _changes() -> dict[str, tuple[Change, ...]]:
    found: dict[str, list[Change]] = defaultdict(list)
    for year, *rest in _rows("changes.csv"):
        change = Change(int(year), *rest)
        for code in {change.old_code, change.new_code} - {""}:
            found[code].append(change)
    return {code: tuple(listed) for code, listed in found.items()}


def _rows(name: str) -> Iterator[list[str]]:
    text = resources.files(__package__).joinpath("data", name).read_text("utf-8")
    reader = csv.reader(text.splitlines())
    next(reader)
    return reader


def _parent(code: str, known: set[str]) -> str:
    """The nearest code above that exists: districts of municipalities and 90xx counties hang on the province."""
    if code.endswith("0000"):
        return NATION
    city = code[:4] + "00"
    return city if code != city and city in known else code[:2] + "0000"


def _january(year: str) -> date | None:
    return date(int(year), 1, 1) if year else None
