"""The static order of search results: what most people look for comes first.

Bodies in good standing before those that ended, current names before former ones. Within that, ministry, province,
city and county level, charities and bodies that may raise funds from the public are *more likely* to come early, but
mixed: each body draws a fixed position from its name, bent towards the front by its weight. So every stretch of the
order holds bodies of all kinds, and a page of any frequent word is found after reading a short stretch of it.
"""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

# Statuses in good standing; those under a measure; those that ended.
STATUS_CLASS = {"normal": 0, "suspended": 1, "liquidating": 1, "deregistered": 2, "cancelled": 2, "revoked": 2}

_POSITION_BITS = 28
CLASS_WIDTH = 1 << _POSITION_BITS
_FORMER = 4  # classes of current names: 0 … 2; of former names: 4 … 6
_LEVEL_WEIGHT = (6.0, 2.5, 1.5, 1.0)  # ministry, province, city, county


class Bend(NamedTuple):
    """The rank of a name is ``first + position ** weight * CLASS_WIDTH``, whole."""

    weight: float
    first: int


def level(authority_division: str) -> int:
    """Return 0 for the ministry's code ``100000``, 1 for a province, 2 for a city, 3 for a county."""
    if authority_division == "100000":
        return 0
    if authority_division.endswith("0000"):
        return 1
    return 2 if authority_division.endswith("00") else 3


def rank(
    *,
    text: str,
    status: str,
    authority_division: str,
    charity: bool = False,
    fundraising: bool = False,
    former: bool = False,
) -> int:
    """Return the place of a name in the static order, 0 … 2^31 − 1, smaller first; the same for the same input.

    ``text`` is the folded name, ``authority_division`` the code of the registration authority's division.
    """
    bent = bend(
        status=status,
        authority_division=authority_division,
        charity=charity,
        fundraising=fundraising,
        former=former,
    )
    return bent.first + min(int(position(text.encode()) ** bent.weight * CLASS_WIDTH), CLASS_WIDTH - 1)


def position(text: bytes) -> float:
    """Return the fixed position between 0 and 1 that a folded name in UTF-8 draws."""
    return (crc32(text) + 0.5) / 2**32


def bend(*, status: str, authority_division: str, charity: bool, fundraising: bool, former: bool) -> Bend:
    """Return how the positions of such names are bent, and the first rank of their class."""
    weight = _LEVEL_WEIGHT[level(authority_division)] + 0.5 * charity + fundraising
    order = STATUS_CLASS.get(status, 2) + (_FORMER if former else 0)
    return Bend(weight, order << _POSITION_BITS)


def class_bounds(status: str) -> tuple[int, int]:
    """Return the half-open range of ranks in which *current* names of bodies with ``status`` lie."""
    order = STATUS_CLASS.get(status, 2)
    return order << _POSITION_BITS, (order + 1) << _POSITION_BITS
