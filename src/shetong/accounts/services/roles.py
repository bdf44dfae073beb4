"""Granting and ending roles."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.utils import IntegrityError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.queries.permissions import require
from shetong.accounts.rules import INCOMPATIBLE, ROLES, Permission
from shetong.accounts.services import audit
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError

_DIVISION = re.compile(r"[1-9]\d{5}\Z", re.ASCII)
INSTALLATION = "system:installation"


def grant(
    *,
    user: User,
    role: str,
    division_code: str,
    reason: str,
    actor: User | None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    request: HttpRequest | None = None,
) -> RoleAssignment:
    """Give ``user`` a role in a division from ``valid_from`` (now) to ``valid_to`` (open).

    ``actor`` needs ``accounts.manage`` there and may not grant to himself; ``None`` is the installation itself.
    Raises :class:`ForbiddenError`, :class:`InvalidInputError`; :class:`ConflictError` where the role is held already or
    excludes another one that the person holds (separation of duties).
    """
    _check_grantor(actor, user, division_code)
    begin = valid_from or timezone.now()
    _check_grant(role, division_code, reason, begin, valid_to)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        _check_separation(user, role, begin, valid_to)
        try:
            with transaction.atomic():
                assignment = RoleAssignment.objects.create(
                    user=user,
                    role=role,
                    division_code=division_code,
                    valid_from=begin,
                    valid_to=valid_to,
                    granted_by=actor,
                    granted_at=timezone.now(),
                    reason=reason.strip(),
                )
        except IntegrityError as error:
            raise ConflictError(gettext("该账号在这一地区、这段时间内已有此角色，无需重复授予。")) from error
        audit.record(
            actor=actor or INSTALLATION,
            action="role.grant",
            target=user,
            jurisdiction=division_code,
            detail={
                "assignment": assignment.pk,
                "role": role,
                "from": begin.isoformat(),
                "to": valid_to.isoformat() if valid_to else None,
            },
            request=request,
        )
    return assignment


def end(*, assignment: RoleAssignment, reason: str, actor: User, request: HttpRequest | None = None) -> RoleAssignment:
    """End an assignment now, or withdraw it before it begins. The person may end his own roles too.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError` when it is over already.
    """
    if actor.pk != assignment.user_id:
        require(actor, Permission.ACCOUNTS_MANAGE, assignment.division_code)
    if not reason.strip():
        message = gettext("请填写终止理由，例如“岗位调整”。")
        raise InvalidInputError(message, fields={"reason": message})
    with transaction.atomic():
        locked = RoleAssignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        now = timezone.now()
        if locked.ended_at is not None or (locked.valid_to is not None and locked.valid_to <= now):
            raise WrongStateError(gettext("该角色已经终止，无需再次办理。"))
        locked.valid_to = max(now, locked.valid_from)
        locked.ended_by, locked.ended_at, locked.end_reason = actor, now, reason.strip()
        locked.save(update_fields=["valid_to", "ended_by", "ended_at", "end_reason"])
        audit.record(
            actor=actor,
            action="role.end",
            target=f"user:{locked.user_id}",
            jurisdiction=locked.division_code,
            detail={"assignment": locked.pk, "role": locked.role},
            request=request,
        )
    return locked


def _check_grantor(actor: User | None, user: User, division_code: str) -> None:
    if actor is None:
        return
    if actor.pk == user.pk:
        raise ForbiddenError(gettext("不能给自己授予角色，请由其他账号管理员办理。"))
    require(actor, Permission.ACCOUNTS_MANAGE, division_code)


def _check_grant(role: str, division_code: str, reason: str, begin: datetime, end: datetime | None) -> None:
    errors = {}
    if role not in ROLES:
        errors["role"] = gettext("请选择要授予的角色。")
    if not _DIVISION.match(division_code):
        errors["division_code"] = gettext("请填写六位行政区划代码，全国填 100000。")
    if not reason.strip():
        errors["reason"] = gettext("请填写授予理由，例如“担任登记科科员”。")
    if end is not None and end <= begin:
        errors["valid_to"] = gettext("终止日期须晚于开始日期。")
    if errors:
        raise InvalidInputError(gettext("授予信息有误，请改正后重试。"), fields=errors)


def _check_separation(user: User, role: str, begin: datetime, end: datetime | None) -> None:
    meanwhile = Q(valid_to__isnull=True) | Q(valid_to__gt=begin)
    held = RoleAssignment.objects.filter(meanwhile, user=user, role__in=INCOMPATIBLE[role])
    if end is not None:
        held = held.filter(valid_from__lt=end)
    other = held.values_list("role", flat=True).first()
    if other is not None:
        raise ConflictError(
            gettext("“%(role)s”与该账号现有的“%(other)s”不得由同一人担任（三员分立）。请先终止原角色或另选人员。")
            % {"role": gettext(ROLES[role].name_zh), "other": gettext(ROLES[other].name_zh)},
            code="separation-of-duties",
        )
