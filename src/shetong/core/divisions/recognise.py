"""Recognise the division at the head of a name or an address, with or without 省市区县 and with levels left out."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from shetong.core.divisions.model import NATION, Division, Level, prefix
from shetong.core.divisions.table import table

# After a short form these show that another thing was meant: 东城镇, 南京路, 朝阳县 (where 朝阳县 itself is elsewhere).
_NOT_AFTER_SHORT = frozenset("省市区县旗盟镇乡村路街巷")
_SEPARATORS = frozenset(" \t\u3000,，、.。·・-—_/\\|:：;；>")


@dataclass(frozen=True, slots=True)
class Match:
    """A division recognised at the head of a text.

    ``matched`` is the text consumed and ``remaining`` what follows. ``complete`` says that the last part was written
    with its ending. ``alternatives`` are other divisions that fit equally well: then the text alone does not decide.
    """

    division: Division
    matched: str
    remaining: str
    complete: bool
    alternatives: tuple[Division, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether nothing else fits as well."""
        return not self.alternatives


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the head of a text: where it ends, the division, whether endings and names are today's."""

    end: int
    division: Division
    complete: bool
    present: bool

    def merit(self) -> tuple[int, bool, bool, int]:
        return (self.end, self.complete, self.present, -int(self.division.level))


def find(text: str, *, within: str = NATION) -> Match | None:
    """Return the division that the head of ``text`` names, or ``None``.

    Levels may be left out (浙江上城区), endings too (浙江杭州), parts may be apart (浙江省 杭州市), former names are
    understood where they are written in full (杭州市下城区). ``within`` limits the search to a jurisdiction, which
    decides between namesakes. Full-width characters and leading spaces do not matter.
    """
    head = unicodedata.normalize("NFKC", text[:200])
    start = _skip(head, 0)
    readings = list(_read(head, start, prefix(within)))
    if not readings and head.startswith(("中国", "中华人民共和国"), start):
        start += 7 if head.startswith("中华人民共和国", start) else 2
        readings = [r for r in _read(head, _skip(head, start), prefix(within)) if r.complete]
    if not readings:
        return None
    best = max(readings, key=_Reading.merit)
    rivals = {r.division.code: r.division for r in readings if r.merit() == best.merit()}
    chosen = rivals.pop(best.division.code)
    rest = head[best.end :] + unicodedata.normalize("NFKC", text[200:])
    return Match(chosen, head[: best.end].strip(), rest[_skip(rest, 0) :], best.complete, tuple(rivals.values()))


def _read(text: str, start: int, inside: str, above: str = "") -> Iterator[_Reading]:
    """Yield the readings of ``text`` from ``start`` below the code prefix ``above`` that end inside ``inside``."""
    names = _names()
    for length in _lengths().get(text[start : start + 2], ()):
        end = start + length
        for division, full in names.get(text[start:end], ()):
            own = prefix(division.code)
            if own == above or not own.startswith(above):
                continue
            within = own.startswith(inside)
            if not within and not inside.startswith(own):
                continue
            if division.level is not Level.COUNTY:
                yield from _read(text, _skip(text, end), inside, own)
            if within and (full or text[end : end + 1] not in _NOT_AFTER_SHORT):
                yield _Reading(end, division, full, division.is_current)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SEPARATORS:
        position += 1
    return position


@lru_cache(maxsize=1)
def _names() -> dict[str, list[tuple[Division, bool]]]:
    """Every way to write one division: today's names in full or short, old ones in full."""
    found: dict[str, list[tuple[Division, bool]]] = defaultdict(list)
    for periods in table().periods.values():
        newest: set[str] = set()
        for division in reversed(periods):
            if division.code == NATION or division.name in newest or len(division.name) < 2:
                continue
            newest.add(division.name)
            found[division.name].append((division, True))
            if division.short_name != division.name:
                found[division.short_name].append((division, False))
    return dict(found)


@lru_cache(maxsize=1)
def _lengths() -> dict[str, tuple[int, ...]]:
    """First two characters to the lengths of names that begin so, longest first."""
    found: dict[str, set[int]] = defaultdict(set)
    for name in _names():
        found[name[:2]].add(len(name))
    return {head: tuple(sorted(lengths, reverse=True)) for head, lengths in found.items()}
