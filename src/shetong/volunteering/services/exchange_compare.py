"""Reconciliation (对账): what a system says that it sent on a day, and what was taken here on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models.functions import Collate
from django.utils import timezone
from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError
from shetong.volunteering.models import (
    Comparison,
    ExchangeItem,
    ExchangeKind,
    ExchangeReceipt,
    RehearsalStep,
    VolunteerSystem,
)

MOST_LISTED = 10_000
KEPT_DAYS = 400
BATCH = 50_000

# As :func:`shetong.volunteering.rules.exchange.list_digest`, without the list in memory here.
_DIGEST = """
SELECT count(*), encode(sha256(convert_to(
    coalesce(string_agg(number || E'\\t' || version || E'\\n', '' ORDER BY number COLLATE "C"), ''), 'UTF8')), 'hex')
FROM volunteering_exchangereceipt
WHERE system_id = %s AND rehearsal = %s AND kind = %s AND received_on = %s
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """The outcome of a reconciliation; ``ours``: number and version of what is here, where it does not match."""

    matches: bool
    count: int
    digest: str
    ours: tuple[tuple[str, int], ...]


def note(item: ExchangeItem) -> None:
    """Keep that a version was taken today; of one number the newest version of the day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO volunteering_exchangereceipt (system_id, rehearsal, kind, received_on, number, version)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (system_id, rehearsal, kind, received_on, number)"
            " DO UPDATE SET version = greatest(volunteering_exchangereceipt.version, EXCLUDED.version)",
            [item.system_id, item.rehearsal, item.kind, timezone.localdate(), item.number, item.version],
        )


@transaction.atomic
def compare(*, system: VolunteerSystem, kind: ExchangeKind, day: date, count: int, digest: str) -> Compared:
    """Compare what a system sent on a day (of China) with what was taken then, whatever came later.

    Of what was sent more than once that day the highest version counts. Raises :class:`InvalidInputError`.
    """
    today = timezone.localdate()
    if day >= today and system.certified_at is not None:
        raise InvalidInputError(gettext("这一天还没有结束，请次日对账。"), code="day-not-over")
    if day < today - timedelta(days=KEPT_DAYS):
        raise InvalidInputError(gettext("只能对最近%(days)d天的账。") % {"days": KEPT_DAYS}, code="day-too-old")
    rehearsal = system.certified_at is None
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [system.pk, rehearsal, kind.value, day])
        ours, own = cursor.fetchone()
    matches = ours == count and own == digest
    Comparison.objects.create(
        system=system, rehearsal=rehearsal, kind=kind, day=day, their_count=count, our_count=ours, matches=matches,
        asked_at=timezone.now(),
    )  # fmt: skip
    if matches and ours:
        passed(system, "compare")
    listed: list[tuple[str, int]] = []
    if not matches:
        rows = ExchangeReceipt.objects.filter(system=system, rehearsal=rehearsal, kind=kind, received_on=day)
        listed = list(rows.order_by(Collate("number", "C")).values_list("number", "version")[:MOST_LISTED])
    return Compared(matches, ours, own, tuple(listed))


def passed(system: VolunteerSystem, step: str) -> None:
    """Note that a system in rehearsal has passed a step of the test."""
    if system.certified_at is None:
        RehearsalStep.objects.get_or_create(system=system, step=step, defaults={"passed_at": timezone.now()})


def forget_receipts() -> int:
    """Delete receipts of days that are compared no more, a batch after the other; return how many."""
    late = ExchangeReceipt.objects.filter(received_on__lt=timezone.localdate() - timedelta(days=KEPT_DAYS))
    total = 0
    while numbers := list(late.values_list("pk", flat=True)[:BATCH]):
        total += ExchangeReceipt.objects.filter(pk__in=numbers).delete()[0]
    return total
