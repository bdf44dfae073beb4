"""Columns of names as their characters laid end to end, folded and spelt all at once.

The same as :func:`shetong.core.text.key` and :func:`shetong.core.pinyin.transliterate` name by name, many times as
fast; a test compares both.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa

from shetong.core.pinyin import character_tables, irregular_pairs, phrases
from shetong.core.text import MAX_LENGTH, key, plain_characters
from shetong.registry.services.imports import tuples

Codes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"
Places: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_BASIC = 0x10000  # code points that the tables hold; the few beyond are looked up one by one
_FALLS_AWAY, _NOT_PLAIN = 0, 0xFFFF_FFFF


class Letters(NamedTuple):
    """Code points of all texts; text ``n`` begins at ``starts[n]`` and ends before ``starts[n + 1]``."""

    codes: Codes
    starts: Places

    @property
    def lengths(self) -> Places:
        """Characters of each text."""
        return np.diff(self.starts)

    @property
    def ends(self) -> Places:
        """For each character the place where its text ends."""
        return np.repeat(self.starts[1:], self.lengths)

    def whole(self) -> str:
        """All texts as one."""
        return self.codes.astype("<u4").tobytes().decode("utf-32-le")

    def octets(self) -> pa.Array:
        """The texts in UTF-8."""
        return tuples.from_offsets(self.whole().encode(), sums(widths(self.codes))[self.starts])


class Spelt(NamedTuple):
    """Initials, one for each character, and full pinyin in UTF-8 as a column."""

    initials: Codes
    pinyin: pa.Array


def folded(names: pl.Series) -> Letters:
    """Fold names as :func:`shetong.core.text.key` does."""
    laid = _laid(names)
    table = _folds()
    codes = table[np.minimum(laid.codes, _BASIC)]
    odd = (np.diff(sums(codes == _NOT_PLAIN)[laid.starts]) > 0) | (laid.lengths > MAX_LENGTH)
    if odd.any():
        at = np.flatnonzero(odd)
        laid = _laid(names.scatter(at, [key(name) for name in names.gather(at)]))
        codes = np.where(np.repeat(odd, laid.lengths), laid.codes, table[np.minimum(laid.codes, _BASIC)])
    kept = codes != _FALLS_AWAY
    return Letters(codes[kept], sums(kept)[laid.starts])


def spelt(text: Letters) -> Spelt:
    """Spell folded texts as :func:`shetong.core.pinyin.transliterate` does."""
    tables = _spellings()
    initials, numbers = _looked_up(text.codes, tables)
    spellings = list(tables.spellings)
    for code in np.unique(text.codes[numbers < 0]):
        numbers[text.codes == code] = len(spellings)
        spellings.append(chr(code))
    _phrases(text, tables, initials, numbers)
    taken = pa.array(spellings, pa.large_binary()).take(pa.array(numbers))
    offsets = np.frombuffer(taken.buffers()[1], np.int64)[: len(numbers) + 1]
    return Spelt(initials, tuples.from_offsets(taken.buffers()[2] or b"", offsets[text.starts]))


def widths(codes: Codes) -> Places:
    """Octets of each character in UTF-8."""
    return 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= _BASIC)


def _laid(names: pl.Series) -> Letters:
    codes = np.frombuffer("".join(names).encode("utf-32-le"), "<u4")
    return Letters(codes, sums(names.str.len_chars().to_numpy()))


def sums(values: np.ndarray[Any, Any]) -> Places:
    """Running sums from nought: where each of so many things begins, and where the last one ends."""
    places = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=places[1:])
    return places


@cache
def _folds() -> Codes:
    table = np.full(_BASIC + 1, _NOT_PLAIN, np.uint32)
    for code, text in plain_characters().items():
        table[code] = ord(text) if text else _FALLS_AWAY
    return table


class _Tables(NamedTuple):
    initials: Codes
    numbers: np.ndarray[Any, np.dtype[np.int32]]  # of each character's spelling; −1 where it stands for itself
    beyond: dict[int, tuple[int, int]]
    spellings: tuple[str, ...]
    phrases: Mapping[str, list[tuple[int, int]]]  # initial and number of the spelling of each character
    begins: np.ndarray[Any, np.dtype[np.bool_]]  # whether a character begins a phrase
    pairs: np.ndarray[Any, np.dtype[np.uint64]]  # that begin phrases, in order
    irregular: np.ndarray[Any, np.dtype[np.bool_]]  # whether one of these phrases is read otherwise


@cache
def _spellings() -> _Tables:
    initial_of, spelling_of = character_tables()
    of_phrases = (" " + syllable for each in phrases().values() for syllable in each.pinyin.split())
    spellings = tuple(dict.fromkeys([*spelling_of.values(), *of_phrases]))
    number_of = {spelling: number for number, spelling in enumerate(spellings)}
    initials = np.arange(_BASIC, dtype=np.uint32)
    numbers = np.full(_BASIC, -1, np.int32)
    beyond = {}
    for character in initial_of.keys() | spelling_of.keys():
        code, initial = ord(character), ord(initial_of.get(character, character))
        number = number_of.get(spelling_of.get(character, ""), -1)
        if code < _BASIC:
            initials[code], numbers[code] = initial, number
        else:
            beyond[code] = (initial, number)
    begun = sorted({phrase[:2] for phrase in phrases()})
    pairs = np.array([ord(pair[0]) << 32 | ord(pair[1]) for pair in begun], np.uint64)
    begins = np.zeros(_BASIC + 1, bool)
    begins[[min(ord(pair[0]), _BASIC) for pair in begun]] = True
    irregular = np.array([pair in irregular_pairs() for pair in begun])
    read = {
        phrase: [(ord(syllable[0]), number_of[" " + syllable]) for syllable in each.pinyin.split()]
        for phrase, each in phrases().items()
    }
    return _Tables(initials, numbers, beyond, spellings, read, begins, pairs, irregular)


def _looked_up(codes: Codes, tables: _Tables) -> tuple[Codes, np.ndarray[Any, np.dtype[np.int32]]]:
    """Return initial and number of the spelling of each character, read alone."""
    basic = np.minimum(codes, _BASIC - 1)
    initials, numbers = tables.initials[basic], tables.numbers[basic]
    for at in np.flatnonzero(codes >= _BASIC):
        initials[at], numbers[at] = tables.beyond.get(int(codes[at]), (codes[at], -1))
    return initials, numbers


def _phrases(text: Letters, tables: _Tables, initials: Codes, numbers: np.ndarray[Any, np.dtype[np.int32]]) -> None:
    """Correct the reading of phrases, in texts that hold one that is read otherwise than its characters."""
    likely = np.flatnonzero(tables.begins[np.minimum(text.codes[:-1], _BASIC)])
    pairs = text.codes[likely].astype(np.uint64) << np.uint64(32) | text.codes[likely + 1]
    number = np.minimum(np.searchsorted(tables.pairs, pairs), len(tables.pairs) - 1)
    is_pair = tables.pairs[number] == pairs
    places, irregular = likely[is_pair], tables.irregular[number[is_pair]]
    row = np.searchsorted(text.starts, places, side="right") - 1
    concerned = np.isin(row, row[irregular])
    places, ends = places[concerned], text.starts[row[concerned] + 1]
    if not len(places):
        return
    whole, done = text.whole(), 0
    read: list[int] = []
    corrected: list[tuple[int, int]] = []
    for at, end in zip(places.tolist(), ends.tolist(), strict=True):
        if at < done:
            continue
        three = whole[at : min(at + 3, end)]
        phrase = tables.phrases.get(three) or tables.phrases.get(three[:2])
        if phrase is not None:
            done = at + len(phrase)
            read += range(at, done)
            corrected += phrase
    initials[read], numbers[read] = zip(*corrected, strict=True) if corrected else ((), ())
