"""The search index rows of :func:`shetong.registry.services.search_index.index_rows`, for whole columns of names.

The same texts, spellings, facets and ranks, and the same sets of tokens, many times as fast; a test compares both.
What is made is what COPY sends, but for the number of the organisation, which is drawn when the chunk is written.
"""

from __future__ import annotations

from functools import cache
from itertools import starmap
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from shetong.core.search_tokens import PAD
from shetong.registry.rules.facets import STATUS_LETTER, facet_tokens
from shetong.registry.rules.ranking import CLASS_WIDTH, Bend, bend, position
from shetong.registry.services.imports import letters, tuples
from shetong.registry.services.imports.letters import Codes, Letters, Places
from shetong.registry.services.imports.tuples import Octets

# Position of a name's row in its chunk; the number of the organisation is drawn when the chunk is written.
AT = "__at__"
_DIVISION, _WIDTH = 6, 16  # characters of the string of facets
_END = 3  # octets after a token in a vector: the end of its text, and no positions


class Entries(NamedTuple):
    """Index rows: AT of each, its folded text, and its fields after the number of the organisation."""

    at: Places
    text: pa.Array
    fields: pa.Array

    def of(self, chosen: Any) -> Entries:
        """Return the entries that a mask or positions choose."""
        choose = pc.filter if getattr(chosen, "dtype", None) == np.bool_ else pc.take
        mask = pa.array(chosen)
        return Entries(self.at[chosen], choose(self.text, mask), choose(self.fields, mask))


def index_columns(names: pl.DataFrame) -> Entries:
    """Return the entries of names.

    ``names`` has the columns AT and those of ``search_index.Source`` after the number, by name.
    """
    text = letters.folded(names["name"])
    spelling = letters.spelt(text)
    string = _facets(names)
    written = text.octets()
    fields = tuples.join(
        tuples.boolean(names["former"]),
        tuples.octets(written),
        tuples.octets(Letters(spelling.initials, text.starts).octets()),
        tuples.octets(spelling.pinyin),
        tuples.octets(_vectors(text, spelling.initials, string)),
        tuples.text(string),
        tuples.day(names["founded_on"]),
        tuples.integer(_ranks(written, names)),
    )
    return Entries(names[AT].to_numpy().astype(np.int64), written, fields)


def _vectors(text: Letters, initials: Codes, string: pl.Series) -> pa.Array:
    """Return the ``tsvector`` of each text: the number of its tokens, then each with its end; not yet sorted."""
    data, counts, sizes = _tokens_by_character(text, initials)
    by_character = tuples.from_offsets(data, letters.sums(sizes)[text.starts])
    division, of_division = _by_value(string.str.slice(0, _DIVISION).str.pad_end(_WIDTH))
    other, of_other = _by_value(string.str.slice(_DIVISION).str.pad_start(_WIDTH))
    total = np.diff(letters.sums(counts)[text.starts]) + of_division + of_other
    return tuples.join(tuples.counts(total), by_character, division, other)


def _tokens_by_character(text: Letters, initials: Codes) -> tuple[Octets, Places, Places]:
    """Return the tokens that begin at each character, end to end, with their number and their octets by character.

    A pair (the last character alone) and a triple of initials, each only where it comes first in its text.
    """
    ends, longest = text.ends, int(text.lengths.max(initial=0))
    left = ends - np.arange(len(ends))
    alone = np.flatnonzero(left == 1)
    pairs = text.codes.astype(np.uint64) << np.uint64(32) | _later(text.codes, 1)
    pairs[alone] &= np.uint64(0xFFFF_FFFF_0000_0000)
    third = _later(initials, 2)
    third[left <= 2] = ord(PAD)
    triples = (initials.astype(np.uint64) << np.uint64(21) | _later(initials, 1)) << np.uint64(21) | third
    no_pair = _met_before(pairs, ends, longest)
    no_triple = np.union1d(alone, _met_before(triples, ends, longest))
    first, letter, padded = _characters(text.codes), _characters(initials), _characters(third)
    second, next_letter = [_moved(each) for each in first], [_moved(each) for each in letter]
    end = [_Column(np.uint8(0), None)] * _END
    of_pair = [*first, *second, *end]
    of_triple = [*letter, *next_letter, *padded, *end]
    octets = np.empty((len(ends), len(of_pair) + len(of_triple)), np.uint8)
    kept = np.ones(octets.shape, bool)
    missing = [column.missing for column in (*of_pair, *of_triple) if column.missing is not None]
    for at, column in enumerate([*of_pair, *of_triple]):
        octets[:, at] = column.octets
        if column.missing is not None:
            kept[column.missing, at] = False
    kept[alone, len(first) : len(first) + len(second)] = False
    kept[no_pair, : len(of_pair)] = False
    kept[no_triple, len(of_pair) :] = False
    counts = np.full(len(ends), 2, np.int64)
    counts[no_pair] -= 1
    counts[no_triple] -= 1
    # Most characters need the whole width: only the others are counted.
    sizes = np.full(len(ends), octets.shape[1], np.int64)
    narrower = np.zeros(len(ends), bool)
    for places in (alone, no_pair, no_triple, *missing):
        narrower[places] = True
    sizes[narrower] = kept[narrower].sum(axis=1)
    return octets[kept], counts, sizes


