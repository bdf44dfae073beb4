"""Announcements of registrations, the latest first."""

from __future__ import annotations

from django.db.models import QuerySet

from shetong.core import divisions
from shetong.registry.models import Announcement, AnnouncementKind

PAGE = 30


def listed(*, division_code: str = "", kind: str = "", text: str = "") -> QuerySet[Announcement]:
    """Return announcements of a division and those below it, of a kind, about a name; what is unknown is left out."""
    found = Announcement.objects.all()
    if division_code and divisions.get(division_code) is not None and (prefix := divisions.prefix(division_code)):
        found = found.filter(division_code__gte=prefix.ljust(6, "0"), division_code__lte=prefix.ljust(6, "9"))
    if kind in AnnouncementKind.values:
        found = found.filter(kind=kind)
    if asked := text.strip()[:100]:
        # One finds the body first: names are sought in an index of their own.
        found = found.filter(title__contains=asked)
    return found.order_by("-announced_on", "-pk")
