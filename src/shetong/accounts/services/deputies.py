"""Acting for an absent colleague (代理): granted by the person or the chief, for a time and a scope, revocable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts import rules
from shetong.accounts.models import Deputyship, User
from shetong.accounts.queries.permissions import grants_of
from shetong.accounts.rules import LENDABLE, Permission
from shetong.accounts.services import audit
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError

# Longer absences are a change of posts: the role itself moves.
LONGEST = timedelta(days=184)
_DIVISION = re.compile(r"[1-9]\d{5}")


@transaction.atomic
def appoint(
    *,
    principal: User,
    deputy: User,
    division_code: str,
    scope: Iterable[str],
    first_day: date,
    last_day: date,
    reason: str,
    actor: User,
) -> Deputyship:
    """Let ``deputy`` act for ``principal`` within ``scope`` and a division.

    By the principal, or by whoever assigns work there. Raises :class:`InvalidInputError`, :class:`ForbiddenError`,
    and :class:`ConflictError` where the same two are deputies for those days already.
    """
    wanted = sorted(set(scope))
    _check(principal, deputy, division_code, wanted, first_day, last_day, reason)
    if actor.pk != principal.pk and not grants_of(actor).own(Permission.CASE_ASSIGN, division_code):
        raise ForbiddenError(gettext("代理由本人或者本单位分派办件的负责人设定。"))
    if actor.pk == deputy.pk and actor.pk != principal.pk:
        raise ForbiddenError(gettext("不能给自己设定代理，请由被代理人或者其他负责人设定。"))
    User.objects.select_for_update().get(pk=principal.pk)
    held = grants_of(principal)
    lacking = [one for one in wanted if not held.own(one, division_code)]
    if lacking:
        names = "、".join(gettext(rules.PERMISSION_NAMES[Permission(one)]) for one in lacking)
        message = gettext("被代理人在该地区没有“%(names)s”的权限，不能委托。") % {"names": names}
        raise InvalidInputError(message, fields={"scope": message})
    if not grants_of(deputy).own(Permission.CASE_VIEW, division_code):
        message = gettext("代理人须是能够查看该地区办件的同事。")
        raise InvalidInputError(message, fields={"deputy": message})
    overlapping = Deputyship.objects.filter(
        principal=principal, deputy=deputy, revoked_at__isnull=True, first_day__lte=last_day, last_day__gte=first_day
    )
    if overlapping.exists():
        raise ConflictError(gettext("这段时间已经由该同事代理，如需改变请先撤销原来的代理。"))
    made = Deputyship.objects.create(
        principal=principal,
        deputy=deputy,
        division_code=division_code,
        scope=wanted,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip()[:300],
        granted_by=actor,
        granted_at=timezone.now(),
    )
    _record(actor, "deputy.appoint", made)
    return made


@transaction.atomic
def revoke(*, deputyship_id: int, actor: User) -> Deputyship:
    """End a deputyship at once: by either of the two, or by whoever assigns work there."""
    found = Deputyship.objects.select_for_update().filter(pk=deputyship_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这项代理。"))
    if actor.pk not in (found.principal_id, found.deputy_id) and not grants_of(actor).own(
        Permission.CASE_ASSIGN, found.division_code
    ):
        raise ForbiddenError(gettext("代理由本人或者本单位分派办件的负责人撤销。"))
    if found.revoked_at is not None or found.last_day < timezone.localdate():
        raise WrongStateError(gettext("这项代理已经结束，无需撤销。"))
    found.revoked_by, found.revoked_at = actor, timezone.now()
    found.save(update_fields=["revoked_by", "revoked_at"])
    _record(actor, "deputy.revoke", found)
    return found


def _record(actor: User, action: str, deputyship: Deputyship) -> None:
    audit.record(
        actor=actor,
        action=action,
        target=deputyship,
        jurisdiction=deputyship.division_code,
        detail={
            "principal": deputyship.principal_id,
            "deputy": deputyship.deputy_id,
            "scope": list(deputyship.scope),
            "from": str(deputyship.first_day),
            "to": str(deputyship.last_day),
        },
    )


def _check(
    principal: User, deputy: User, division_code: str, scope: list[str], first_day: date, last_day: date, reason: str
) -> None:
    faults = {}
    if principal.pk == deputy.pk:
        faults["deputy"] = gettext("请选择另一位同事。")
    if not _DIVISION.fullmatch(division_code):
        faults["division_code"] = gettext("请填写六位行政区划代码，全国填 100000。")
    if not scope or set(scope) - set(LENDABLE):
        faults["scope"] = gettext("请选择委托的事权。")
    if last_day < first_day:
        faults["last_day"] = gettext("末日不能早于首日。")
    elif last_day - first_day > LONGEST or last_day < timezone.localdate():
        faults["last_day"] = gettext("代理最长六个月，末日不能早于今天；更长的请办理角色调整。")
    if not reason.strip():
        faults["reason"] = gettext("请填写事由，例如“外出培训”。")
    if faults:
        raise InvalidInputError(gettext("代理信息有误，请改正后重试。"), fields=faults)
