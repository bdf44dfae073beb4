"""Pages of organisations for the site map, by blocks of their numbers: no count, no offset, whatever the size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from shetong.registry.models import Organisation

# The protocol allows 50,000 addresses in a file; numbers have gaps, never more in a block than its width.
BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an organisation: the code in its address and when it last changed."""

    code: str
    updated_at: datetime


def last_block() -> int:
    """Return the number of the last block, from 1; 0 for an empty register. Reads one end of the primary key."""
    last: int | None = Organisation.objects.aggregate(last=Max("pk"))["last"]
    return 0 if last is None else (last - 1) // BLOCK + 1


def block(number: int) -> list[Page]:
    """Return the pages of block ``number`` (from 1) in the order of the primary key."""
    first = (number - 1) * BLOCK
    rows = (
        Organisation.objects.filter(pk__gt=first, pk__lte=first + BLOCK)
        .order_by("pk")
        .values_list("pk", "uscc", "updated_at")
    )
    return [Page(uscc or f"BR{pk}", updated_at) for pk, uscc, updated_at in rows]


def block_changed_at(number: int) -> datetime | None:
    """Return when a page of block ``number`` last changed; ``None`` for a block without pages."""
    first = (number - 1) * BLOCK
    pages = Organisation.objects.filter(pk__gt=first, pk__lte=first + BLOCK)
    changed: datetime | None = pages.aggregate(at=Max("updated_at"))["at"]
    return changed
