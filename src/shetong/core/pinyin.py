"""Pinyin of names: initials and full spelling for the index, and the reading of what people type.

Most characters have one reading, taken from a table with ``str.translate``; phrases that are read otherwise
(重庆, 银行, 音乐, 铅山) are found by their pairs of characters, which costs nothing for names that contain none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from operator import add
from typing import NamedTuple

LONGEST_SYLLABLE = 6  # zhuang
_MAX_READINGS = 8


class Spelling(NamedTuple):
    """How a name is spelt: one initial per character, and full pinyin with a space before every syllable."""

    initials: str
    pinyin: str


class Reading(NamedTuple):
    """One way to read typed letters as syllables; ``partial`` where the last syllable is only begun."""

    syllables: tuple[str, ...]
    partial: bool

    @property
    def initials(self) -> str:
        """The first letters of the syllables."""
        return "".join(syllable[0] for syllable in self.syllables)

    @property
    def pinyin(self) -> str:
        """The syllables in the form of :attr:`Spelling.pinyin`."""
        return "".join(f" {syllable}" for syllable in self.syllables)


class _Tables(NamedTuple):
    initials: dict[int, str]
    pinyin: dict[int, str]
    phrases: dict[str, Spelling]
    pairs: frozenset[str]  # the first two characters of every phrase read otherwise than its characters
    syllables: frozenset[str]
    beginnings: frozenset[str]


@cache
def _tables() -> _Tables:
    data = files("shetong.core").joinpath("data")
    initials: dict[int, str] = {}
    pinyin: dict[int, str] = {}
    syllables = []
    for line in data.joinpath("pinyin.txt").read_text(encoding="utf-8").splitlines():
        reading, characters = line.split("\t")
        syllables.append(reading)
        codes = [ord(character) for character in characters]
        initials.update(dict.fromkeys(codes, reading[0]))
        pinyin.update(dict.fromkeys(codes, " " + reading))
    # Letters and digits stand for themselves, each a syllable of its own.
    pinyin.update({code: " " + chr(code) for code in range(0x21, 0x7F)})
    phrases = {}
    for line in data.joinpath("pinyin_phrases.txt").read_text(encoding="utf-8").splitlines():
        phrase, reading = line.split("\t")
        phrases[phrase] = Spelling("".join(part[0] for part in reading.split(" ")), " " + reading)
    # Some phrases only mark where words end (协会|计划 is no 会计); alone they need no second look.
    unusual = {phrase for phrase, spelling in phrases.items() if phrase.translate(pinyin) != spelling.pinyin}
    interjections = {"n", "m", "hm", "ng"}
    return _Tables(
        initials,
        pinyin,
        phrases,
        frozenset(phrase[:2] for phrase in unusual),
        frozenset(syllables) - interjections,
        frozenset(syllable[:length] for syllable in syllables for length in range(1, len(syllable) + 1)),
    )


def transliterate(text: str) -> Spelling:
    """Return initials and full pinyin of a folded name (:func:`shetong.core.text.normalise`).

    Characters without a reading stand for themselves, so ``initials`` is always as long as ``text``.
    """
    tables = _tables()
    if tables.pairs.isdisjoint(map(add, text, text[1:])):
        return Spelling(text.translate(tables.initials), text.translate(tables.pinyin))
    initials: list[str] = []
    pinyin: list[str] = []
    position = done = 0
    while position < len(text) - 1:
        phrase = _phrase_at(text, position, tables)
        if phrase is None:
            position += 1
            continue
        plain = text[done:position]
        initials += (plain.translate(tables.initials), phrase.initials)
        pinyin += (plain.translate(tables.pinyin), phrase.pinyin)
        position = done = position + len(phrase.initials)
    initials.append(text[done:].translate(tables.initials))
    pinyin.append(text[done:].translate(tables.pinyin))
    return Spelling("".join(initials), "".join(pinyin))


def _phrase_at(text: str, position: int, tables: _Tables) -> Spelling | None:
    return tables.phrases.get(text[position : position + 3]) or tables.phrases.get(text[position : position + 2])


def readings(letters: str) -> list[Reading]:
    """Return the ways to read ``letters`` (lower case a–z) as pinyin syllables, the fewest syllables first.

    The last syllable may be only begun, as while typing. At most eight are returned; none where the letters are no
    pinyin, for example initials such as ``zgcszh``. ``ü`` is written ``v`` (``lvyou``); ``lue``, ``nue`` are accepted.
    """
    if not letters.isascii() or not letters.isalpha():
        return []
    written = letters.replace("lue", "lve").replace("nue", "nve")
    found = sorted(_split(written, _dead_ends(written)), key=lambda r: (r.partial, len(r.syllables), r.syllables))
    return found[:_MAX_READINGS]


def _dead_ends(letters: str) -> set[int]:
    """Positions from which the rest cannot be read; keeps the search for readings from growing exponentially."""
    tables = _tables()
    dead: set[int] = set()
    for start in range(len(letters) - 1, -1, -1):
        rest = letters[start:]
        if rest in tables.beginnings:
            continue
        if not any(
            rest[:length] in tables.syllables and start + length not in dead
            for length in range(1, min(LONGEST_SYLLABLE, len(rest)) + 1)
        ):
            dead.add(start)
    return dead


def _split(letters: str, dead: set[int]) -> Iterator[Reading]:
    """Yield readings, longest syllables first, no more than a few dozen."""
    tables = _tables()
    budget = _MAX_READINGS * 8
    stack: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while stack and budget:
        start, done = stack.pop()
        rest = letters[start:]
        if rest in tables.beginnings:
            budget -= 1
            yield Reading((*done, rest), partial=rest not in tables.syllables)
        for length in range(1, min(LONGEST_SYLLABLE, len(rest) - 1) + 1):
            if rest[:length] in tables.syllables and start + length not in dead:
                stack.append((start + length, (*done, rest[:length])))
