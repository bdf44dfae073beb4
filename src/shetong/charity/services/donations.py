"""Taking donations, many at a time: positions, books, rows and log entries in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.charity import entry_types
from shetong.charity.models import Channel, Donation, DonorKind, Pool
from shetong.charity.queries import public_log as content
from shetong.charity.rules import log_content, privacy
from shetong.charity.services import locks
from shetong.charity.services.books import Code, Line, book
from shetong.charity.services.permission import Actor, authorise
from shetong.core.errors import InvalidInputError
from shetong.ledger.rules.commitments import Personal
from shetong.ledger.services.entries import Act, append

DEBITS = {Channel.CASH: Code.CASH, Channel.BOX: Code.CASH, Channel.GOODS: Code.GOODS}
_COLUMNS = (
    "id",
    "pool_id",
    "pool_from",
    "pool_to",
    "quantity",
    "amount",
    "refunded",
    "channel",
    "activity_id",
    "platform_id",
    "platform_order",
    "currency",
    "original_amount",
    "donor_id",
    "donor_kind",
    "shown",
    "particulars_sealed",
    "corrects_id",
    "journal_id",
    "donated_at",
    "recorded_at",
)


@dataclass(frozen=True, slots=True)
class Gift:
    """What somebody gave. ``amount`` in fen; ``quantity`` in units, for goods alone (money: the amount).

    ``name``: the donor's real name, kept sealed; ``shown``: how the public may see it, empty for 匿名. ``plan`` and
    ``platform_code`` are what the log says of ``activity`` and ``platform``, given along so that nobody looks them up.
    """

    pool: int
    amount: int
    channel: Channel
    donated_at: datetime
    quantity: int | None = None
    name: str = ""
    shown: str = ""
    donor_kind: DonorKind = DonorKind.PERSON
    donor: int | None = None
    activity: int | None = None
    plan: str | None = None
    platform: int | None = None
    platform_code: str | None = None
    platform_order: str = ""
    currency: str = "CNY"
    original_amount: int | None = None
    corrects: int | None = None


@transaction.atomic
def receive(*, gifts: Sequence[Gift], actor: Actor, summary: str = "接受捐赠") -> list[Donation]:
    """Take gifts in the order given and return their donations; one entry in the books for each organisation and day.

    Raises :class:`InvalidInputError` for amounts that are not positive, :class:`NotFoundError` for unknown pools,
    days whose books are closed to it, :class:`ForbiddenError`; ``IntegrityError`` where a platform's order was taken
    before.
    """
    for gift in gifts:
        if gift.amount <= 0 or (gift.quantity is not None and gift.quantity <= 0):
            raise InvalidInputError(gettext("捐赠金额和数量应大于零，请核对。"), code="donation-not-positive")
        if complaint := privacy.complaint(gift.shown):
            raise InvalidInputError(complaint, code="text-not-public", fields={"name": complaint})
        if (gift.original_amount or 0) <= 0 and gift.currency != "CNY":
            raise InvalidInputError(
                gettext("外币捐赠的原币金额应大于零，请核对。"), fields={"original": gettext("原币金额应大于零。")}
            )
    pools = locks.pools(gift.pool for gift in gifts)
    for organisation in {pool.organisation_id: pool.organisation for pool in pools.values()}.values():
        authorise(actor, organisation)
    now = timezone.now()
    donations = _placed(gifts, pools, _booked(gifts, pools, summary, actor), now)
    _write(donations)
    append(
        log=content.CHARITY,
        acts=[
            Act(
                f"donation-{donation.pk}",
                entry_types.DONATION.name,
                1,
                content.donation_body(donation, plan=gift.plan, platform=gift.platform_code),
                {log_content.DONOR: known},
            )
            for gift, (donation, known) in zip(gifts, donations, strict=True)
        ],
    )
    if donations:
        audit.record(
            actor=actor,
            action="charity.receive-donations",
            target=f"journal:{donations[0][0].journal_id}",
            detail={"donations": len(donations), "amount": sum(gift.amount for gift in gifts)},
        )
    return [donation for donation, _ in donations]


# An organisation's number and a day.
_Day = tuple[int, date]


def _booked(gifts: Iterable[Gift], pools: dict[int, Pool], summary: str, actor: Actor) -> dict[_Day, int]:
    """Write one entry for each organisation and day on which was given, and return its number by both."""
    debits: dict[_Day, dict[Code, int]] = {}
    credits_: dict[_Day, dict[int, int]] = {}
    for gift in gifts:
        day = _day(gift, pools)
        code = DEBITS.get(gift.channel, Code.BANK)
        side = debits.setdefault(day, {})
        side[code] = side.get(code, 0) + gift.amount
        other = credits_.setdefault(day, {})
        other[gift.pool] = other.get(gift.pool, 0) + gift.amount
    return {
        (organisation, day): book(
            organisation=organisation,
            booked_on=day,
            summary=summary,
            lines=[
                *(Line(code, amount) for code, amount in sorted(side.items())),
                *(Line(Code.DONATIONS, -amount, pool) for pool, amount in sorted(credits_[organisation, day].items())),
            ],
            actor=actor,
        ).pk
        for (organisation, day), side in sorted(debits.items())
    }


def _day(gift: Gift, pools: dict[int, Pool]) -> _Day:
    return pools[gift.pool].organisation_id, timezone.localdate(gift.donated_at)


_Placed = tuple[Donation, Personal]


def _placed(gifts: Sequence[Gift], pools: dict[int, Pool], journals: dict[_Day, int], now: datetime) -> list[_Placed]:
    """Give every gift its number and positions."""
    ends = {number: pool.received for number, pool in pools.items()}
    placed: list[_Placed] = []
    for number, gift in zip(_numbers(len(gifts)), gifts, strict=True):
        quantity = gift.amount if gift.quantity is None else gift.quantity
        start = ends[gift.pool]
        ends[gift.pool] = start + quantity
        secret = log_content.particulars(gift.name)
        donation = Donation(
            pk=number,
            pool_id=gift.pool,
            pool_from=start,
            pool_to=start + quantity,
            quantity=quantity,
            amount=gift.amount,
            channel=gift.channel,
            activity_id=gift.activity,
            platform_id=gift.platform,
            platform_order=gift.platform_order,
            currency=gift.currency,
            original_amount=gift.original_amount,
            donor_id=gift.donor,
            donor_kind=gift.donor_kind,
            shown=gift.shown[:60],
            particulars_sealed=secret.sealed(),
            corrects_id=gift.corrects,
            journal_id=journals[_day(gift, pools)],
            donated_at=gift.donated_at,
            recorded_at=now,
        )
        placed.append((donation, log_content.donor(secret, shown=donation.shown, order=donation.platform_order)))
    return placed


def _numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('charity_donation', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [int(number) for (number,) in cursor.fetchall()]


def _write(placed: Iterable[_Placed]) -> None:
    """Write the rows with COPY: ten times quicker than one INSERT for each."""
    statement = f"COPY charity_donation ({', '.join(_COLUMNS)}) FROM STDIN"
    # The copying itself speaks to the driver, past Django: its errors are translated here.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for donation, _ in placed:
            copy.write_row([getattr(donation, column) for column in _COLUMNS])
