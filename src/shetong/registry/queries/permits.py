"""Published permits, and those whose publication is late."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from shetong.registry.models import PermitRecord

MOST = 20_000


def published(first: date, last: date, *, withdrawn: bool = False) -> QuerySet[PermitRecord]:
    """Return the published permits decided in a period, the latest first; withdrawn ones where asked for."""
    found = PermitRecord.objects.filter(published_at__isnull=False, decided_on__gte=first, decided_on__lte=last)
    if not withdrawn:
        found = found.filter(withdrawn_at__isnull=True)
    return found.select_related("organisation__authority").order_by("-decided_on", "-id")


def late(today: date | None = None) -> QuerySet[PermitRecord]:
    """Return the permits that should have been published already, the oldest duty first."""
    day = today or timezone.localdate()
    waiting = PermitRecord.objects.filter(published_at__isnull=True, withdrawn_at__isnull=True, publish_by__lt=day)
    return waiting.select_related("organisation__authority").order_by("publish_by", "id")
