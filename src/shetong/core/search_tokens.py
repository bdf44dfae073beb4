"""Tokens by which names are found: pairs of characters and triples of pinyin initials.

A fragment of two or more characters is found by its pairs, a single character by the pairs that begin with it (the last
character is a token alone, so that it is found too). Pinyin initials are found by triples, the last padded with ``$``
so that two letters are a beginning of some triple. Folded names hold no capital letters: tokens that begin with one
are free for filters (:mod:`shetong.registry.rules.facets`).
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import add

PAD = "$"


def tokens(text: str, initials: str) -> list[str]:
    """Return the distinct tokens of a folded name and its initials, in no particular order.

    ``text`` from :func:`shetong.core.text.key`, ``initials`` from :func:`shetong.core.pinyin.transliterate`. About two
    tokens for every character.
    """
    return list({*_pairs(text), text[-1:], *_triples(initials)} - {""})


def query_pairs(text: str) -> list[str]:
    """Return the distinct tokens that every name containing ``text`` has, in the order of the text.

    Empty for fewer than two characters: search for those with a prefix match on the character.
    """
    return list(dict.fromkeys(_pairs(text)))


def query_triples(initials: str) -> list[str]:
    """Return the distinct tokens that every name has whose initials contain ``initials`` (three or more letters)."""
    return list(dict.fromkeys(map(add, map(add, initials, initials[1:]), initials[2:])))


def vector_literal(lexemes: Iterable[str]) -> str:
    """Return a ``tsvector`` literal of tokens, as COPY and casts read it. Tokens hold no space, quote or colon."""
    return " ".join(lexemes)


def _pairs(text: str) -> Iterable[str]:
    return map(add, text, text[1:])


def _triples(initials: str) -> Iterable[str]:
    if len(initials) < 2:
        return ()
    return map(add, map(add, initials, initials[1:]), initials[2:] + PAD)
