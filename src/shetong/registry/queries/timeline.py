"""The course of events of an organisation: every filing in sentences, corrections beside what they correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

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
            tuple(sentences(filing.kind, filing.before, filing.after, people)),
            filing.corrects_id,
            filing.pk in corrected,
            filing.effective_on > sight.today,
        )
        for filing in listed
    )
