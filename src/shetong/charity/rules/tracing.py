"""The declared rule by which pooled means are matched with spending: first in, first out, by position.

Every pool has an axis of positions (fen, or units of goods). What comes in takes the next positions; what goes out
takes positions from where the last outflow ended. What is refunded before it was spent leaves a *hole* at the end of
its donation's interval, and outflows pass over holes. So the part of a donation in an outflow is the overlap of two
intervals less the holes within, and anyone can compute it from the public log (docs/specs/donation-tracing.md).

Intervals are half-open pairs ``(start, end)`` of integers; holes are disjoint and sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]


def advance(frontier: int, quantity: int, holes: Iterable[Interval]) -> int:
    """Return where an outflow of ``quantity`` ends that begins at ``frontier``; ``holes`` lie at or after it."""
    end = frontier + quantity
    for start, stop in holes:
        if start >= end:
            break
        end += stop - start
    return end


def within(interval: Interval, holes: Iterable[Interval]) -> int:
    """Return how much of ``interval`` is no hole; holes lie wholly inside or outside of an outflow, not of others."""
    start, end = interval
    gone = sum(max(min(stop, end) - max(first, start), 0) for first, stop in holes)
    return max(end - start, 0) - gone


def overlap(one: Interval, other: Interval) -> Interval | None:
    """Return what two intervals have in common, ``None`` where they have nothing."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def part_of(outflow: Interval, taken: Interval, holes: Sequence[Interval]) -> Interval:
    """Return the units of an outflow (its first is 0) that come from the positions ``taken`` within it.

    ``taken`` holds no hole itself.
    """
    start = within((outflow[0], taken[0]), holes)
    return start, start + taken[1] - taken[0]


def share(amount: int, quantity: int, part: Interval) -> int:
    """Return the value of the units ``part`` of ``quantity`` units that are worth ``amount`` fen together.

    Rounded so that the shares of parts that follow one another add up to the whole.
    """
    return amount * part[1] // quantity - amount * part[0] // quantity
