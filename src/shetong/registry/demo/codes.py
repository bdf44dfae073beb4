"""Unified social credit codes for whole columns (GB 32100-2015, with the GB 11714 check sign inside the main part)."""

from __future__ import annotations

from functools import cache

import polars as pl

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = [pow(3, place, 31) for place in range(17)]
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_TRIPLES = len(_ALPHABET) ** 3
CAPACITY = _TRIPLES**2
_MULTIPLIER = 179_424_673  # prime and no multiple of 31: numbering becomes a permutation
_KIND_SIGN = {"SG": "1", "PN": "2", "FD": "3"}


def column(rows: pl.Series, seed: int, kind: pl.Series, division: pl.Series) -> pl.Series:
    """Return a valid, unique code per row number: 5 + kind + ``division`` + main part ``MJ…`` + check character.

    Unique for row numbers below :data:`CAPACITY` (887 million) and one seed.
    """
    number = (rows * _MULTIPLIER + seed * 1_000_003 % CAPACITY) % CAPACITY
    text, sum31, sum11 = _triples()
    high, low = number // _TRIPLES, number % _TRIPLES
    head = "5" + kind.replace_strict(_KIND_SIGN, return_dtype=pl.String) + division
    organisation = 22 * 3 + 19 * 7 + sum11[0].gather(high) + sum11[1].gather(low)
    sign = (11 - organisation % 11).cast(pl.UInt32)
    check_text = pl.Series(["", *"123456789", "X", "0"]).gather(sign)
    check_value = pl.Series([0, *range(1, 10), _ALPHABET.index("X"), 0], dtype=pl.UInt32).gather(sign)
    total = (
        _head_sums(head)
        + _ALPHABET.index("M") * _WEIGHTS[8]
        + _ALPHABET.index("J") * _WEIGHTS[9]
        + sum31[0].gather(high)
        + sum31[1].gather(low)
        + check_value * _WEIGHTS[16]
    )
    last = pl.Series(list(_ALPHABET)).gather((31 - total % 31) % 31)
    return head + "MJ" + text.gather(high) + text.gather(low) + check_text + last


@cache
def _triples() -> tuple[pl.Series, tuple[pl.Series, pl.Series], tuple[pl.Series, pl.Series]]:
    """Return every three-character text with its partial sums at places 10–12 and 13–15 (from 0) of the code."""
    texts = [a + b + c for a in _ALPHABET for b in _ALPHABET for c in _ALPHABET]

    def sums(alphabet: str, weights: list[int] | tuple[int, ...]) -> pl.Series:
        values = [
            sum(alphabet.index(sign) * weight for sign, weight in zip(text, weights, strict=True)) for text in texts
        ]
        return pl.Series(values, dtype=pl.UInt32)

    return (
        pl.Series(texts),
        (sums(_ALPHABET, _WEIGHTS[10:13]), sums(_ALPHABET, _WEIGHTS[13:16])),
        (sums(_BASE36, _ORGANISATION_WEIGHTS[2:5]), sums(_BASE36, _ORGANISATION_WEIGHTS[5:8])),
    )


def _head_sums(head: pl.Series) -> pl.Series:
    """Return the weighted sum of the first eight characters, computed once per distinct head."""
    known = {
        text: sum(int(sign) * weight for sign, weight in zip(text, _WEIGHTS[:8], strict=True)) for text in head.unique()
    }
    return head.replace_strict(known, return_dtype=pl.UInt32)
