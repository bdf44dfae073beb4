"""Reconciling a platform's days with our books: first three figures, and where they differ record by record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.charity.models import Discrepancy, DiscrepancyNote, Reconciliation, ReconciliationState, Side
from shetong.charity.queries.platforms import days
from shetong.charity.rules import reconciliation as rules
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.services.platforms.access import Caller
from shetong.core.errors import InvalidInputError, NotFoundError

WRITTEN = 2_000  # rows in a statement
_CHANGING = ("kind", "theirs", "ours", "organisation", "hint", "found_at", "closed_at", "explained")


@transaction.atomic
def report(caller: Caller, said: rules.DayReport) -> Reconciliation:
    """Compare what a platform says of a day with our rows. Raises :class:`PlatformError` ``day-not-over``."""
    if said.day >= timezone.localdate():
        raise PlatformError("day-not-over")
    now = timezone.now()
    ours = days.sums(caller.platform, said.day)
    agreed = (said.count, said.amount, said.digest) == (ours.count, ours.amount, ours.digest)
    known = Reconciliation.objects.select_for_update().filter(platform_id=caller.platform, day=said.day).first()
    row = known or Reconciliation(platform_id=caller.platform, day=said.day, round=0)
    row.round += 1
    row.count, row.amount, row.digest = said.count, said.amount, said.digest
    row.our_count, row.our_amount, row.our_digest = ours.count, ours.amount, ours.digest
    row.state = ReconciliationState.AGREED if agreed else ReconciliationState.DIFFERS
    row.agreed_at = (row.agreed_at or now) if agreed else None
    row.reported_at = now
    row.save()
    if agreed:
        row.discrepancies.filter(closed_at__isnull=True).update(closed_at=now)
    return row


@transaction.atomic
def compare(caller: Caller, day: date, records: Sequence[rules.DayRecord | None]) -> list[Discrepancy]:
    """Find where a day's records differ from ours, and close what differs no more; return what does.

    ``records`` must be those of which the platform gave number, sum and hash. Raises :class:`PlatformError`.
    """
    row = Reconciliation.objects.select_for_update().filter(platform_id=caller.platform, day=day).first()
    if row is None:
        raise PlatformError("reconciliation-not-found")
    theirs = {one.number: one.amount for one in records if one is not None}
    said = rules.sums(theirs)
    if len(theirs) != len(records) or (said.count, said.amount, said.digest) != (row.count, row.amount, row.digest):
        raise PlatformError("reconciliation-mismatch")
    now = timezone.now()
    found = {one.number: one for one in days.differences(caller.platform, day, theirs)}
    row.discrepancies.filter(closed_at__isnull=True).exclude(number__in=found).update(closed_at=now)
    _note(row, found, now)
    return list(row.discrepancies.filter(closed_at__isnull=True).select_related("reconciliation").order_by("number"))


def _note(row: Reconciliation, found: Mapping[str, rules.Difference], now: datetime) -> None:
    """Keep what differs: a few statements, however much it is."""
    numbers = list(found)
    organisations = days.organisations(row.platform_id, numbers)
    hints = days.refusals(row.platform_id, numbers)
    known = {one.number: one for one in row.discrepancies.filter(number__in=numbers)}
    noted = []
    for number, difference in found.items():
        one = known.get(number) or Discrepancy(reconciliation=row, number=number, found_at=now)
        if one.closed_at is not None or (one.kind, one.theirs, one.ours) != _said(difference):
            # It comes again, or says something else: what was explained before explains it no more.
            one.found_at, one.explained = now, False
        one.kind, one.theirs, one.ours = difference.kind, difference.theirs, difference.ours
        one.organisation_id, one.hint, one.closed_at = organisations.get(number), hints.get(number, ""), None
        noted.append(one)
    Discrepancy.objects.bulk_create([one for one in noted if one.pk is None], batch_size=WRITTEN)
    Discrepancy.objects.bulk_update([one for one in noted if one.pk is not None], _CHANGING, batch_size=WRITTEN)


def _said(difference: rules.Difference) -> tuple[str, int | None, int | None]:
    return difference.kind, difference.theirs, difference.ours


@transaction.atomic
def say(*, discrepancy: Discrepancy, side: Side, text: str, settles: bool, actor: User | Caller) -> DiscrepancyNote:
    """Note what a side says. Once the platform and the charity's or the office's side take it as explained, it is."""
    if not text.strip() or "\0" in text:
        raise InvalidInputError(gettext("请填写说明。"), fields={"text": gettext("请填写说明。")})
    locked = Discrepancy.objects.select_for_update(of=("self",)).filter(pk=discrepancy.pk).first()
    if locked is None:
        raise NotFoundError(gettext("没有这项差异，请刷新页面查看。"))
    note = DiscrepancyNote.objects.create(
        discrepancy=locked,
        side=side,
        text=text.strip()[:500],
        settles=settles,
        author=actor if isinstance(actor, User) else None,
        written_at=timezone.now(),
    )
    agreed = set(locked.notes.filter(settles=True, written_at__gte=locked.found_at).values_list("side", flat=True))
    if Side.PLATFORM in agreed and agreed & {Side.CHARITY, Side.OFFICE} and not locked.explained:
        locked.explained = True
        locked.save(update_fields=["explained"])
    who = actor if isinstance(actor, User) else f"platform:{actor.client_id}"
    audit.record(actor=who, action="platform.discrepancy-note", target=locked, detail={"settles": settles})
    return note
