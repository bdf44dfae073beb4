"""Reproducible random draws for whole columns: a counter-based generator (SplitMix64) over polars series.

Each value depends only on (seed, salt, row), so any batch can be made without the ones before it and a seed gives
the same data on every machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import polars as pl

_GAMMA = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def draw(rows: pl.Series, seed: int, salt: str) -> pl.Series:
    """Return one uniform unsigned 64-bit integer per row number in ``rows`` (UInt64)."""
    offset = ((seed << 32) ^ zlib.crc32(salt.encode())) * 0xD1342543DE82EF95 & _MASK
    mixed = rows * _GAMMA + pl.Series([offset], dtype=pl.UInt64)
    mixed = (mixed ^ (mixed // (1 << 30))) * 0xBF58476D1CE4E5B9
    mixed = (mixed ^ (mixed // (1 << 27))) * 0x94D049BB133111EB
    return mixed ^ (mixed // (1 << 31))


def below(rows: pl.Series, seed: int, salt: str, limit: int) -> pl.Series:
    """Return one uniform integer in ``[0, limit)`` per row."""
    return draw(rows, seed, salt) // (1 << 11) % limit


def pick(rows: pl.Series, seed: int, salt: str, choices: pl.Series) -> pl.Series:
    """Return one element of ``choices`` per row, all equally likely."""
    return choices.gather(below(rows, seed, salt, len(choices)))


def weighted(weights: Sequence[float], resolution: int = 10_000) -> pl.Series:
    """Return a table of positions in which position ``i`` occurs in proportion to ``weights[i]`` (at least once).

    Picking from the table uniformly draws by weight; a weight of zero never occurs.
    """
    total = sum(weights)
    table = [
        i for i, weight in enumerate(weights) if weight > 0 for _ in range(max(1, round(weight / total * resolution)))
    ]
    return pl.Series(table, dtype=pl.UInt32)


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split ``total`` into whole parts in proportion to ``weights`` (largest remainder); the parts sum to ``total``."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: exact[i] - parts[i], reverse=True)
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
