"""What follows a batch: days, refusals noted and settled, refunds that waited for their donation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from shetong.charity.models import ActivityPage, Donation, PlatformBatch, PlatformDay, ReversalKind, WaitingRefund
from shetong.charity.rules.donation_lines import Target
from shetong.charity.rules.platform_records import NUMBER, Given
from shetong.charity.services.permission import SYSTEM
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.pools import open_pool
from shetong.charity.services.refunds import take_back
from shetong.core.errors import DomainError
from shetong.store import rows

logger = structlog.get_logger(__name__)
CHINA = ZoneInfo("Asia/Shanghai")
CHINA_SECONDS = 8 * 3_600
TAKEN = ("", "late")


def activities(platform: int, records: Sequence[Given | None]) -> dict[str, int]:
    """The activity of every page that records name. One query."""
    wanted = {one.page for one in records if one is not None and "\0" not in one.page}
    found = ActivityPage.objects.filter(platform_id=platform, external_id__in=wanted)
    return dict(found.values_list("external_id", "activity_id"))


def open_earmarks(
    platform: int, records: Sequence[Given | None], codes: Sequence[str], targets: dict[tuple[str, str], Target]
) -> dict[tuple[str, str], Target]:
    """Open the pools that good records name and that are not there yet; return ``targets`` with them."""
    wanted = {
        (one.page, one.earmark)
        for one, code in zip(records, codes, strict=True)
        if one is not None and not code and (one.page, one.earmark) not in targets
    }
    found = dict(targets)
    for number, earmark in sorted(wanted):
        page = ActivityPage.objects.select_related("activity__plan", "activity__project__organisation").get(
            platform_id=platform, external_id=number
        )
        project = page.activity.project
        pool = open_pool(organisation=project.organisation, project=project, earmark=earmark)
        found[number, earmark] = Target(pool.pk, page.activity_id, page.activity.plan.number)
    return found


def settle(
    caller: Caller,
    batch: PlatformBatch,
    records: Sequence[Given | None],
    new: Sequence[int],
    codes: Sequence[str],
    now: datetime,
) -> None:
    """Write the days of a batch, note its refusals, and settle those of donations that were taken now."""
    days: dict[int, list[int]] = {}
    for index in new:
        one = records[index]
        if one is not None:
            # Days since 1970 in China, which has no summer time.
            sums = days.setdefault(int(one.donated_at.timestamp() + CHINA_SECONDS) // 86_400, [0, 0])
            sums[0] += 1
            sums[1] += one.amount
    PlatformDay.objects.bulk_create(
        [
            PlatformDay(
                batch=batch,
                platform_id=caller.platform,
                day=date(1970, 1, 1) + timedelta(days=day),
                donations=count,
                amount=amount,
            )
            for day, (count, amount) in days.items()
        ]
    )
    taken = [one.number for index in new if (one := records[index]) is not None]
    if taken and rows.exists(
        "FROM charity_platformrefusal WHERE platform_id = %s AND settled_at IS NULL", [caller.platform]
    ):
        rows.run(
            "UPDATE charity_platformrefusal SET settled_at = %s WHERE platform_id = %s AND kind = 'donation'"
            " AND settled_at IS NULL AND number = ANY(%s)",
            [now, caller.platform, taken],
        )
    refused = [
        (one.number, code, one.amount)
        for one, code in zip(records, codes, strict=True)
        if one is not None and code not in (*TAKEN, "duplicate") and NUMBER.fullmatch(one.number)
    ]
    note_refusals(caller.platform, "donation", refused, now)


def note_refusals(platform: int, kind: str, refused: Sequence[tuple[str, str, int]], now: datetime) -> None:
    """Keep number, code and amount of records that were not taken; the newest reason of a number stands."""
    newest = {number: (number, code, max(-(2**62), min(amount, 2**62))) for number, code, amount in refused}
    if not newest:
        return
    numbers, codes, amounts = zip(*newest.values(), strict=True)
    rows.run(
        "INSERT INTO charity_platformrefusal (platform_id, kind, number, code, amount, refused_at)"
        " SELECT %s, %s, refused.number, refused.code, refused.amount, %s"
        " FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS refused (number, code, amount)"
        " ON CONFLICT (platform_id, kind, number) DO UPDATE SET code = excluded.code, amount = excluded.amount,"
        " refused_at = excluded.refused_at, settled_at = NULL",
        [platform, kind, now, list(numbers), list(codes), list(amounts)],
    )


def awaited(platform: int, numbers: Sequence[str]) -> list[str]:
    """Return which of these donations refunds wait for."""
    if not numbers or not rows.exists("FROM charity_waitingrefund WHERE platform_id = %s", [platform]):
        return []
    found = rows.fetch(
        "SELECT DISTINCT donation FROM charity_waitingrefund WHERE platform_id = %s AND donation = ANY(%s)",
        [platform, list(numbers)],
    )
    return [number for (number,) in found]


def refund_waiting(caller: Caller, numbers: Sequence[str]) -> int:
    """Carry out refunds that came before their donations, whose pools and payers are locked; return how many.

    One that cannot be carried out is noted as refused.
    """
    if not numbers:
        return 0
    waiting = list(
        WaitingRefund.objects.select_for_update(skip_locked=True)
        .filter(platform_id=caller.platform, donation__in=numbers)
        .order_by("pk")
    )
    return sum(_carry_out(one, f"platform:{caller.client_id}") for one in waiting)


def take_up_refunds() -> int:
    """Carry out refunds whose donation came while they were reported, so that neither saw the other; return how many.

    Each in a transaction of its own; one that fails does not hold up the others.
    """
    come = Donation.objects.filter(platform_id=OuterRef("platform_id"), platform_order=OuterRef("donation"))
    done = 0
    for number in list(WaitingRefund.objects.filter(Exists(come)).order_by("pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                one = WaitingRefund.objects.select_for_update(skip_locked=True).filter(pk=number).first()
                done += one is not None and _carry_out(one, SYSTEM)
        except Exception:
            logger.exception("waiting-refund.failed", refund=number)
    return done


def _carry_out(one: WaitingRefund, actor: str) -> bool:
    donation = Donation.objects.filter(platform_id=one.platform_id, platform_order=one.donation).values_list("pk")
    found = donation.first()
    if found is None:
        return False
    done = True
    try:
        take_back(
            donation=found[0],
            quantity=one.amount,
            kind=ReversalKind.REFUND,
            reason=one.reason,
            reversed_at=one.refunded_at,
            actor=actor,
            platform_refund=one.number,
        )
    except DomainError as error:
        done = False
        note_refusals(one.platform_id, "refund", [(one.number, error.code, one.amount)], timezone.now())
    one.delete()
    return done