def _later(codes: Codes, places: int) -> Codes:
    """Return the characters that stand so many places later; zeros at the end."""
    moved = np.zeros_like(codes)
    moved[: max(len(codes) - places, 0)] = codes[places:]
    return moved


def _met_before(tokens: np.ndarray[Any, np.dtype[np.uint64]], ends: Places, longest: int) -> Places:
    """Return the places of tokens that stand earlier in the same text."""
    met = [np.empty(0, np.int64)]
    for distance in range(1, longest):
        later = np.flatnonzero(tokens[distance:] == tokens[:-distance]) + distance
        met.append(later[ends[later] == ends[later - distance]])
    return np.unique(np.concatenate(met))


class _Column(NamedTuple):
    """One octet of each character, and the places of characters that are written in fewer octets."""

    octets: Any
    missing: Places | None


def _characters(codes: Codes) -> list[_Column]:
    """Return characters in UTF-8, a column for each octet."""
    if not len(codes) or int(codes.max()) < 0x80:
        return [_Column(codes, None)]
    width = letters.widths(codes)
    widest, shortest = int(width.max()), int(width.min())
    lead = np.array([0, 0, 0xC0, 0xE0, 0xF0], np.uint32)[width]
    columns = [_Column(lead | codes >> (6 * (width - 1)).astype(np.uint32), None)]
    for octet in range(1, widest):
        shift = np.maximum(6 * (width - 1 - octet), 0).astype(np.uint32)
        missing = np.flatnonzero(width <= octet) if shortest <= octet else None
        columns.append(_Column(0x80 | codes >> shift & 0x3F, missing))
    return columns


def _moved(column: _Column) -> _Column:
    """Return what stands one place later."""
    missing = None if column.missing is None else column.missing[column.missing > 0] - 1
    return _Column(_later(column.octets, 1), missing)


def _by_value(parts: pl.Series) -> tuple[pa.Array, Places]:
    """Return the filter tokens of a part of the string of facets, as they stand in a vector, and their number."""
    encoded = pc.dictionary_encode(parts.to_arrow())
    found = [_tokens_of(part) for part in encoded.dictionary.to_pylist()]
    octets = pa.array([octets for octets, _ in found], pa.large_binary())
    return octets.take(encoded.indices), np.array([number for _, number in found], np.int64)[encoded.indices.to_numpy()]


@cache
def _tokens_of(string: str) -> tuple[bytes, int]:
    """Return the tokens of a string of facets whose other part is blank, and their number."""
    tokens = [token for token in facet_tokens(string) if " " not in token]
    return b"".join(token.encode() + bytes(_END) for token in tokens), len(tokens)


def _ranks(text: pa.Array, names: pl.DataFrame) -> pl.Series:
    """Return the ranks; how positions are bent is found once for each kind of name."""
    kinds = names.select("status", "authority_division", "charity", "fundraising", "former")
    distinct = kinds.unique().with_row_index("number")
    number = kinds.join(distinct, on=kinds.columns, how="left", maintain_order="left")["number"].to_numpy()
    bends = list(starmap(_bend, distinct.drop("number").iter_rows()))
    first = np.array([each.first for each in bends], np.int64)[number]
    weight = np.array([each.weight for each in bends])[number]
    bent = np.fromiter(map(position, pl.Series(text).to_list()), np.float64, len(text))
    heavy = np.flatnonzero(weight != 1)
    # Python's power: that of whole arrays may differ in the last bit.
    bent[heavy] = [one**by for one, by in zip(bent[heavy].tolist(), weight[heavy].tolist(), strict=True)]
    return pl.Series(first + np.minimum((bent * CLASS_WIDTH).astype(np.int64), CLASS_WIDTH - 1))


@cache
def _bend(status: str, authority_division: str, charity: bool, fundraising: bool, former: bool) -> Bend:
    return bend(
        status=status,
        authority_division=authority_division,
        charity=charity,
        fundraising=fundraising,
        former=former,
    )


def _facets(names: pl.DataFrame) -> pl.Series:
    return names.select(
        pl.concat_str(
            pl.col("division_code").str.slice(0, 6),
            pl.col("kind"),
            pl.col("status").replace_strict(STATUS_LETTER, default="r"),
            pl.when("charity").then(pl.lit("C")).otherwise(pl.lit("-")),
            pl.when("fundraising").then(pl.lit("F")).otherwise(pl.lit("-")),
            pl.col("founded_on").dt.year().fill_null(0).cast(pl.String).str.zfill(4),
            pl.when("former").then(pl.lit("X")).otherwise(pl.lit("-")),
        )
    ).to_series()
