"""Pinyin of names: initials and full spelling for the index, and the reading of what people type.

Most characters have one reading, taken from a table with ``str.translate``; phrases that are read otherwise
(重庆, 银行, 音乐, 铅山) are found by their pairs of characters, which costs nothing for names that contain none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from operator import add
from typing import NamedTuple

LONGEST_SYLLABLE = 6  # zhuang
_MAX_READINGS = 8
_FAR_FETCHED = 2.0


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
    characters: dict[str, str]  # syllable → common characters so read
    syllables: frozenset[str]
    beginnings: frozenset[str]


@cache
def _tables() -> _Tables:
    data = files("shetong.core").joinpath("data")
    initials: dict[int, str] = {}
    pinyin: dict[int, str] = {}
    characters_of: dict[str, str] = {}
    for line in data.joinpath("pinyin.txt").read_text(encoding="utf-8").splitlines():
        reading, characters = line.split("\t")
        characters_of[reading] = "".join(c for c in characters if "\u4e00" <= c <= "\u9fa5")
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
    interjections = {"n", "m", "hm", "ng", "o"}
    return _Tables(
        initials,
        pinyin,
        phrases,
        frozenset(phrase[:2] for phrase in unusual),
        characters_of,
        frozenset(characters_of) - interjections,
        frozenset(syllable[:length] for syllable in characters_of for length in range(1, len(syllable) + 1)),
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


def character_tables() -> tuple[dict[str, str], dict[str, str]]:
    """Return initial and full spelling (with a space before it) of single characters, for work on whole columns.

    Right for texts none of whose pairs of neighbours is in :func:`irregular_pairs`.
    """
    tables = _tables()
    return {chr(c): i for c, i in tables.initials.items()}, {chr(c): p for c, p in tables.pinyin.items()}


def irregular_pairs() -> frozenset[str]:
    """Return the pairs of characters that begin a phrase read otherwise than its characters."""
    return _tables().pairs


def phrases() -> Mapping[str, Spelling]:
    """Return all phrases, of two or three characters, with their spelling; the longer one at a place is read first."""
    return _tables().phrases


def _phrase_at(text: str, position: int, tables: _Tables) -> Spelling | None:
    return tables.phrases.get(text[position : position + 3]) or tables.phrases.get(text[position : position + 2])


def characters_read(syllable: str, *, begun: bool = False) -> str:
    """Return the usual characters read ``syllable``, or read by any syllable that begins with it."""
    table = _tables().characters
    if not begun:
        return table.get(syllable, "")
    return "".join(characters for reading, characters in table.items() if reading.startswith(syllable))


def readings(letters: str) -> list[Reading]:
    """Return the likely ways to read ``letters`` (lower case a–z) as pinyin syllables, the likeliest first.

    The last syllable may be only begun, as while typing. At most eight are returned; none where the letters are no
    pinyin, for example initials such as ``zgcszh``. ``ü`` is written ``v`` (``lvyou``); ``lue``, ``nue`` are accepted.
    """
    if not letters.isascii() or not letters.isalpha():
        return []
    tables = _tables()
    written = umlauts(letters)
    end = len(written)
    # The likeliest readings of the first so many letters; few are kept, so the work grows with the length only.
    best: list[list[tuple[float, tuple[str, ...]]]] = [[] for _ in range(end + 1)]
    best[0].append((0.0, ()))
    found: list[tuple[float, Reading]] = []
    for start in range(end):
        best[start] = sorted(best[start])[:_MAX_READINGS]
        rest = written[start:]
        if best[start] and rest in tables.beginnings and rest not in tables.syllables:
            found += [(cost + 2, Reading((*done, rest), partial=True)) for cost, done in best[start]]
        for length in range(1, min(LONGEST_SYLLABLE, end - start) + 1):
            syllable = rest[:length]
            if syllable in tables.syllables:
                price = _price(syllable) if start else 1.0
                best[start + length] += [(cost + price, (*done, syllable)) for cost, done in best[start]]
    found += [(cost, Reading(done, partial=False)) for cost, done in best[end]]
    found.sort()
    return [reading for cost, reading in found[:_MAX_READINGS] if cost <= found[0][0] + _FAR_FETCHED]


def readable_parts(letters: str) -> list[Reading]:
    """Return the longest beginning and the longest end of ``letters`` that can be read; for pinyin with an error in it.

    Parts of fewer than two syllables are left out, and an end that begins inside the first part.
    """
    parts = []
    cuts = range(len(letters), 3, -1)
    beginning = next(((cut, found[0]) for cut in cuts if (found := _complete(letters[:cut]))), (0, None))
    if beginning[1] is not None:
        parts.append(beginning[1])
    for start in range(beginning[0], len(letters) - 3):
        if found := _complete(letters[start:]):
            parts.append(found[0])
            break
    return [part for part in parts if len(part.syllables) > 1]


def _complete(letters: str) -> list[Reading]:
    return [reading for reading in readings(letters) if not reading.partial]


def umlauts(letters: str) -> str:
    """Return typed pinyin as names are spelt here: lve and nve, which are often typed lue and nue."""
    return letters.replace("lue", "lve").replace("nue", "nve")


def _price(syllable: str) -> float:
    """Return how unlikely a syllable is inside a word: fewer are likelier, those of one vowel are rare."""
    if len(syllable) == 1:
        return 2.5
    return 1.5 if syllable[0] in "aeo" else 1.0
