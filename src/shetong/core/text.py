"""Folding of names, so that spellings of the same name compare equal.

Full and half width (NFKC), traditional and simplified characters, upper and lower case become one; brackets, spaces,
middle dots, invisible and all other signs fall away.
``基金會（廣東）`` and ``基金会(广东)`` both fold to ``基金会广东``.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files

# Names need no more (the register's column holds 200); a longer query is cut, never refused.
MAX_LENGTH = 200

_REMEMBERED_BELOW = 0x33480  # end of the last block of Chinese characters: the memory of the table stays bounded
_PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff()（）·•—\-\s、，,.。：:“”\"《》〈〉]*")


class _Fold(dict[int, str]):
    """What each code point becomes; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = "".join(
            character for character in unicodedata.normalize("NFKC", chr(code)).casefold() if character.isalnum()
        )
        simplified = "".join(_VARIANTS.get(character, character) for character in folded)
        if code < _REMEMBERED_BELOW:
            self[code] = simplified
        return simplified


def _variants() -> dict[str, str]:
    lines = files("shetong.core").joinpath("data/variants.txt").read_text(encoding="utf-8").splitlines()
    table = {line[0]: line[1] for line in lines}
    # A few entries lead to another entry; follow them so that folding twice changes nothing.
    return {old: table.get(new, new) for old, new in table.items()}


_VARIANTS = _variants()
_FOLD = _Fold()


def normalise(name: str) -> str:
    """Return the folded form of ``name``: simplified characters, lower-case letters and digits only.

    Any string is accepted (control characters, lone surrogates and emoji fall away) and ``normalise(normalise(x)) ==
    normalise(x)``. The result may be longer than :data:`MAX_LENGTH`; callers that store it use :func:`key`.
    """
    if _PLAIN.fullmatch(name):
        return name.translate(_FOLD)
    folded = name
    # Rarely, removing a sign lets two characters compose that it kept apart; a few rounds reach the fixed point.
    for _ in range(4):
        previous, folded = folded, unicodedata.normalize("NFKC", folded).translate(_FOLD)
        if previous == folded:
            break
    return folded


def key(name: str) -> str:
    """Return the folded name cut to what the search index and the name rules store."""
    return normalise(name)[:MAX_LENGTH]


def plain_characters() -> dict[int, str]:
    """Return the characters of which most names consist, each with what it folds to (one character or none).

    A name of these alone folds character by character; for work on whole columns of names.
    """
    basic = (code for code in range(0x10000) if not 0xD800 <= code < 0xE000)
    folded = {code: _FOLD[code] for code in basic if _PLAIN.fullmatch(chr(code))}
    return {code: text for code, text in folded.items() if len(text) < 2}


def is_letters(text: str) -> bool:
    """Whether a folded text consists of Latin letters only, so that it may be pinyin."""
    return text.isascii() and text.isalpha()
