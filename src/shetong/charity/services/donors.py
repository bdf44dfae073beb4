"""Donors: erasing who somebody was, while what they gave stays proven."""

from __future__ import annotations

from django.db import transaction

from shetong.accounts.services import audit
from shetong.charity.models import Donation
from shetong.charity.services import locks
from shetong.charity.services.permission import Actor, authorise


@transaction.atomic
def erase(*, donation: int, reason: str, actor: Actor) -> Donation:
    """Forget who gave: names and salt go; amount, path and log entry stay. Raises :class:`ForbiddenError`."""
    row = locks.donation(donation)
    authorise(actor, row.pool.organisation)
    row.particulars_sealed = None
    row.shown = ""
    row.donor = None
    row.save(update_fields=["particulars_sealed", "shown", "donor"])
    audit.record(actor=actor, action="charity.erase-donor", target=row, detail={"reason": reason})
    return row
