"""Designating platforms: what an approved case enters, and how a platform leaves."""

from __future__ import annotations

import re
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval, Authority, Outcome, Values
from shetong.charity.models import Platform, PlatformMember
from shetong.charity.services.permission import SYSTEM
from shetong.core.errors import ConflictError, InvalidInputError, WrongStateError
from shetong.core.findings import Finding, Severity
from shetong.core.identifiers import is_uscc

_CODE = re.compile(r"[a-z][a-z0-9-]{1,23}")
_SITE = re.compile(r"https?://[^\s/]+\.[^\s]{2,}")
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
    if operator and not is_uscc(operator.upper()):
        found.append(_refuse("operator-code", gettext("统一社会信用代码有误，请核对。"), "operator_code"))
    site = str(values.get("platform_site") or "")
    if site and not _SITE.fullmatch(site):
        found.append(_refuse("platform-site", gettext("网址应当以https://或者http://开头，请核对。"), "platform_site"))
    level = str(values.get("security_level") or "")
    if level and level not in LEVELS:
        found.append(_refuse("security-level", gettext("平台的网络安全保护等级应当在第三级以上。"), "security_level"))
    if values.get("discredited"):
        message = gettext("运营主体被列入严重失信主体名单的，不能指定。")
        found.append(_refuse("operator-discredited", message, "discredited"))
    return found


def designated(approval: Approval) -> Outcome:
    """Enter a designated platform; who applied is its first member."""
    with transaction.atomic():
        platform = _entered(approval)
        PlatformMember.objects.create(platform=platform, user=approval.applicant, added_at=timezone.now())
        audit.record(
            actor=approval.actor or SYSTEM,
            action="platform.designate",
            target=platform,
            detail={"code": platform.code, "case": approval.case_number},
        )
    sentence = f"“{platform.name}”已列入互联网公开募捐服务平台名录，请在“我的募捐平台”中登记程序并完成认证。"
    return Outcome("", platform.name, sentence, "指定结果通知书")


def _entered(approval: Approval) -> Platform:
    """Enter the platform. Raises :class:`ConflictError` where its code or name was given away in the meantime."""
    values = approval.values
    code, name = str(values["platform_code"]), str(values["platform_name"]).strip()
    if Platform.objects.filter(name=name, withdrawn_on__isnull=True).exists():
        raise ConflictError(gettext("同名平台已在指定名单内，请换一个名称。"), code="platform-name-taken")
    try:
        with transaction.atomic():
            return Platform.objects.create(
                code=code,
                name=name,
                operator_name=str(values["operator_name"]),
                operator_uscc=str(values["operator_code"]).upper(),
                website=str(values["platform_site"]),
                scope=str(values["platform_scope"])[:300],
                designated_on=approval.decided_on,
                case_number=approval.case_number,
                demo=approval.demo,
            )
    except IntegrityError as error:
        raise ConflictError(gettext("这个代码已经有平台使用，请申请人换一个。"), code="platform-code-taken") from error


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
        raise WrongStateError(gettext("这个平台已经退出名录，不用再次办理。"))
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
