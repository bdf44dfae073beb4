"""Daily reconciliation: the hash of a day's donations, and where two lists differ. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec

from shetong.charity.models.choices import DiscrepancyKind
from shetong.charity.rules.platform_records import LARGEST

MOST_RECORDS = 200_000  # of a day, in one upload


class DayReport(msgspec.Struct, forbid_unknown_fields=True):
    """What a platform says of one day (China Standard Time, by the time of giving). ``amount``: fen."""

    day: date
    count: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    amount: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class DayRecord(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A donation of a day, as uploaded where the day differs."""

    number: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    amount: Annotated[int, msgspec.Meta(gt=0, le=LARGEST)]


@dataclass(frozen=True, slots=True)
class Sums:
    """Number, sum in fen and hash of a day's donations."""

    count: int
    amount: int
    digest: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A donation of which the sides say different things; ``None`` where a side has none."""

    kind: DiscrepancyKind
    number: str
    theirs: int | None
    ours: int | None


def sums(amounts: Mapping[str, int]) -> Sums:
    """Number, sum and hash of donations by number.

    The hash is SHA-256 over the lines ``number,amount``, each ended by a line feed, in the order of their octets.
    """
    digest = hashlib.sha256()
    for number in sorted(amounts):
        digest.update(f"{number},{amounts[number]}\n".encode("ascii"))
    return Sums(len(amounts), sum(amounts.values()), digest.hexdigest())


def differences(theirs: Mapping[str, int], ours: Mapping[str, int]) -> Iterable[Difference]:
    """Yield where the two sides differ, by number."""
    for number in sorted(theirs.keys() | ours.keys()):
        one, other = theirs.get(number), ours.get(number)
        if other is None:
            yield Difference(DiscrepancyKind.MISSING_HERE, number, one, None)
        elif one is None:
            yield Difference(DiscrepancyKind.MISSING_THERE, number, None, other)
        elif one != other:
            yield Difference(DiscrepancyKind.AMOUNT, number, one, other)
