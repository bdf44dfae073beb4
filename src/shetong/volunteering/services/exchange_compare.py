"""Reconciliation (对账): what a system says that it sent on a day, and what was taken here on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
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
from shetong.volunteering.rules import exchange as rules

MOST_LISTED = 10_000
KEPT_DAYS = 400


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
    rows = ExchangeReceipt.objects.filter(system=system, rehearsal=rehearsal, kind=kind, received_on=day)
    ours = sorted(rows.values_list("number", "version"))
    own = rules.list_digest(ours)
    matches = len(ours) == count and own == digest
    Comparison.objects.create(
        system=system, rehearsal=rehearsal, kind=kind, day=day, their_count=count, our_count=len(ours),
        matches=matches, asked_at=timezone.now(),
    )  # fmt: skip
    if matches and ours:
        passed(system, "compare")
    return Compared(matches, len(ours), own, () if matches else tuple(ours[:MOST_LISTED]))


def passed(system: VolunteerSystem, step: str) -> None:
    """Note that a system in rehearsal has passed a step of the test."""
    if system.certified_at is None:
        RehearsalStep.objects.get_or_create(system=system, step=step, defaults={"passed_at": timezone.now()})


def forget_receipts(*, batch: int = 50_000) -> int:
    """Delete receipts of days that are compared no more; return how many."""
    late = ExchangeReceipt.objects.filter(received_on__lt=timezone.localdate() - timedelta(days=KEPT_DAYS))
    return ExchangeReceipt.objects.filter(pk__in=list(late.values_list("pk", flat=True)[:batch])).delete()[0]
