"""Where a donation went, and whose money paid a disbursement: look-ups of intervals, no row for a pair.

Both follow :mod:`shetong.charity.rules.tracing`. Each look-up begins in an index at the interval that holds the first
position (O(log n)) and reads only what overlaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection
from django.db.models import F, Sum

from shetong.charity.models import Carry, Disbursement, Donation, DonationReversal, OutflowKind, SubDisbursement
from shetong.charity.rules.tracing import Interval, advance, overlap, share

CHUNK = 200


class Fate(StrEnum):
    """What became of a part of a donation."""

    SPENT = "spent"  # spent by the charity itself
    USED = "used"  # spent by a partner out of a grant
    WAITING = "waiting"  # granted to a partner, not yet used
    MOVED = "moved"  # transferred into another pool, where the path goes on
    RETURNED = "returned"  # came back from a disbursement, where the path goes on
    HELD = "held"  # still in the pool
    REFUNDED = "refunded"  # given back to the donor before it was spent


# Fates after which the path goes on in the next legs.
PASSING = (Fate.MOVED, Fate.RETURNED)


@dataclass(frozen=True, slots=True)
class Leg:
    """A piece of a donation's path. ``units``: the part of ``disbursement`` that it is; ``depth``: pools passed before.

    Legs whose fate is not :data:`PASSING` add up to the donation.
    """

    fate: Fate
    quantity: int
    pool: int
    depth: int
    disbursement: Disbursement | None = None
    part: SubDisbursement | None = None
    carry: Carry | None = None
    units: Interval | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """A donation's part in a disbursement: the ``units`` of it that it paid; ``through``: carries passed on the way."""

    donation: Donation
    units: Interval
    through: tuple[Carry, ...] = ()

    @property
    def quantity(self) -> int:
        """How much of the disbursement it paid."""
        return self.units[1] - self.units[0]


def holes_from(pool: int, position: int) -> Iterator[Interval]:
    """The holes of a pool that begin at ``position`` or later, in order; read as far as the caller goes."""
    while True:
        rows = list(
            DonationReversal.objects.filter(pool_id=pool, hole_from__gte=position, hole_to__gt=F("hole_from"))
            .order_by("hole_from")
            .values_list("hole_from", "hole_to")[:CHUNK]
        )
        yield from rows
        if len(rows) < CHUNK:
            return
        position = rows[-1][1]


def path_of(donation: Donation, *, most: int = CHUNK) -> list[Leg]:
    """Where a donation went, in the order of spending; at most ``most`` legs."""
    legs: list[Leg] = []
    end = donation.pool_to - donation.refunded
    for leg in _follow(donation.pool_id, (donation.pool_from, end), 0):
        legs.append(leg)
        if len(legs) == most:
            return legs
    if donation.refunded:
        legs.append(Leg(Fate.REFUNDED, donation.refunded, donation.pool_id, 0))
    return legs


def contributions(disbursement: Disbursement, *, units: Interval | None = None) -> Iterator[Contribution]:
    """Whose money paid a disbursement (or the ``units`` of it), in the order in which it was given; read lazily."""
    yield from _givers(disbursement, units or (0, disbursement.quantity), 0, ())


def repaid(donation: Donation) -> int:
    """How much of a donation was given back after it was spent: paid by others, so no hole of its interval."""
    return sum(one.quantity - (one.hole_to - one.hole_from) for one in donation.reversals.all())


def taken_back(donation: Donation) -> int:
    """How much of a donation its donor was given back, spent or not, or never came; prefetch ``reversals`` in lists."""
    return donation.refunded + repaid(donation)


def value_of(pool: int, interval: Interval) -> int:
    """Value in fen of what lies at ``interval`` of a pool of goods: the shares of the gifts it consists of."""
    total = 0
    for donation, carry in _inflows(pool, interval):
        row = donation or carry
        if row is None:
            continue
        live = (row.pool_from, row.pool_to - (donation.refunded if donation else 0))
        if piece := overlap(live, interval):
            first = row.pool_from
            total += share(row.amount, row.pool_to - first, (piece[0] - first, piece[1] - first))
    return total


def _follow(pool: int, interval: Interval, depth: int) -> Iterator[Leg]:
    """The legs of what lies at ``interval`` of a pool, which holds no hole."""
    if interval[0] >= interval[1]:
        return
    reached = interval[0]
    for row in _outflows(pool, interval):
        piece = overlap((row.pool_from, row.pool_to), interval)
        if piece is None:
            continue
        reached = piece[1]
        before = piece[0] - row.pool_from - _holes_between(pool, row.pool_from, piece[0])
        yield from _within_outflow(row, (before, before + piece[1] - piece[0]), depth)
    if reached < interval[1]:
        yield Leg(Fate.HELD, interval[1] - reached, pool, depth)


