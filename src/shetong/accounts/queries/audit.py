"""Reading the audit trail: by auditors within their jurisdictions, by people about themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import NATIONAL, Permission
from shetong.core import divisions

PAGE = 50
EXPORT_LIMIT = 50_000

# Names of the actions for people. Packages above record actions of their own, which are shown by code until named here.
ACTION_NAMES: dict[str, str] = {
    "account.login": "登录",
    "account.login-failed": "登录失败",
    "account.logout": "退出登录",
    "account.session-end": "结束会话",
    "account.sessions-end": "结束全部会话",
    "account.password-change": "修改密码",
    "account.reauthenticate": "再次验证身份",
    "account.second-factor-add": "添加两步验证",
    "account.second-factor-remove": "移除两步验证",
    "account.second-factor-reset": "重新生成恢复码",
    "account.second-factor-use": "使用两步验证",
    "account.second-factor-failed": "两步验证失败",
    "account.identity-link": "绑定统一身份",
    "account.identity-unlink": "解除统一身份绑定",
    "account.create": "创建账号",
    "account.invite": "开立账号",
    "account.enable": "启用账号",
    "account.disable": "停用账号",
    "account.unlock": "解除登录限制",
    "account.view": "查看账号资料",
    "role.grant": "授予角色",
    "role.end": "终止角色",
    "api-key.create": "签发接口密钥",
    "api-key.revoke": "吊销接口密钥",
    "audit.export": "导出审计记录",
    "personal-data.read": "查看个人信息",
    "personal-data.refused": "查看个人信息被拒绝",
}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What an auditor looks for. ``actor``: user name or label (``system:import``); ``before``: an event id."""

    action: str = ""
    actor: str = ""
    target: str = ""
    first_day: date | None = None
    last_day: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of events, newest first, and the id from which the next page goes on."""

    events: list[AuditEvent]
    next_before: int | None


def page(grants: Grants, wanted: AuditFilter) -> AuditPage:
    """Return one page of the events within the viewer's jurisdictions. Two queries at most."""
    events = list(_matching(grants, wanted)[: PAGE + 1])
    more = len(events) > PAGE
    return AuditPage(events[:PAGE], events[PAGE - 1].pk if more else None)


def export(grants: Grants, wanted: AuditFilter) -> Iterator[AuditEvent]:
    """Yield up to EXPORT_LIMIT matching events, newest first."""
    return _matching(grants, wanted)[:EXPORT_LIMIT].iterator(chunk_size=2_000)


def _matching(grants: Grants, wanted: AuditFilter) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(_within(grants)).select_related("actor", "link").order_by("-id")
    if wanted.action:
        # A group (``account.``) or one action.
        name = "action__startswith" if wanted.action.endswith(".") else "action"
        events = events.filter(**{name: wanted.action})
    if wanted.actor:
        user = User.objects.filter(username__iexact=wanted.actor).first()
        events = events.filter(actor=user) if user else events.filter(actor_label=wanted.actor)
    if wanted.target:
        events = events.filter(target=wanted.target)
    if wanted.first_day:
        events = events.filter(recorded_at__gte=_midnight(wanted.first_day))
    if wanted.last_day:
        events = events.filter(recorded_at__lt=_midnight(wanted.last_day + timedelta(days=1)))
    if wanted.before is not None:
        events = events.filter(id__lt=wanted.before)
    return events


def _within(grants: Grants) -> Q:
    """Return the condition "inside one of the jurisdictions"; events of no division are the ministry's."""
    codes = grants.jurisdictions(Permission.AUDIT_VIEW)
    if not codes:
        return Q(pk__in=[])
    if NATIONAL in codes:
        return Q()
    pattern = "^(" + "|".join(re.escape(divisions.prefix(code)) for code in codes) + ")"
    return Q(jurisdiction__regex=pattern)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def about(user: User, *, before: int | None = None) -> AuditPage:
    """Return what was done with a person's account, by whom: the person's own access log, newest first."""
    events = AuditEvent.objects.filter(target=f"user:{user.pk}").select_related("actor").order_by("-id")
    if before is not None:
        events = events.filter(id__lt=before)
    found = list(events[: PAGE + 1])
    return AuditPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)
