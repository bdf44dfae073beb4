"""Reading personal data: for a named purpose, within one's jurisdiction, each time recorded.

PIPL articles 6, 13, 34 (purpose, statutory duty), 51 (access control), 54 to 57 (audit). The value itself never comes
near the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.queries.permissions import may, require
from shetong.accounts.rules import PURPOSES, Permission
from shetong.accounts.services import audit
from shetong.core.errors import DomainError, InvalidInputError

READ, REFUSED = "personal-data.read", "personal-data.refused"
LEAST_REASON = 4
T = TypeVar("T")


class TooManyReadsError(DomainError):
    """The actor has read as much personal data today as anybody may. Status 429."""

    code = "too-many-reads"
    status = 429


def reveal(
    *,
    actor: User,
    subject: str,
    field: str,
    jurisdiction: str,
    purpose: str,
    reason: str,
    read: Callable[[], T],
    request: HttpRequest | None = None,
) -> T:
    """Return one person's value, or a file with such values, in the clear, after the reading was recorded.

    ``subject``: whom it is about (``"person:7"``, ``"archive:7"``); ``field``: which value (``"identity_number"``);
    ``jurisdiction``: the division that the record belongs to; ``purpose``: a code of
    :data:`shetong.accounts.rules.PURPOSES`; ``reason``: the case or document, in the actor's words;
    ``read``: opens the sealed value.

    The record is committed together with the reading and before the value is returned, so this must not be called
    inside another transaction (``RuntimeError``). Raises :class:`ForbiddenError`, :class:`InvalidInputError`,
    :class:`TooManyReadsError`; refusals for want of permission are recorded too.
    """
    if not may(actor, Permission.PERSONAL_DATA_REVEAL, jurisdiction):
        audit.record(
            actor=actor,
            action=REFUSED,
            target=subject,
            jurisdiction=jurisdiction,
            detail={"field": field},
            request=request,
        )
        require(actor, Permission.PERSONAL_DATA_REVEAL, jurisdiction)
    errors = {}
    if purpose not in PURPOSES:
        errors["purpose"] = gettext("请选择查看目的。")
    if len(reason.strip()) < LEAST_REASON:
        errors["reason"] = gettext("请写明事由，例如受理编号或文号。")
    if errors:
        raise InvalidInputError(gettext("查看个人信息须有明确的目的和事由。"), fields=errors)
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(pk=actor.pk)
        _check_daily_limit(actor)
        audit.record(
            actor=actor,
            action=READ,
            target=subject,
            jurisdiction=jurisdiction,
            purpose=purpose,
            detail={"field": field, "reason": reason.strip()[:200]},
            request=request,
        )
        return read()


def _check_daily_limit(actor: User) -> None:
    since = timezone.now() - timedelta(days=1)
    today = AuditEvent.objects.filter(actor=actor, action=READ, recorded_at__gte=since).count()
    if today >= settings.PERSONAL_DATA_DAILY_LIMIT:
        raise TooManyReadsError(
            gettext("您在 24 小时内查看个人信息已达 %(limit)d 次上限。确需继续的，请联系本单位账号管理员和审计员。")
            % {"limit": settings.PERSONAL_DATA_DAILY_LIMIT}
        )
