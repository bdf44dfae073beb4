"""From typed words to conditions: which tokens a name must have, what it must contain, how well it fits.

Letters may be pinyin initials, full pinyin or part of a name written in letters; all three are asked at once. Other
text must be contained in the folded name, words divided by spaces each of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from shetong.core.pinyin import Reading, characters_read, readings, umlauts
from shetong.core.search_tokens import query_pairs, query_triples
from shetong.core.text import is_letters, key
from shetong.registry.queries.search.frequencies import Frequencies, frequencies
from shetong.registry.queries.search.rows import Sql

_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2,18}")
_MANY_CHARACTERS = 240
_TOKENS_ASKED = 4
_DEPENDENCE = 0.15
_SURELY_READ = 5  # syllables; so many are no initials and no Latin word


@dataclass(frozen=True, slots=True)
class Alternative:
    """Tokens that a name must have: one of every group. A token ending in ``*`` stands for all that so begin."""

    groups: tuple[tuple[str, ...], ...]

    def share(self, known: Frequencies) -> float:
        """Return about the share of rows that fit.

        Tokens next to each other depend on each other: the rarest counts fully, the others little. The exponent is the
        one that on fragments of names chose the right way through the index most often.
        """
        shares = sorted(known.any_of(group) for group in self.groups)
        return shares[0] * prod(shares[1:]) ** _DEPENDENCE if shares else 1.0

    def tsquery(self, known: Frequencies, *, most: int = _TOKENS_ASKED) -> str:
        """Return the ``tsquery`` of the ``most`` rarest groups, which must not be empty.

        The condition on the names themselves is looked at anyway; reading further, common tokens costs more than the
        few names that they rule out.
        """
        rarest = sorted(self.groups, key=known.any_of)[:most]
        return "&".join(f"({'|'.join(quote(token) for token in group)})" for group in rarest)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the words ask for.

    ``alternatives``: by tokens; ``contains`` looks at ``text`` and ``initials`` only, ``also`` at ``pinyin`` too
    (``None`` where ``contains`` decides alone); ``fit`` is a small number, less is better; ``exact`` finds whole names.
    """

    folded: str
    words: tuple[str, ...]
    letters: bool
    readings: tuple[Reading, ...]
    alternatives: tuple[Alternative, ...]
    contains: Sql
    also: Sql | None
    fit: Sql
    exact: Sql | None

    def share(self, known: Frequencies) -> float:
        """Return about the share of rows that fit."""
        return min(sum(alternative.share(known) for alternative in self.alternatives), 1.0)

    def tsquery(self, known: Frequencies) -> str:
        """Return the tokens as one ``tsquery``; empty where some alternative has no tokens to ask for."""
        if any(not alternative.groups for alternative in self.alternatives):
            return ""
        return "|".join(f"({alternative.tsquery(known)})" for alternative in self.alternatives)


def quote(token: str) -> str:
    """Return a token as a ``tsquery`` writes it."""
    if token.endswith("*"):
        return quote(token[:-1]) + ":*"
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def pattern(text: str, before: str = "%", after: str = "%") -> str:
    """Return a LIKE pattern for text that may hold the signs of patterns."""
    return before + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + after


def code_prefix(q: str) -> str:
    """Return ``q`` as the beginning of a unified code, or an empty string where it cannot be one."""
    compact = re.sub(r"[\s\-]", "", key_code(q))
    return compact if _CODE.fullmatch(compact) and any(c.isdigit() for c in compact) else ""


def key_code(q: str) -> str:
    """Return ``q`` folded as codes are: half width, upper case."""
    return q.translate(_HALF_WIDTH).upper()


def terms(q: str, *, separate: bool = False) -> Terms | None:
    """Return what ``q`` asks for, ``None`` where no letter, digit or character is left of it.

    Spaces fall away, so that 海淀 区 finds 海淀区; with ``separate`` the words between them are asked one by one.
    """
    folded = key(q)
    if not folded:
        return None
    words = tuple(dict.fromkeys(filter(None, map(key, q.split())))) if separate else (folded,)
    if len(words) == 1 and is_letters(folded):
        return _letters(folded)
    groups = tuple(group for word in words for group in _word_groups(word))
    return Terms(
        folded=folded,
        words=words,
        letters=False,
        readings=(),
        alternatives=(Alternative(groups),),
        contains=_all([Sql("text LIKE %s", (pattern(word),)) for word in words]),
        also=None,
        # The whole name, then a name that only has a division before it, then the rest.
        fit=Sql("CASE WHEN text = %s THEN 0 WHEN text LIKE %s THEN 1 ELSE 2 END", (folded, pattern(folded, after=""))),
        exact=Sql("text = %s", (folded,)),
    )


def _word_groups(word: str) -> list[tuple[str, ...]]:
    if len(word) == 1:
        # The pairs that begin with it; the last character of a name is a token by itself.
        return [(word + "*",)]
    return [(pair,) for pair in query_pairs(word)]


def _letters(folded: str) -> Terms:
    found = tuple(reading for reading in readings(folded) if any(len(s) > 1 for s in reading.syllables))
    alternatives = [Alternative(tuple(_reading_groups(reading))) for reading in found]
    if not found or len(found[0].syllables) < _SURELY_READ:
        alternatives += [Alternative(tuple(_initials_groups(folded))), Alternative(tuple(_word_groups(folded)))]
    contains = [Sql("initials LIKE %s", (pattern(folded),)), Sql("text LIKE %s", (pattern(folded),))]
    # Without spaces one pattern stands for every way to divide the letters into syllables.
    also = [*contains, Sql("replace(pinyin, ' ', '') LIKE %s", (pattern(umlauts(folded)),))]
    initials = dict.fromkeys(reading.initials for reading in found)
    contains += [Sql("initials LIKE %s", (pattern(each),)) for each in initials]
    whole = [reading.pinyin for reading in found if not reading.partial] or [""]
    fit = Sql(
        "CASE WHEN initials = %s OR text = %s OR pinyin = ANY(%s) THEN 0 WHEN initials LIKE %s THEN 1 ELSE 2 END",
        (folded, folded, whole, pattern(folded, after="")),
    )
    unique = tuple(dict.fromkeys(alternatives))
    return Terms(folded, (folded,), True, found, unique, _any(contains), _any(also) if found else None, fit, None)


def _initials_groups(initials: str) -> list[tuple[str, ...]]:
    if len(initials) < 3:
        return [(initials + "*",)]
    return [(triple,) for triple in query_triples(initials)]


def _reading_groups(reading: Reading) -> list[tuple[str, ...]]:
    if len(reading.syllables) > 2:
        return _initials_groups(reading.initials)
    # One or two syllables say little by their initials: the characters of one of them may be rarer.
    known = frequencies()
    groups: list[tuple[str, ...]] = [(reading.initials + "*",)] if len(reading.syllables) > 1 else []
    for syllable in reading.syllables:
        characters = characters_read(syllable, begun=reading.partial and syllable is reading.syllables[-1])
        if 0 < len(characters) <= _MANY_CHARACTERS:
            groups.append(tuple(character + "*" for character in characters))
    return [min(groups, key=known.any_of)] if groups else []


def _all(conditions: Sequence[Sql]) -> Sql:
    return Sql(
        " AND ".join(condition.text for condition in conditions),
        tuple(param for condition in conditions for param in condition.params),
    )


def _any(conditions: Sequence[Sql]) -> Sql:
    return Sql(
        "(" + " OR ".join(condition.text for condition in conditions) + ")",
        tuple(param for condition in conditions for param in condition.params),
    )


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
