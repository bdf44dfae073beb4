"""Mandates: an organisation authorises a person to act for it, and takes it back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.models import Mandate
from shetong.casework.services import applicants
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from shetong.store import rows
from shetong.store.transactions import act


@act
def grant(
    *, organisation_code: str, organisation_name: str, division_code: str, user: User, basis: str, actor: User | None
) -> Mandate:
    """Let ``user`` act for an organisation. ``actor``: one who acts for it already, or its registrar; ``None`` system.

    Raises :class:`ForbiddenError`, :class:`ConflictError` where the person holds the mandate already.
    """
    if actor is not None and not _speaks_for(actor, organisation_code):
        permissions.require(actor, Permission.CASE_ACCEPT, division_code)
        # Who has seen the papers is not the one whom they authorise.
        if actor.pk == user.pk:
            raise ForbiddenError(gettext("核验授权材料的工作人员不能自己担任这家组织的经办人。"))
    mandate = Mandate(
        organisation_code=organisation_code,
        organisation_name=organisation_name,
        user=user,
        granted_at=timezone.now(),
        granted_by=actor.get_full_name() if actor else "系统",
        basis=basis,
    )
    if not rows.insert_all([mandate], or_nothing=True):
        raise ConflictError(gettext("该人员已经是这家组织的经办人。"))
    audit.record(
        actor=actor or "system:casework",
        action="mandate.grant",
        target=mandate,
        jurisdiction=division_code,
        detail={"organisation": organisation_code, "user": user.pk},
    )
    return mandate


@transaction.atomic
def revoke(*, mandate_id: int, actor: User) -> Mandate:
    """End a mandate from now on; who holds one of the same organisation may do so, also with their own."""
    mandate = Mandate.objects.select_for_update().filter(pk=mandate_id, revoked_at__isnull=True).first()
    if mandate is None:
        raise NotFoundError(gettext("没有找到这项授权，可能已经撤销。"))
    if not _speaks_for(actor, mandate.organisation_code):
        raise ForbiddenError(gettext("只有这家组织的经办人可以撤销授权。"))
    return _ended(mandate, actor, "", "")


@transaction.atomic
def revoke_upon_proof(
    *, mandate_id: int, organisation_code: str, division_code: str, actor: User, reason: str
) -> Mandate:
    """End a mandate as the organisation's registrar, on its letter: where its agents are gone or at odds with it.

    Raises :class:`NotFoundError`, ``ForbiddenError``, :class:`InvalidInputError` without a reason.
    """
    permissions.require(actor, Permission.CASE_ACCEPT, division_code)
    if not reason.strip():
        message = gettext("请写明撤销的理由和依据。")
        raise InvalidInputError(message, fields={"reason": message})
    found = Mandate.objects.select_for_update().filter(
        pk=mandate_id, organisation_code=organisation_code, revoked_at__isnull=True
    )
    mandate = found.first()
    if mandate is None:
        raise NotFoundError(gettext("没有找到这项授权，可能已经撤销。"))
    return _ended(mandate, actor, division_code, reason.strip()[:300])


def _ended(mandate: Mandate, actor: User, division_code: str, reason: str) -> Mandate:
    mandate.revoked_at = timezone.now()
    mandate.save(update_fields=["revoked_at"])
    audit.record(
        actor=actor,
        action="mandate.revoke",
        target=mandate,
        jurisdiction=division_code,
        detail={"organisation": mandate.organisation_code, "user": mandate.user_id, "reason": reason},
    )
    applicants.mandate_ended(mandate, actor)
    return mandate


def _speaks_for(actor: User, organisation_code: str) -> bool:
    return Mandate.objects.filter(user=actor, organisation_code=organisation_code, revoked_at__isnull=True).exists()
