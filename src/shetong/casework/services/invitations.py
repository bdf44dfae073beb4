"""Inviting a colleague to act for one's organisation: a code that is handed on, accepted once or withdrawn."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
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
    return _made(
        MandateInvitation(
            organisation_code=organisation_code,
            organisation_name=own.organisation_name,
            note=note.strip(),
            invited_by=actor,
        )
    )


@transaction.atomic
def invite_upon_proof(
    *, organisation_code: str, organisation_name: str, division_code: str, actor: User, person: str, proof: str
) -> tuple[MandateInvitation, str]:
    """Invite somebody as the registrar of an organisation, having seen papers; return the code, shown this once.

    For an organisation's first representative, or where nobody is left who could invite. ``person``: whom the papers
    authorise; ``proof``: which papers were seen. Raises ``ForbiddenError``, :class:`InvalidInputError`,
    :class:`ConflictError`.
    """
    permissions.require(actor, Permission.CASE_ACCEPT, division_code)
    faults = {}
    if not person.strip() or len(person.strip()) > 60:
        faults["person"] = _("请填写授权书所载的经办人姓名，最多60个字。")
    if not proof.strip() or len(proof.strip()) > 300:
        faults["proof"] = _("请写明核验过的材料，最多300个字。")
    if faults:
        raise InvalidInputError(_("请改正后重试。"), fields=faults)
    return _made(
        MandateInvitation(
            organisation_code=organisation_code,
            organisation_name=organisation_name,
            note=person.strip(),
            division_code=division_code,
            proof=proof.strip(),
            invited_by=actor,
        )
    )


def _made(invitation: MandateInvitation) -> tuple[MandateInvitation, str]:
    now = timezone.now()
    if queries.open_invitations(invitation.organisation_code, now).count() >= MOST_OPEN:
        raise ConflictError(_("没有使用的邀请过多，请先撤回一些。"))
    code = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))
    invitation.digest = pii.blind_index(code, context=CONTEXT)
    invitation.invited_at, invitation.expires_at = now, now + timedelta(days=settings.INVITATION_DAYS)
    invitation.save(force_insert=True)
    _record(invitation.invited_by, "mandate.invite", invitation)
    return invitation, code


@transaction.atomic
def accept(*, code: str, actor: User) -> Mandate:
    """Accept an invitation: from now on one may act for the organisation. Everybody else who may is told.

    Raises :class:`NotFoundError` for a code that is none, :class:`WrongStateError` where it was used, withdrawn, has
    lapsed, or whoever gave it may no longer act, :class:`ForbiddenError` for the registrar
    who gave it, :class:`ConflictError` where one may act already.
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
    if not usable or not _may_invite(found.invited_by, found):
        raise WrongStateError(_("邀请码已经失效，请邀请人重新发一个。"))
    mandate = mandates.grant(
        organisation_code=found.organisation_code,
        organisation_name=found.organisation_name,
        division_code=found.division_code,
        user=actor,
        basis=_basis(found),
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
    if not _may_invite(actor, found):
        raise ForbiddenError(_("只有这家组织的经办人或者发出邀请的登记管理机关可以撤回邀请。"))
    found.withdrawn_at = timezone.now()
    found.save(update_fields=["withdrawn_at"])
    _record(actor, "mandate.invite-withdraw", found)
    return found


def _may_invite(actor: User, invitation: MandateInvitation) -> bool:
    """Whether somebody may stand for an invitation: as one of the organisation's, or of the registrar that gave it."""
    if invitation.division_code and permissions.may(actor, Permission.CASE_ACCEPT, invitation.division_code):
        return True
    return queries.holds(actor, invitation.organisation_code)


def _basis(invitation: MandateInvitation) -> str:
    by = invitation.invited_by.get_full_name()
    # Kept with the mandate, so it stays in the language of the record.
    if invitation.division_code:
        return f"登记管理机关核验：{invitation.proof}（核验人{by}，邀请{invitation.pk}号）"[:300]
    return f"受{by}邀请（邀请{invitation.pk}号）"


def _record(actor: User, action: str, invitation: MandateInvitation) -> None:
    audit.record(
        actor=actor,
        action=action,
        target=invitation,
        jurisdiction=invitation.division_code,
        detail={"organisation": invitation.organisation_code, "proof": invitation.proof},
    )
