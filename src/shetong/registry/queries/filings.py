"""Filings as the pure rules of history see them."""

from __future__ import annotations

from shetong.registry.models import Filing
from shetong.registry.rules.history import Entry


def entry_of(filing: Filing) -> Entry:
    """Return a filing as the fold sees it."""
    return Entry(filing.pk, filing.kind, filing.effective_on, filing.recorded_at, filing.after, filing.corrects_id)
