"""Taking donations back: refunds, voids and corrections, as rows that point back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.charity import entry_types
from shetong.charity.models import (
    MONEY,
    Channel,
    Disbursement,
    Donation,
    DonationReversal,
    OutflowKind,
    Pool,
    ReversalKind,
)
from shetong.charity.queries import public_log as content
from shetong.charity.queries import tracing
from shetong.charity.rules.tracing import share
from shetong.charity.services import locks
from shetong.charity.services.books import Code, Line, book
from shetong.charity.services.donations import DEBITS, Gift, receive
from shetong.charity.services.permission import Actor, authorise
from shetong.charity.services.spending import take_out
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.ledger.services.entries import Act, append


@transaction.atomic
def take_back(
    *,
    donation: int,
    quantity: int,
    kind: ReversalKind,
    reason: str,
    reversed_at: datetime,
    actor: Actor,
    platform_refund: str = "",
    booked_on: date | None = None,
) -> DonationReversal:
    """Take back ``quantity`` of a donation and return the (last) reversal. ``booked_on``: the day of ``reversed_at``.

    What was not spent yet leaves the donation's own pool; what was spent is paid out of the organisation's general
    pool, whose donors then stand in for it. Raises :class:`ConflictError` where less is left of the donation, or the
    general pool cannot pay (``refund-spent``); :class:`ForbiddenError`.
    """
    number = Donation.objects.filter(pk=donation).values_list("pool_id", "pool__organisation_id").first()
    general = Pool.objects.filter(organisation_id=number[1], project=None, asset=MONEY).first() if number else None
    pools = locks.pools([number[0] if number else 0, *([general.pk] if general else [])])
    row = locks.donation(donation)
    pool = pools[row.pool_id]
    authorise(actor, pool.organisation)
    taken = _taken(row, pool, quantity)
    if taken.spent and taken.spent < quantity and general is not None and pool.pk == general.pk:
        # The pool that pays is the donation's own: what is unspent leaves it before anything else is paid out of it.
        again = {
            "donation": donation, "kind": kind, "reason": reason, "reversed_at": reversed_at, "actor": actor,
            "booked_on": booked_on,
        }  # fmt: skip
        take_back(quantity=quantity - taken.spent, platform_refund=platform_refund, **again)  # type: ignore[arg-type]
        return take_back(quantity=taken.spent, **again)  # type: ignore[arg-type]
    paid = _pay_spent_part(taken, pools.get(general.pk) if general else None, pool, row, reversed_at, actor)
    journal = None
    if taken.amount_unspent:
        journal = book(
            organisation=pool.organisation_id,
            booked_on=booked_on or timezone.localdate(reversed_at),
            summary=reason,
            lines=[
                Line(Code.DONATIONS, taken.amount_unspent, pool.pk),
                Line(_from_where(kind, row), -taken.amount_unspent),
            ],
            reverses=row.journal,
            actor=actor,
        )
    reversal = DonationReversal.objects.create(
        donation=row,
        kind=kind,
        quantity=quantity,
        amount=taken.amount_unspent + taken.amount_spent,
        pool=pool,
        hole_from=taken.hole[0],
        hole_to=taken.hole[1],
        paid_from=paid,
        platform_refund=platform_refund,
        reason=reason.strip()[:300],
        journal=journal,
        reversed_at=reversed_at,
        recorded_at=timezone.now(),
    )
    body = content.reversal_body(reversal)
    append(log=content.CHARITY, acts=[Act(f"reversal-{reversal.pk}", entry_types.REVERSAL.name, 1, body)])
    audit.record(
        actor=actor,
        action="charity.reverse-donation",
        target=row,
        detail={"kind": kind, "quantity": quantity, "reversal": reversal.pk},
    )
    return reversal


@transaction.atomic
def correct(*, donation: int, gift: Gift, reason: str, actor: Actor) -> Donation:
    """Void a donation that was recorded wrongly and record it as it should have been; return the new one.

    Raises :class:`ConflictError` where it was corrected before or some of it was given back already, and as
    :func:`take_back` and :func:`shetong.charity.services.donations.receive`.
    """
    if gift.corrects != donation:
        raise InvalidInputError(gettext("更正的捐赠应指明原捐赠编号。"), code="correction-without-original")
    here = Pool.objects.filter(donation_rows=donation).values_list("pk", "organisation_id").first()
    if here is None:
        raise NotFoundError(gettext("没有这笔捐赠，请核对编号。"), code="donation-not-found")
    general = Pool.objects.filter(organisation_id=here[1], project=None, asset=MONEY).values_list("pk", flat=True)
    locks.pools([here[0], gift.pool, *general])
    old = locks.donation(donation)
    if old.corrected_by.exists():
        raise ConflictError(gettext("这笔捐赠已经更正过，请对更正后的那一笔操作。"), code="donation-corrected-already")
    if old.reversals.exists():
        raise ConflictError(
            gettext("这笔捐赠已经有过退款或者作废，不能再更正。没有退的部分要改的，请先作废它，再另记一笔。"),
            code="donation-taken-back",
        )
    take_back(
        donation=donation,
        quantity=old.quantity,
        kind=ReversalKind.CORRECTION,
        reason=reason,
        reversed_at=timezone.now(),
        actor=actor,
        # Taken out where it was put in, so that no day holds the wrong gift beside the right one.
        booked_on=old.journal.booked_on,
    )
    return receive(gifts=[gift], actor=actor, summary=reason)[0]


@dataclass(frozen=True, slots=True)
class _Taken:
    hole: tuple[int, int]
    spent: int
    amount_unspent: int
    amount_spent: int


def _from_where(kind: ReversalKind, row: Donation) -> Code:
    """A refund is paid from the bank; what never came is taken out of the account into which it was booked."""
    came = DEBITS.get(Channel(row.channel), Code.BANK)
    return Code.BANK if kind == ReversalKind.REFUND and came == Code.CASH else came


def _taken(row: Donation, pool: Pool, quantity: int) -> _Taken:
    """Divide what is taken back into what is still in the pool and what was spent."""
    repaid = tracing.repaid(row)
    left = row.quantity - row.refunded - repaid
    if not 0 < quantity <= left:
        raise ConflictError(
            gettext("退回的金额应大于零，且不超过这笔捐赠尚未退回的部分，请核对。"), code="refund-too-much"
        )
    end = row.pool_to - row.refunded
    unspent = min(quantity, max(end - max(row.pool_from, pool.frontier), 0))
    last = row.quantity - row.refunded
    amount_unspent = share(row.amount, row.quantity, (last - unspent, last))
    spent = quantity - unspent
    amount_spent = share(row.amount, row.quantity, (repaid, repaid + spent))
    return _Taken((end - unspent, end), spent, amount_unspent, amount_spent)


def _pay_spent_part(
    taken: _Taken,
    general: Pool | None,
    pool: Pool,
    row: Donation,
    reversed_at: datetime,
    actor: Actor,
) -> Disbursement | None:
    if not taken.spent:
        return None
    if pool.asset != MONEY or general is None or general.held < taken.amount_spent:
        raise ConflictError(
            gettext("这笔捐赠已经用出，非限定性结存不足以退还，请先筹措非限定性资金或与捐赠人协商。"),
            code="refund-spent",
        )
    return take_out(
        pool=general,
        quantity=taken.amount_spent,
        kind=OutflowKind.REFUND,
        # Public: why a donor took a gift back is between the donor and the charity, and kept with the reversal.
        purpose=f"退还已使用的捐赠{row.number}",
        spent_on=timezone.localdate(reversed_at),
        actor=actor,
    )
