"""Filing that the registrar approved a changed charter (章程核准); the text itself lies in the case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.registry.models import Filing, FilingKind
from shetong.registry.rules.history import CHARTER
from shetong.registry.services import locks
from shetong.registry.services.recording import authorise, record


@transaction.atomic
def approve_charter(
    *,
    organisation_id: int,
    adopted_on: date,
    digests: Iterable[str],
    basis: str,
    effective_on: date,
    actor: User | None,
) -> Filing:
    """File the approval of a charter and return the filing.

    ``adopted_on``: the day on which the organisation adopted it; ``digests``: SHA-256 of the files of the approved
    text, by which a copy can be compared. Raises as :func:`shetong.registry.services.recording.record`.
    """
    organisation = locks.take_one(organisation_id)
    authorise(actor, Permission.REGISTER_FILE, organisation.authority.division_code)
    approved = {"adopted_on": adopted_on.isoformat(), "document": basis.strip(), "sha256": list(digests)}
    return record(
        organisation=organisation,
        kind=FilingKind.CHARTER,
        after={CHARTER: approved},
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.approve-charter",
    )
