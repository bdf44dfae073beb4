"""What platforms report of money beside donations: refunds, and arrivals on the charities' own accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shetong.charity.models import (
    Arrival,
    Donation,
    DonationReversal,
    FindingKind,
    FundraisingActivity,
    PlatformFinding,
    ReversalKind,
    WaitingRefund,
)
from shetong.charity.rules.platform_errors import ALL
from shetong.charity.rules.platform_records import ArrivalReport, Refund, judge_arrival, judge_refund
from shetong.charity.services import locks
from shetong.charity.services.platforms import aftermath
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.refunds import take_back
from shetong.core.errors import DomainError
from shetong.core.money import format_yuan

MOST = 500  # records in a batch of refunds or arrivals


def refund(caller: Caller, records: Sequence[Refund | None]) -> list[str]:
    """Carry refunds out; return the code of each, empty where it was. One before its donation waits for it.

    Every pool that the batch touches is locked first and in order, so that batches wait for each other in turn.
    """
    now = timezone.now()
    codes = [judge_refund(one, now=now) for one in records]
    good = [one for one, code in zip(records, codes, strict=True) if one is not None and not code]
    found = _donations(caller, [one.donation for one in good])
    into = {pool for _, pool in found.values()}
    locks.pools((*into, *locks.payers(into)))
    for index, one in enumerate(records):
        if one is not None and not codes[index]:
            known = found.get(one.donation)
            codes[index] = _refund(caller, one, known[0]) if known else _wait(caller, one, now)
    refused = [
        (one.number, code, one.amount)
        for one, code in zip(records, codes, strict=True)
        if one is not None and code not in ("", "duplicate", "waiting", "number-malformed", "record-malformed")
    ]
    aftermath.note_refusals(caller.platform, "refund", refused, now)
    return codes


def _donations(caller: Caller, orders: list[str]) -> dict[str, tuple[int, int]]:
    """Number and pool of donations by the platform's number of them. One query."""
    found = Donation.objects.filter(platform_id=caller.platform, platform_order__in=orders)
    return {order: (number, pool) for order, number, pool in found.values_list("platform_order", "pk", "pool_id")}


def _refund(caller: Caller, one: Refund, donation: int) -> str:
    known = (
        DonationReversal.objects.filter(platform_refund=one.number, donation__platform_id=caller.platform)
        .select_related("donation")
        .first()
    )
    if known is not None:
        same = known.quantity == one.amount and known.donation.platform_order == one.donation
        return "duplicate" if same else "number-conflict"
    # One that waits although its donation has come in the meantime is carried out here and waits no longer.
    waiting = WaitingRefund.objects.select_for_update().filter(platform_id=caller.platform, number=one.number).first()
    if waiting is not None and (waiting.donation, waiting.amount) != (one.donation, one.amount):
        return "number-conflict"
    try:
        with transaction.atomic():
            take_back(
                donation=donation,
                quantity=one.amount,
                kind=ReversalKind.REFUND,
                reason=one.reason,
                reversed_at=one.refunded_at,
                actor=f"platform:{caller.client_id}",
                platform_refund=one.number,
            )
            if waiting is not None:
                waiting.delete()
    except DomainError as error:
        return error.code if error.code in ALL else "refund-too-much"
    return ""


def _wait(caller: Caller, one: Refund, now: datetime) -> str:
    waiting, made = WaitingRefund.objects.get_or_create(
        platform_id=caller.platform,
        number=one.number,
        defaults={
            "donation": one.donation,
            "amount": one.amount,
            "reason": one.reason,
            "refunded_at": one.refunded_at,
            "reported_at": now,
        },
    )
    same = made or (waiting.donation, waiting.amount) == (one.donation, one.amount)
    return "waiting" if same else "number-conflict"


def arrive(caller: Caller, records: Sequence[ArrivalReport | None]) -> list[str]:
    """Keep arrivals; return the code of each, empty where it was taken. Fees, detours and delays become findings."""
    now = timezone.now()
    codes = []
    for one in records:
        code = judge_arrival(one, now=now)
        codes.append(code if code or one is None else _arrive(caller, one, now))
    return codes


def _arrive(caller: Caller, one: ArrivalReport, now: datetime) -> str:
    activity = (
        FundraisingActivity.objects.select_related("plan__organisation").filter(plan__number=one.plan.upper()).first()
        if one.plan.isalnum()
        else None
    )
    if activity is None or not activity.pages.filter(platform_id=caller.platform).exists():
        return "wrong-plan"
    said = {
        "activity_id": activity.pk,
        "amount": one.amount,
        "fee": one.fee,
        "account_holder": one.account_holder,
        "account_tail": one.account_tail,
        "through": one.through,
        "given_from": one.given_from,
        "given_to": one.given_to,
        "arrived_at": one.arrived_at,
    }
    arrival, made = Arrival.objects.get_or_create(
        platform_id=caller.platform, number=one.number, defaults={**said, "reported_at": now}
    )
    if not made:
        same = all(getattr(arrival, name) == value for name, value in said.items())
        return "duplicate" if same else "number-conflict"
    for kind, detail in _wrong(arrival, activity.plan.organisation.name):
        PlatformFinding.objects.create(
            platform_id=caller.platform,
            kind=kind,
            organisation=activity.plan.organisation,
            reference=arrival.number,
            amount=arrival.fee if kind == FindingKind.FEE else arrival.amount,
            detail=detail[:300],
            found_at=now,
        )
    return ""


def _wrong(arrival: Arrival, organisation: str) -> list[tuple[FindingKind, str]]:
    found = []
    if arrival.fee:
        found.append((FindingKind.FEE, f"扣费{format_yuan(arrival.fee)}。平台不得向慈善组织收取费用。"))
    if arrival.account_holder.strip() != organisation:
        found.append((FindingKind.DETOUR, f"收款户名为“{arrival.account_holder}”，不是“{organisation}”。"))
    elif arrival.through:
        found.append((FindingKind.DETOUR, f"款项经过{len(arrival.through)}个其他账户。平台不得代为接受捐赠。"))
    days = settings.PLATFORM_ARRIVAL_DAYS
    if arrival.arrived_at > arrival.given_to + timedelta(days=days):
        late = (arrival.arrived_at - arrival.given_to).days
        found.append((FindingKind.HELD, f"最后一笔捐赠后{late}日才到账，规定为{days}日内。"))
    return found
