"""Designating platforms: what an approved case enters, and how a platform leaves."""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval, Authority, Outcome, Values
from shetong.charity.models import Platform, PlatformMember
from shetong.charity.services.permission import SYSTEM
from shetong.core.errors import InvalidInputError, WrongStateError
from shetong.core.findings import Finding, Severity
from shetong.core.identifiers import is_uscc

_CODE = re.compile(r"[a-z][a-z0-9-]{1,23}")
LEVELS = ("3", "4", "5")  # 网络安全等级保护


def check(values: Values, authority: Authority, on: date, code: str) -> list[Finding]:  # noqa: ARG001 - a check's form
    """Check an application as it is typed."""
    found = []
    wanted, name = str(values.get("platform_code") or ""), str(values.get("platform_name") or "").strip()
    if wanted and not _CODE.fullmatch(wanted):
        found.append(
            _refuse("platform-code", gettext("代码用2至24位小写字母、数字和连字符，以字母开头。"), "platform_code")
        )
    elif wanted and Platform.objects.filter(code=wanted).exists():
        found.append(_refuse("platform-code-taken", gettext("这个代码已经有平台使用，请换一个。"), "platform_code"))
    if name and Platform.objects.filter(name=name, withdrawn_on__isnull=True).exists():
        found.append(_refuse("platform-name-taken", gettext("同名平台已在指定名单内，请换一个名称。"), "platform_name"))
    operator = str(values.get("operator_code") or "")
    if operator and not is_uscc(operator):
        found.append(_refuse("operator-code", gettext("统一社会信用代码有误，请核对。"), "operator_code"))
    level = str(values.get("security_level") or "")
    if level and level not in LEVELS:
        found.append(_refuse("security-level", gettext("平台的网络安全保护等级应当在第三级以上。"), "security_level"))
    if values.get("discredited"):
        message = gettext("运营主体被列入严重失信主体名单的，不能指定。")
        found.append(_refuse("operator-discredited", message, "discredited"))
    return found


def designated(approval: Approval) -> Outcome:
    """Enter a designated platform; who applied is its first member."""
    values = approval.values
    operator = str(values["operator_name"])
    with transaction.atomic():
        platform = Platform.objects.create(
            code=str(values["platform_code"]),
            name=str(values["platform_name"]).strip(),
            operator_name=operator,
            operator_uscc=str(values["operator_code"]).upper(),
            website=str(values["platform_site"]),
            scope=str(values["platform_scope"])[:300],
            designated_on=approval.decided_on,
            case_number=approval.case_number,
            demo=approval.demo,
        )
        PlatformMember.objects.create(platform=platform, user=approval.applicant, added_at=timezone.now())
        audit.record(
            actor=approval.actor or SYSTEM,
            action="platform.designate",
            target=platform,
            detail={"code": platform.code, "case": approval.case_number},
        )
    sentence = f"“{platform.name}”已列入互联网公开募捐服务平台名录，请在“我的平台”中登记程序并完成认证。"
    return Outcome("", platform.name, sentence, "指定结果通知书")


@transaction.atomic
def withdraw(*, platform: Platform, on: date, reason: str, actor: User | str) -> Platform:
    """Let a platform leave the list from a day on; its programs can report nothing from then. Needs a reason.

    Raises :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    if not reason.strip():
        message = gettext("请填写退出的理由。")
        raise InvalidInputError(message, fields={"reason": message})
    locked = Platform.objects.select_for_update().get(pk=platform.pk)
    if locked.withdrawn_on is not None:
        raise WrongStateError(gettext("这个平台已经退出。"))
    if on <= locked.designated_on:
        message = gettext("退出日期应当晚于指定日期。")
        raise InvalidInputError(message, fields={"on": message})
    locked.withdrawn_on = on
    locked.save(update_fields=["withdrawn_on"])
    audit.record(
        actor=actor, action="platform.withdraw", target=locked, detail={"on": on.isoformat(), "reason": reason[:300]}
    )
    return locked


def _refuse(code: str, message: str, field: str) -> Finding:
    return Finding(code, Severity.REFUSE, message, "", field)
