"""People in the register's public log: handing out what opens a commitment, and erasing it for good.

PIPL articles 45 (access) and 47 (erasure): whoever is concerned can prove what an entry says of them, and the salt can
be destroyed, after which the entry says nothing of anybody while all proofs stay valid.
"""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, personal_data
from shetong.core.errors import InvalidInputError, WrongStateError
from shetong.ledger.rules.commitments import Opening
from shetong.ledger.services import people
from shetong.registry.models import Organisation
from shetong.registry.queries import log_people

LEAST_REASON = 4


def hand_out(
    *,
    organisation: Organisation,
    filing_id: int,
    field: str,
    actor: User,
    purpose: str,
    reason: str,
    request: HttpRequest | None = None,
) -> Opening:
    """Return the opening of one mention, for the person concerned to keep; the reading is recorded first.

    Raises what :func:`shetong.accounts.services.personal_data.reveal` raises, :class:`NotFoundError` where there is no
    such mention or it was erased.
    """
    personal = log_people.mentioned(organisation=organisation, filing_id=filing_id, field=field)
    opened: list[Opening] = []

    def read() -> str:
        opened.append(log_people.opening(filing_id=filing_id, field=field, personal=personal))
        return personal.value

    personal_data.reveal(
        actor=actor,
        subject=f"filing:{filing_id}",
        field=field,
        jurisdiction=organisation.authority.division_code,
        purpose=purpose,
        reason=reason,
        read=read,
        request=request,
    )
    return opened[0]


@transaction.atomic
def erase(
    *,
    organisation: Organisation,
    filing_id: int,
    field: str,
    actor: User,
    reason: str,
    request: HttpRequest | None = None,
) -> None:
    """Destroy the salt of one mention: it can never be opened again, by nobody. There is no way back.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError` without a reason, :class:`NotFoundError`,
    :class:`WrongStateError` where it was erased before.
    """
    jurisdiction = organisation.authority.division_code
    permissions.require(actor, Permission.REGISTER_CORRECT, jurisdiction)
    if len(reason.strip()) < LEAST_REASON:
        message = gettext("请写明销毁的依据，例如本人申请的受理编号。")
        raise InvalidInputError(message, fields={"reason": message})
    personal = log_people.mentioned(organisation=organisation, filing_id=filing_id, field=field)
    if not people.erase(subjects=[personal.subject]):
        raise WrongStateError(gettext("这处记载已经销毁过，不必再次办理。"), code="already-erased")
    audit.record(
        actor=actor,
        action="ledger.erase-person",
        target=f"filing:{filing_id}",
        jurisdiction=jurisdiction,
        detail={"field": field, "reason": reason.strip()[:200]},
        request=request,
    )
