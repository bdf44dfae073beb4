"""Inviting a colleague to act for one's organisation: a code that is handed on, accepted once or withdrawn."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.models import Mandate, MandateInvitation
from shetong.casework.queries import mandates as queries
from shetong.casework.services import applicants, mandates
from shetong.core import pii
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError

CONTEXT = "mandate.invitation"
# Without signs that are mistaken for each other.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10
MOST_OPEN = 20


@transaction.atomic
def invite(*, organisation_code: str, actor: User, note: str) -> tuple[MandateInvitation, str]:
    """Invite somebody to act for an organisation and return the code, which is shown this once.

    ``note``: who it is for, in the inviter's words. Raises :class:`ForbiddenError`, :class:`InvalidInputError`,
    :class:`ConflictError` (too many open invitations).
    """
    held = Mandate.objects.filter(user=actor, organisation_code=organisation_code, revoked_at__isnull=True)
    own = held.select_for_update().first()
    if own is None:
        raise ForbiddenError(_("只有这家组织的经办人可以邀请同事。"))
    if not note.strip() or len(note.strip()) > 60:
        raise InvalidInputError(_("请写明邀请谁，最多60个字。"), fields={"note": _("请写明邀请谁，最多60个字。")})
    now = timezone.now()
    if queries.open_invitations(organisation_code, now).count() >= MOST_OPEN:
        raise ConflictError(_("没有使用的邀请过多，请先撤回一些。"))
    code = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))
    invitation = MandateInvitation.objects.create(
        organisation_code=organisation_code,
        organisation_name=own.organisation_name,
        digest=pii.blind_index(code, context=CONTEXT),
        note=note.strip(),
        invited_by=actor,
        invited_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )
    _record(actor, "mandate.invite", invitation)
    return invitation, code


@transaction.atomic
def accept(*, code: str, actor: User) -> Mandate:
    """Accept an invitation: from now on one may act for the organisation. Everybody else who may is told.

    Raises :class:`NotFoundError` for a code that is none, :class:`WrongStateError` where it was used, withdrawn, has
    lapsed, or whoever gave it may no longer act, :class:`ConflictError` where one may act already.
    """
    written = "".join(sign for sign in code.upper() if sign.isalnum())
    found = (
        MandateInvitation.objects.select_for_update(of=("self",))
        .select_related("invited_by")
        .filter(digest=pii.blind_index(written, context=CONTEXT))
        .first()
    )
    if found is None:
        raise NotFoundError(_("没有这个邀请码，请核对，或者请邀请人重新发一个。"))
    usable = found.accepted_at is None and found.withdrawn_at is None and found.expires_at > timezone.now()
    if not usable or not queries.holds(found.invited_by, found.organisation_code):
        raise WrongStateError(_("邀请码已经失效，请邀请人重新发一个。"))
    mandate = mandates.grant(
        organisation_code=found.organisation_code,
        organisation_name=found.organisation_name,
        division_code="",
        user=actor,
        basis=f"受{found.invited_by.get_full_name()}邀请（邀请{found.pk}号）",
        actor=found.invited_by,
    )
    found.accepted_by, found.accepted_at = actor, timezone.now()
    found.save(update_fields=["accepted_by", "accepted_at"])
    applicants.mandate_granted(mandate)
    return mandate


@transaction.atomic
def withdraw(*, invitation_id: int, actor: User) -> MandateInvitation:
    """Withdraw an invitation that nobody has accepted. Raises :class:`NotFoundError`, :class:`ForbiddenError`."""
    found = MandateInvitation.objects.select_for_update().filter(pk=invitation_id).first()
    if found is None or found.accepted_at is not None or found.withdrawn_at is not None:
        raise NotFoundError(_("没有找到这项邀请，可能已经使用或者撤回。"))
    if not queries.holds(actor, found.organisation_code):
        raise ForbiddenError(_("只有这家组织的经办人可以撤回邀请。"))
    found.withdrawn_at = timezone.now()
    found.save(update_fields=["withdrawn_at"])
    _record(actor, "mandate.invite-withdraw", found)
    return found


def _record(actor: User, action: str, invitation: MandateInvitation) -> None:
    audit.record(actor=actor, action=action, target=invitation, detail={"organisation": invitation.organisation_code})
