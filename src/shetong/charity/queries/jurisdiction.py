"""The condition that rows lie within what an official supervises."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from shetong.core import divisions


def within(jurisdictions: Iterable[str], path: str) -> Q:
    """Return the condition that the division code at ``path`` is in one of the jurisdictions; none: nothing is."""
    found = Q(pk__in=())
    for code in jurisdictions:
        found |= Q(**{f"{path}__startswith": divisions.prefix(code)})
    return found
