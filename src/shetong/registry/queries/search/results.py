"""What a search answers: organisations as lists show them, with the place where the words were found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rapidfuzz.distance import LCSseq

from shetong.core.pinyin import transliterate
from shetong.core.text import key, normalise
from shetong.registry.models import OrganisationName
from shetong.registry.queries.search.rows import Row
from shetong.registry.queries.search.terms import Terms

Span = tuple[int, int]


class Match(StrEnum):
    """Why an organisation is in the list."""

    EXACT = "exact"  # the whole name, ignoring variants of writing
    NAME = "name"  # part of the name
    FORMER_NAME = "former-name"
    PINYIN = "pinyin"  # initials or full spelling
    CODE = "code"
    REPRESENTATIVE = "representative"
    SIMILAR = "similar"  # nothing contains the words; this comes near
    LISTED = "listed"  # no words were given


@dataclass(frozen=True, slots=True)
class Result:
    """An organisation in a list. ``highlights``: pieces of the shown name, start and end in characters.

    ``former_name`` is the one that fits, where it is not the present name; ``highlights`` are then within it.
    ``charity`` and ``fundraising`` are as of the day on which the index was last renewed.
    """

    id: int
    code: str
    name: str
    kind: str
    status: str
    division: str
    legal_representative: str
    founded_on: date | None
    authority: str
    charity: bool
    fundraising: bool
    demo: bool
    match: Match
    former_name: str = ""
    highlights: tuple[Span, ...] = ()

    def pieces(self) -> list[tuple[str, bool]]:
        """Return the name (or the former name that fits) cut into pieces, each with whether it is highlighted."""
        shown = self.former_name or self.name
        cuts, at = [], 0
        for start, end in self.highlights:
            cuts += [(shown[at:start], False), (shown[start:end], True)]
            at = end
        cuts.append((shown[at:], False))
        return [(text, marked) for text, marked in cuts if text]


def results(rows: Sequence[Row], terms: Terms | None, match: Match | None = None) -> list[Result]:
    """Turn rows into results, each organisation once, its present name before a former one.

    ``match`` overrides what the words say. One query more where a former name fits.
    """
    former = _former_names([row for row in rows if row.former])
    found: dict[int, Result] = {}
    for row in rows:
        if row.organisation_id in found:
            continue
        if row.former and terms and match is None and fits(key(row.name), terms):
            # The present name fits too and has, or had, its own place in the list.
            continue
        found[row.organisation_id] = _result(row, terms, match, former.get((row.organisation_id, row.text), row.text))
    return list(found.values())


def fits(text: str, terms: Terms) -> bool:
    """Whether a folded name contains the words, as letters or as characters."""
    return bool(_spans(text, terms))


def similar_spans(text: str, folded: str) -> list[Span]:
    """Return the pieces of a folded name that a mistyped query shares with it, in order."""
    blocks = LCSseq.editops(folded, text).as_matching_blocks()
    return [(block.b, block.b + block.size) for block in blocks if block.size]


def _result(row: Row, terms: Terms | None, match: Match | None, former_name: str) -> Result:
    shown = former_name if row.former else row.name
    spans: list[Span] = []
    if terms and match in (None, Match.SIMILAR):
        spans = _spans(row.text, terms) or similar_spans(row.text, terms.folded)
    return Result(
        id=row.organisation_id,
        code=row.uscc or f"BR{row.organisation_id}",
        name=row.name,
        kind=row.kind,
        status=row.status,
        division=row.division_code,
        legal_representative=row.legal_representative,
        founded_on=row.founded_on,
        authority=row.authority,
        charity=row.facets[9] == "C",
        fundraising=row.facets[10] == "F",
        demo=row.demo,
        match=match or _match(row, terms),
        former_name=former_name if row.former else "",
        highlights=_in_shown(shown, row.text, spans),
    )


def _match(row: Row, terms: Terms | None) -> Match:
    if terms is None:
        return Match.LISTED
    if row.former:
        return Match.FORMER_NAME
    if row.text == terms.folded:
        return Match.EXACT
    return Match.PINYIN if terms.letters and terms.folded not in row.text else Match.NAME


def _spans(text: str, terms: Terms) -> list[Span]:
    """Return where the words stand in a folded name: every word, or the first way in which letters fit."""
    spans = [(at, at + len(word)) for word in terms.words if (at := text.find(word)) >= 0]
    if len(spans) == len(terms.words) or not terms.letters:
        return sorted(spans) if len(spans) == len(terms.words) else []
    spelling = transliterate(text)
    at = spelling.initials.find(terms.folded)
    if at >= 0:
        return [(at, at + len(terms.folded))]
    for reading in terms.readings:
        position = spelling.pinyin.find(reading.pinyin)
        if position >= 0:
            first = spelling.pinyin.count(" ", 0, position)
            return [(first, first + len(reading.syllables))]
    return _joined_spans(spelling.pinyin, terms.folded)


def _joined_spans(pinyin: str, letters: str) -> list[Span]:
    """Find letters in pinyin without its spaces: for ways to divide them that were not thought of."""
    syllables = pinyin.split()
    for first in range(len(syllables)):
        joined, last = "", first
        while last < len(syllables) and len(joined) < len(letters):
            joined += syllables[last]
            last += 1
        if joined.startswith(letters):
            return [(first, last)]
    return []


def _in_shown(shown: str, folded: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Translate places in the folded name to places in the name as written; neighbours become one."""
    # Most names are written as they are folded.
    same = shown == folded
    origin = range(len(shown)) if same else [at for at, character in enumerate(shown) for _ in normalise(character)]
    found: list[Span] = []
    for start, end in spans:
        if start >= len(origin):
            continue
        first, last = origin[start], origin[min(end, len(origin)) - 1] + 1
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def _former_names(rows: Sequence[Row]) -> dict[tuple[int, str], str]:
    if not rows:
        return {}
    ids = {row.organisation_id for row in rows}
    names = OrganisationName.objects.filter(organisation_id__in=ids).values_list("organisation_id", "name")
    return {(organisation_id, key(name)): name for organisation_id, name in names}


def as_match(result: Result, match: Match) -> Result:
    """Return a result shown for another reason, without highlights."""
    return replace(result, match=match, highlights=())
