"""The fold: from filings to what was true on a day, as far as the register knew at a time. Pure; no database, no clock.

A filing's ``after`` maps keys to JSON values. Keys are element names (:mod:`shetong.registry.elements`) with dates as
``YYYY-MM-DD``, money as integer fen, authority by name and parent by code; further ``attributes.CODE`` and
``officers.ROLE.PERSON`` with an object (``valid_from``, perhaps ``valid_to``, perhaps more) where held and ``null``
where it ended on the filing's effective date; person numbers only, no personal data; and ``charter``.

Corrections do not take part on their own: they amend the filing that they correct, in the order of recording. The
values that a correction names replace those of the corrected filing, its effective date replaces the corrected one's,
and with :data:`VOID` the corrected filing never happened. So a later change of the same element stays in force, and
leaving out the corrections recorded after a time gives back what the register said at that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

Json: TypeAlias = Any
State: TypeAlias = dict[str, Json]

CORRECTION = "correction"
# In a correction's ``after``: the corrected filing is to be read as if it had never been made.
VOID = "void"
ATTRIBUTE_PREFIX = "attributes."
OFFICER_PREFIX = "officers."
# The charter in force: when it was adopted, the document of its approval, digests of its text.
CHARTER = "charter"
# Imported lists know these attributes by a date alone.
SINCE_ELEMENTS = {"charity_since": "CHARITY", "public_fundraising_since": "PUBFUND"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One filing as the fold sees it; ``number`` grows with recording."""

    number: int
    kind: str
    effective_on: date
    recorded_at: datetime
    after: Mapping[str, Json]
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A filing as it stands after its corrections; ``amended_by`` are their numbers."""

    number: int
    kind: str
    effective_on: date
    after: Mapping[str, Json]
    amended_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """A value held from ``start`` to ``end`` (exclusive, ``None``: still), with the filings that began and ended it."""

    value: Json
    start: date
    end: date | None
    began_by: Standing
    ended_by: Standing | None


@dataclass(frozen=True, slots=True)
class Span:
    """An attribute or post held from ``start`` to ``end`` (exclusive; ``None``: open)."""

    key: str
    value: Mapping[str, Json]
    start: date
    end: date | None
    filing: int


def standing(entries: Iterable[Entry], known_at: datetime | None = None) -> list[Standing]:
    """Return the filings recorded up to ``known_at`` (``None``: all) as corrected by then, in the order of effect.

    Filings of one day take effect in the order of recording. The order of ``entries`` does not matter.
    """
    known = sorted((e for e in entries if known_at is None or e.recorded_at <= known_at), key=lambda e: e.number)
    roots: dict[int, int] = {}
    stands: dict[int, Standing] = {}
    voided: set[int] = set()
    for entry in known:
        if entry.corrects is None:
            stands[entry.number] = Standing(entry.number, entry.kind, entry.effective_on, dict(entry.after))
            continue
        root = roots[entry.number] = roots.get(entry.corrects, entry.corrects)
        corrected = stands.get(root)
        if corrected is None:
            continue
        voided.discard(root)
        if entry.after.get(VOID):
            voided.add(root)
        values = {key: value for key, value in entry.after.items() if key != VOID}
        stands[root] = Standing(
            root,
            corrected.kind,
            entry.effective_on,
            {**corrected.after, **values},
            (*corrected.amended_by, entry.number),
        )
    return sorted(
        (stand for number, stand in stands.items() if number not in voided),
        key=lambda stand: (stand.effective_on, stand.number),
    )


def fold(stands: Sequence[Standing], day: date) -> State:
    """Return every key's value on ``day``: the last one filed with effect up to that day."""
    state: State = {}
    for stand in stands:
        if stand.effective_on > day:
            break
        state.update(stand.after)
    return state


def periods(stands: Sequence[Standing], key: str, until: date | None = None) -> list[Period]:
    """Return the successive values of ``key`` with their periods; effects after ``until`` are left out.

    A filing that repeats the value in force begins no new period.
    """
    found: list[Period] = []
    for stand in stands:
        if until is not None and stand.effective_on > until:
            break
        if key not in stand.after or (found and found[-1].value == stand.after[key]):
            continue
        if found:
            last = found[-1]
            found[-1] = Period(last.value, last.start, stand.effective_on, last.began_by, stand)
        found.append(Period(stand.after[key], stand.effective_on, None, stand, None))
    return found


def spans(stands: Sequence[Standing], prefix: str, until: date | None = None) -> list[Span]:
    """Return every holding under ``prefix`` (attributes, posts), oldest first within a key.

    An object opens a holding on its ``valid_from`` and closes the one before; with the same ``valid_from`` it replaces
    it. ``null`` closes on the effective date. Filings with effect after ``until`` are left out.
    """
    open_: dict[str, list[Span]] = {}
    for stand in stands:
        if until is not None and stand.effective_on > until:
            break
        for key, value in _holdings(stand.after, prefix):
            held = open_.setdefault(key, [])
            if value is None:
                _close(held, stand.effective_on)
                continue
            start = date.fromisoformat(value["valid_from"])
            _close(held, start)
            end = date.fromisoformat(value["valid_to"]) if value.get("valid_to") else None
            held.append(Span(key, value, start, end, stand.number))
    return [span for held in open_.values() for span in held]


def held_on(all_spans: Iterable[Span], day: date) -> dict[str, Mapping[str, Json]]:
    """Return the holdings of one day by key."""
    return {span.key: span.value for span in all_spans if span.start <= day and (span.end is None or day < span.end)}


def _holdings(after: Mapping[str, Json], prefix: str) -> Iterator[tuple[str, Json]]:
    for key, value in after.items():
        if key.startswith(prefix):
            yield key, value
        elif prefix == ATTRIBUTE_PREFIX and key in SINCE_ELEMENTS:
            yield f"{ATTRIBUTE_PREFIX}{SINCE_ELEMENTS[key]}", {"valid_from": value} if value else None


def _close(held: list[Span], day: date) -> None:
    if not held or (held[-1].end is not None and held[-1].end <= day):
        return
    last = held.pop()
    if last.start < day:
        held.append(Span(last.key, last.value, last.start, day, last.filing))
