"""Spending: what leaves a pool, in which order, and what it is in the books and in the log."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.charity import entry_types
from shetong.charity.models import (
    MONEY,
    Beneficiary,
    BudgetLine,
    Carry,
    CarryKind,
    Disbursement,
    OutflowKind,
    Partner,
    Pool,
)
from shetong.charity.queries import public_log as content
from shetong.charity.queries import tracing
from shetong.charity.rules.tracing import advance, share
from shetong.charity.services import locks
from shetong.charity.services.books import EXPENSES, Code, Line, book
from shetong.charity.services.permission import Actor, authorise
from shetong.charity.services.public_texts import require_public
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.core.money import format_yuan
from shetong.ledger.services.entries import Act, append


@transaction.atomic
def disburse(
    *,
    pool: int,
    quantity: int,
    kind: OutflowKind,
    purpose: str,
    spent_on: date,
    actor: Actor,
    payee: str = "",
    budget_line: BudgetLine | None = None,
    partner: Partner | None = None,
    beneficiary: Beneficiary | None = None,
) -> Disbursement:
    """Spend ``quantity`` (fen, or units of goods) out of a pool, first in first out, and return the disbursement.

    ``payee``: an organisation that was paid; people who were helped are a ``beneficiary`` and stand in the log as a
    commitment. Raises :class:`InvalidInputError`, :class:`ConflictError` where the pool does not hold as much,
    :class:`ForbiddenError`.
    """
    if kind in (OutflowKind.TRANSFER, OutflowKind.REFUND):
        raise ValueError("transfers and refunds have acts of their own")
    require_public(purpose=purpose, payee=payee)
    source = locks.pools([pool])[pool]
    authorise(actor, source.organisation)
    if kind == OutflowKind.GRANT and partner is None:
        raise InvalidInputError(
            gettext("拨付执行机构时请选择执行机构。"), fields={"partner": gettext("请选择执行机构。")}
        )
    for named in (budget_line, partner, beneficiary):
        if named is not None and named.project_id != source.project_id:
            raise InvalidInputError(
                gettext("预算科目、执行机构和受益人应属于同一个项目，请核对。"), code="project-of-another"
            )
    return take_out(
        pool=source,
        quantity=quantity,
        kind=kind,
        purpose=purpose,
        spent_on=spent_on,
        actor=actor,
        payee=payee,
        budget_line=budget_line,
        partner=partner,
        beneficiary=beneficiary,
    )


def take_out(
    *, pool: Pool, quantity: int, kind: OutflowKind, purpose: str, spent_on: date, actor: Actor, **named: Any
) -> Disbursement:
    """Take means out of a locked pool: positions, books, row, log entry, audit event. Raises as :func:`disburse`."""
    if quantity <= 0:
        raise InvalidInputError(gettext("支出金额应大于零，请核对。"), code="amount-not-positive")
    if not purpose.strip():
        raise InvalidInputError(gettext("请写明支出用途。"), fields={"purpose": gettext("请写明支出用途。")})
    if quantity > pool.held:
        held = format_yuan(pool.held) if pool.asset == MONEY else f"{pool.held}{pool.unit}"
        raise ConflictError(
            gettext("可用结存只有%(held)s，不足以支出，请核对金额或先划转资金。") % {"held": held},
            code="pool-insufficient",
        )
    end = advance(pool.frontier, quantity, tracing.holes_from(pool.pk, pool.frontier))
    amount = quantity if pool.asset == MONEY else tracing.value_of(pool.pk, (pool.frontier, end))
    journal = book(
        organisation=pool.organisation_id,
        booked_on=spent_on,
        summary=purpose,
        lines=[
            Line(EXPENSES[kind], amount, pool.pk),
            Line(_other_side(kind, pool), -amount, None),
        ]
        if kind != OutflowKind.TRANSFER
        else [Line(Code.BETWEEN_POOLS, amount, pool.pk), Line(Code.BETWEEN_POOLS, -amount, named.pop("into").pk)],
        actor=actor,
    )
    row = Disbursement.objects.create(
        pool=pool,
        pool_from=pool.frontier,
        pool_to=end,
        quantity=quantity,
        amount=amount,
        kind=kind,
        purpose=purpose.strip()[:200],
        journal=journal,
        spent_on=spent_on,
        recorded_at=timezone.now(),
        **named,
    )
    append(
        log=content.CHARITY,
        acts=[
            Act(
                f"disbursement-{row.pk}",
                entry_types.DISBURSEMENT.name,
                1,
                content.disbursement_body(row),
                content.recipient(row.beneficiary),
            )
        ],
    )
    audit.record(
        actor=actor, action="charity.disburse", target=row, detail={"pool": pool.pk, "kind": kind, "amount": amount}
    )
    pool.refresh_from_db()
    return row


def _other_side(kind: OutflowKind, pool: Pool) -> Code:  # noqa: ARG001 - the kinds of money all leave the bank
    return Code.BANK if pool.asset == MONEY else Code.GOODS


@transaction.atomic
def transfer(*, pool: int, into: int, quantity: int, reason: str, spent_on: date, actor: Actor) -> Carry:
    """Move means from one pool of an organisation into another, where tracing goes on; return the carry.

    Whether the law allows another use is for who decides it: the reason is public. Raises as :func:`disburse`.
    """
    require_public(reason=reason)
    both = locks.pools([pool, into])
    source, target = both[pool], both[into]
    authorise(actor, source.organisation)
    if source.pk == target.pk or source.organisation_id != target.organisation_id or source.asset != target.asset:
        raise InvalidInputError(gettext("只能在同一组织的两个同类资金池之间划转，请核对。"), code="transfer-across")
    out = take_out(
        pool=source,
        quantity=quantity,
        kind=OutflowKind.TRANSFER,
        purpose=reason,
        spent_on=spent_on,
        actor=actor,
        into=target,
    )
    return _carry(CarryKind.TRANSFER, out, 0, target, quantity, out.amount, reason)


@transaction.atomic
def give_back(*, disbursement: int, quantity: int, reason: str, returned_on: date, actor: Actor) -> Carry:
    """Record that ``quantity`` of a disbursement came back (退回, or it was booked wrongly) into its pool.

    The last units of the disbursement are those that come back. Raises :class:`ConflictError` where less is left of it,
    :class:`ForbiddenError`.
    """
    require_public(reason=reason)
    number = Disbursement.objects.filter(pk=disbursement).values_list("pool_id", flat=True).first()
    pool = locks.pools([number or 0])[number or 0]
    row = locks.disbursement(disbursement)
    authorise(actor, pool.organisation)
    if row.kind in (OutflowKind.TRANSFER, OutflowKind.REFUND):
        raise ConflictError(gettext("划转和退款不能退回，请另办一笔。"), code="return-impossible")
    left = row.quantity - row.returned - row.sub_disbursed
    if not 0 < quantity <= left:
        raise ConflictError(gettext("退回的数量应大于零，且不超过尚未使用的部分，请核对。"), code="return-too-much")
    end = row.quantity - row.returned
    amount = quantity if pool.asset == MONEY else share(row.amount, row.quantity, (end - quantity, end))
    book_lines = [
        Line(_other_side(OutflowKind(row.kind), pool), amount),
        Line(EXPENSES[OutflowKind(row.kind)], -amount, pool.pk),
    ]
    carry = _carry(
        CarryKind.RETURN, row, end - quantity, pool, quantity, amount, reason, returned_on, book_lines, actor
    )
    audit.record(actor=actor, action="charity.return", target=row, detail={"quantity": quantity, "carry": carry.pk})
    return carry


def _carry(
    kind: CarryKind,
    source: Disbursement,
    start: int,
    pool: Pool,
    quantity: int,
    amount: int,
    reason: str,
    booked_on: date | None = None,
    lines: list[Line] | None = None,
    actor: Actor | None = None,
) -> Carry:
    journal = (
        source.journal
        if lines is None or booked_on is None
        else book(
            organisation=pool.organisation_id,
            booked_on=booked_on,
            summary=reason,
            lines=lines,
            reverses=source.journal,
            actor=actor,
        )
    )
    carry = Carry.objects.create(
        kind=kind,
        source=source,
        source_from=start,
        source_to=start + quantity,
        pool=pool,
        pool_from=pool.received,
        pool_to=pool.received + quantity,
        amount=amount,
        reason=reason.strip()[:300],
        journal=journal,
        recorded_at=timezone.now(),
    )
    append(
        log=content.CHARITY,
        acts=[Act(f"carry-{carry.pk}", entry_types.CARRY.name, 1, content.carry_body(carry))],
    )
    return carry
