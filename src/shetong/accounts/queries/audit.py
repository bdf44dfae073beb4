"""Reading the audit trail: by auditors within their jurisdictions, by people about themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import NATIONAL, Permission
from shetong.core import divisions

PAGE = 50
EXPORT_LIMIT = 50_000

# Names of the actions for people. Packages above record actions of their own, which are shown by code until named here.
ACTION_NAMES: dict[str, str] = {
    "account.login": N_("登录"),
    "account.login-failed": N_("登录失败"),
    "account.logout": N_("退出登录"),
    "account.session-end": N_("结束会话"),
    "account.sessions-end": N_("结束全部会话"),
    "account.password-change": N_("修改密码"),
    "account.reauthenticate": N_("再次验证身份"),
    "account.second-factor-add": N_("添加两步验证"),
    "account.second-factor-remove": N_("移除两步验证"),
    "account.second-factor-reset": N_("重新生成恢复码"),
    "account.second-factor-use": N_("使用两步验证"),
    "account.second-factor-failed": N_("两步验证失败"),
    "account.identity-link": N_("绑定统一身份"),
    "account.identity-unlink": N_("解除统一身份绑定"),
    "account.create": N_("创建账号"),
    "account.invite": N_("开立账号"),
    "account.enable": N_("启用账号"),
    "account.disable": N_("停用账号"),
    "account.unlock": N_("解除登录限制"),
    "account.view": N_("查看账号资料"),
    "role.grant": N_("授予角色"),
    "role.end": N_("终止角色"),
    "deputy.appoint": N_("设定代理"),
    "deputy.revoke": N_("撤销代理"),
    "api-key.create": N_("签发接口密钥"),
    "api-key.revoke": N_("吊销接口密钥"),
    "audit.export": N_("导出审计记录"),
    "case.view": N_("查看办件"),
    "case.file": N_("查看办件材料"),
    "archive.view": N_("查看电子档案"),
    "archive.download": N_("下载档案包"),
    "mandate.grant": N_("授权经办人"),
    "mandate.revoke": N_("撤销经办人"),
    "mandate.invite": N_("邀请经办人"),
    "mandate.invite-withdraw": N_("撤回经办人邀请"),
    "rating.give": N_("评价办件"),
    "rating.follow-up": N_("回访评价"),
    "message-channel.set": N_("设置消息渠道"),
    "message-channel.confirm": N_("确认消息渠道"),
    "message-channel.remove": N_("移除消息渠道"),
    "personal-data.read": N_("查看个人信息"),
    "personal-data.refused": N_("查看个人信息被拒绝"),
    "ledger.erase-person": N_("销毁公开日志中的个人记载"),
    "authority.code": N_("设定机关代码"),
    "permit.export": N_("导出行政许可公示信息"),
    "permit.publish": N_("公示行政许可"),
    "permit.correct": N_("更正行政许可公示信息"),
    "permit.withdraw": N_("撤回行政许可公示"),
    "charity.open-project": N_("建立慈善项目"),
    "charity.end-project": N_("结束慈善项目"),
    "charity.add-budget-line": N_("添加项目预算"),
    "charity.add-partner": N_("添加执行机构"),
    "charity.add-beneficiary": N_("登记受益人"),
    "charity.file-plan": N_("备案募捐方案"),
    "charity.receive-donations": N_("登记捐赠"),
    "charity.reverse-donation": N_("退回捐赠"),
    "charity.erase-donor": N_("删除捐赠人信息"),
    "charity.disburse": N_("登记支出"),
    "charity.partner-spent": N_("登记执行机构的使用"),
    "charity.return": N_("登记支出退回"),
    "charity.prove": N_("登记支出凭证"),
    "charity.show-evidence": N_("公开或者撤下凭证预览"),
    "charity.deposit-cash": N_("现金存入银行"),
    "charity.rename-account": N_("修改会计科目"),
    "charity.export": N_("导出慈善账目"),
    "registry.view": N_("查看登记内容"),
    "registry.view-officers": N_("查看负责人备案"),
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
