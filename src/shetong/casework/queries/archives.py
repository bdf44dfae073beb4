"""Archives as officers look for them: by number, name, code, matter, year; faults, and those whose time ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework.models import Archive, Retention
from shetong.casework.queries import archive_search
from shetong.core import divisions
from shetong.core.asked import whole

PAGE = 30
YEARS = {Retention.THIRTY_YEARS: 30, Retention.TEN_YEARS: 10}
# Archives are listed so long before their time ends.
AHEAD_YEARS = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A page of archives. ``faults`` and ``ending``: how many there are in the viewer's jurisdictions."""

    archives: tuple[Archive, ...]
    more: bool
    faults: int
    ending: int


def search(grants: Grants, given: Mapping[str, str], page: int = 1) -> Found:
    """Return archives of the viewer's jurisdictions, the latest first.

    ``given``: ``q`` (number of the archive or the case, code or name of the body), ``matter``, ``year``, ``tab``
    (``faults``, ``ending``); what is empty or makes no sense is left out.
    """
    there = _seen(grants)
    found = {"faults": _faulty, "ending": ending}.get(given.get("tab", ""), lambda rows: rows)(there)
    if (wanted := archive_search.wanted(given.get("q", "").replace("\x00", ""))) is not None:
        found = found.filter(wanted)
    if matter := given.get("matter", ""):
        found = found.filter(case__matter=matter)
    if (year := whole(given.get("year", ""), least=1_900, most=2_999)) is not None:
        found = found.filter(archived_at__year=year)
    start = (max(page, 1) - 1) * PAGE
    rows = list(found.select_related("case").order_by("-archived_at", "-pk")[start : start + PAGE + 1])
    return Found(tuple(rows[:PAGE]), len(rows) > PAGE, _faulty(there).count(), ending(there).count())


def for_officer(grants: Grants, archive_id: int) -> Archive | None:
    """Return an archive of the viewer's jurisdictions, else ``None``."""
    return _seen(grants).select_related("case", "file").filter(pk=archive_id).first()


def ending(archives: QuerySet[Archive]) -> QuerySet[Archive]:
    """Return those whose retention period has ended or ends within a year; permanent ones never do."""
    now = timezone.localtime()
    wanted = Q(pk__in=[])
    for retention, years in YEARS.items():
        limit = _years_before(now, years - AHEAD_YEARS)
        wanted |= Q(retention=retention, archived_at__lte=limit)
    return archives.filter(wanted)


def ends_on(archive: Archive) -> date | None:
    """Return the day on which the retention period ends: counted from 1 January after the year of archiving."""
    years = YEARS.get(Retention(archive.retention))
    return None if years is None else date(timezone.localtime(archive.archived_at).year + 1 + years, 1, 1)


def _years_before(moment: datetime, years: int) -> datetime:
    # The period begins with the year after archiving: what was archived in or before that year is near its end.
    return moment.replace(year=moment.year - years, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def _faulty(archives: QuerySet[Archive]) -> QuerySet[Archive]:
    return archives.filter(sound=False)


def _seen(grants: Grants) -> QuerySet[Archive]:
    within = Q(pk__in=[])
    for code in grants.jurisdictions(Permission.CASE_VIEW):
        if not (prefix := divisions.prefix(code)):
            return Archive.objects.all()
        # An archive's number begins with the division of its authority: no other table is read.
        within |= Q(number__startswith=prefix)
    return Archive.objects.filter(within)