def _within_outflow(row: Disbursement, units: Interval, depth: int) -> Iterator[Leg]:
    """The legs of some units of a disbursement: what it paid, what a partner did with it, what went on or came back."""
    kept = overlap(units, (0, row.quantity - row.returned))
    if row.kind == OutflowKind.TRANSFER:
        for carry in row.carries.all():
            yield Leg(Fate.MOVED, units[1] - units[0], row.pool_id, depth, row, carry=carry, units=units)
            yield from _follow(carry.pool_id, _carried(carry, units), depth + 1)
        return
    if kept and row.kind == OutflowKind.GRANT:
        yield from _used_by_partner(row, kept, depth)
    elif kept:
        yield Leg(Fate.SPENT, kept[1] - kept[0], row.pool_id, depth, row, units=kept)
    if row.returned:
        for carry in row.carries.filter(source_from__lt=units[1], source_to__gt=units[0]).order_by("source_from"):
            piece = overlap(units, (carry.source_from, carry.source_to))
            if piece:
                yield Leg(Fate.RETURNED, piece[1] - piece[0], row.pool_id, depth, row, carry=carry, units=piece)
                yield from _follow(carry.pool_id, _carried(carry, piece), depth + 1)


def _used_by_partner(row: Disbursement, units: Interval, depth: int) -> Iterator[Leg]:
    first = row.parts.filter(part_from__lte=units[0]).order_by("-part_from").values_list("part_from", flat=True)[:1]
    parts = row.parts.filter(part_from__gte=next(iter(first), 0), part_from__lt=units[1]).order_by("part_from")
    for part in parts.select_related("beneficiary"):
        if piece := overlap((part.part_from, part.part_to), units):
            yield Leg(Fate.USED, piece[1] - piece[0], row.pool_id, depth, row, part, units=piece)
    if waiting := overlap((row.sub_disbursed, row.quantity), units):
        yield Leg(Fate.WAITING, waiting[1] - waiting[0], row.pool_id, depth, row, units=waiting)


def _carried(carry: Carry, units: Interval) -> Interval:
    start = carry.pool_from - carry.source_from
    return start + units[0], start + units[1]


def _givers(row: Disbursement, units: Interval, offset: int, through: tuple[Carry, ...]) -> Iterator[Contribution]:
    """The contributions to some units of a disbursement; their own units are counted from ``units[0] + offset``."""
    start = advance(row.pool_from, units[0], holes_from(row.pool_id, row.pool_from))
    end = advance(row.pool_from, units[1], holes_from(row.pool_id, row.pool_from))
    at = units[0] + offset
    for donation, carry in _inflows(row.pool_id, (start, end)):
        if donation is not None:
            piece = overlap((donation.pool_from, donation.pool_to - donation.refunded), (start, end))
            if piece:
                yield Contribution(donation, (at, at + piece[1] - piece[0]), through)
        elif carry is not None:
            piece = overlap((carry.pool_from, carry.pool_to), (start, end))
            if piece:
                first = carry.source_from + piece[0] - carry.pool_from
                inner = (first, first + piece[1] - piece[0])
                yield from _givers(carry.source, inner, at - first, (carry, *through))
        if piece:
            at += piece[1] - piece[0]


def _holes_between(pool: int, start: int, end: int) -> int:
    if start == end:
        return 0
    found = DonationReversal.objects.filter(
        pool_id=pool, hole_from__gte=start, hole_from__lt=end, hole_to__gt=F("hole_from")
    ).aggregate(total=Sum(F("hole_to") - F("hole_from")))
    return found["total"] or 0


def _outflows(pool: int, interval: Interval) -> Iterator[Disbursement]:
    """The disbursements that overlap ``interval``, in order."""
    start = _start("charity_disbursement", pool, interval[0])
    while True:
        rows = list(
            Disbursement.objects.filter(pool_id=pool, pool_from__gte=start, pool_from__lt=interval[1])
            .select_related("budget_line", "partner", "beneficiary")
            .order_by("pool_from")[:CHUNK]
        )
        yield from rows
        if len(rows) < CHUNK:
            return
        start = rows[-1].pool_from + 1


def _inflows(pool: int, interval: Interval) -> Iterator[tuple[Donation | None, Carry | None]]:
    """The donations and carries that overlap ``interval``, in order."""
    carries = list(
        Carry.objects.filter(
            pool_id=pool, pool_from__gte=_start("charity_carry", pool, interval[0]), pool_from__lt=interval[1]
        )
        .select_related("source", "pool")
        .order_by("-pool_from")
    )
    start = _start("charity_donation", pool, interval[0])
    while True:
        rows = list(
            Donation.objects.filter(pool_id=pool, pool_from__gte=start, pool_from__lt=interval[1]).order_by(
                "pool_from"
            )[:CHUNK]
        )
        for row in rows:
            while carries and carries[-1].pool_from < row.pool_from:
                yield None, carries.pop()
            yield row, None
        if len(rows) < CHUNK:
            break
        start = rows[-1].pool_from + 1
    while carries:
        yield None, carries.pop()


def _start(table: str, pool: int, position: int) -> int:
    """Where the last interval begins that begins at ``position`` or before: one look into the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pool_from FROM {table} WHERE pool_id = %s AND pool_from <= %s"  # noqa: S608 - constants
            " ORDER BY pool_from DESC LIMIT 1",
            [pool, position],
        )
        row = cursor.fetchone()
        return int(row[0]) if row else position
