"""The course of events of an organisation: every filing in sentences, corrections beside what they correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from shetong.registry.models import Filing, Officer
from shetong.registry.rules.sentences import sentences
from shetong.registry.rules.visibility import Sight


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One filing. ``corrected`` says that a later correction amends it, ``pending`` that its day has not come."""

    filing_id: int
    kind: str
    title: str
    effective_on: date
    recorded_at: datetime
    basis: str
    sentences: tuple[str, ...]
    corrects_id: int | None
    corrected: bool
    pending: bool


def timeline(organisation_id: int, *, sight: Sight | None = None) -> tuple[TimelineEntry, ...]:
    """Return the course of events, latest first (two queries); what ``sight`` (default: the public) may see."""
    filings = Filing.objects.filter(organisation_id=organisation_id)
    posts = Officer.objects.filter(organisation_id=organisation_id).values_list("person_id", "person__name")
    return entries(filings, dict(posts), sight or Sight(timezone.localdate()))


def entries(filings: Iterable[Filing], people: Mapping[int, str], sight: Sight) -> tuple[TimelineEntry, ...]:
    """Make timeline entries of filings read already, latest first."""
    listed = [filing for filing in filings if sight.filing(filing.effective_on)]
    moved = _moved(listed)
    corrected = {filing.corrects_id for filing in listed}
    listed.sort(key=lambda filing: (filing.effective_on, filing.pk), reverse=True)
    return tuple(
        TimelineEntry(
            filing.pk,
            filing.kind,
            filing.get_kind_display(),
            filing.effective_on,
            filing.recorded_at,
            filing.basis,
            (*sentences(filing.kind, filing.before, filing.after, people), *moved.get(filing.pk, ())),
            filing.corrects_id,
            filing.pk in corrected,
            filing.effective_on > sight.today,
        )
        for filing in listed
    )


def _moved(filings: Iterable[Filing]) -> dict[int, tuple[str]]:
    """Return what is said of the corrections that put the effective date of a filing right, by their number."""
    said: dict[int, tuple[str]] = {}
    stands: dict[int, date] = {}
    for filing in sorted(filings, key=lambda filing: filing.pk):
        root = filing.corrects_id or filing.pk
        before = stands.get(root, filing.effective_on)
        if before != filing.effective_on:
            words = {"old": before.isoformat(), "new": filing.effective_on.isoformat()}
            said[filing.pk] = (gettext("生效日期由“%(old)s”更正为“%(new)s”。") % words,)
        stands[root] = filing.effective_on
    return said
