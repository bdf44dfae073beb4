"""Filings whose day has come."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.registry.models import Filing
from shetong.registry.services import locks
from shetong.registry.services.recording import SYSTEM, apply
from shetong.store.each import each


def apply_due(*, today: date | None = None) -> int:
    """Put into effect every filing due by ``today`` (default: the current day) and return how many were.

    One transaction per organisation, so a run that is stopped goes on where it was; running again changes nothing.
    """
    day = today or timezone.localdate()
    due = Filing.objects.filter(applied_at__isnull=True, effective_on__lte=day)
    organisation_ids = sorted(set(due.values_list("organisation_id", flat=True)))
    return each(organisation_ids, lambda organisation_id: _apply_one(organisation_id, day), run="registry.apply_due")


@transaction.atomic
def _apply_one(organisation_id: int, day: date) -> int:
    organisation = locks.take_one(organisation_id)
    waiting = Filing.objects.filter(organisation=organisation, applied_at__isnull=True, effective_on__lte=day)
    filings = list(waiting.order_by("effective_on", "pk"))
    if not filings:
        return 0  # another run was faster
    apply(organisation, caused_by=filings[-1], today=day)
    Filing.objects.filter(pk__in=[filing.pk for filing in filings]).update(applied_at=timezone.now())
    for filing in filings:
        audit.record(
            actor=SYSTEM,
            action="registry.apply",
            target=organisation,
            jurisdiction=organisation.authority.division_code,
            detail={"filing": filing.pk, "effective_on": str(filing.effective_on)},
        )
    return len(filings)
