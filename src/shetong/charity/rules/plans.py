"""What the law asks of a public-fundraising plan, checked as it is typed; numbers come from the statutes of the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from shetong.charity.rules import privacy
from shetong.core import statutes
from shetong.core.findings import Finding, Severity
from shetong.core.money import format_yuan

CL_24 = "《中华人民共和国慈善法》第二十四条"
CL_26 = "《中华人民共和国慈善法》第二十六条"
CL_58 = "《中华人民共和国慈善法》第五十八条"
CL_22 = "《中华人民共和国慈善法》第二十二条"
R74_12 = "《慈善组织公开募捐管理办法》（民政部令第74号）第十二条"
_TO_ITSELF = ("归发起人", "归捐赠人", "返还发起人", "分配给理事", "分红", "归本单位所有")

# Answers that name people or say how to reach them stay in the case.
PRIVATE = frozenset({"responsible_name", "contact_phone", "partner_name", "partner_code", "account_number"})


@dataclass(frozen=True, slots=True)
class Filer:
    """What the register knows of the organisation on the days of the plan.

    ``qualified_from``, ``qualified_to`` (exclusive): its public-fundraising qualification; ``open_names``: names of its
    plans that are still open; ``designated``: names of the platforms designated on the first day.
    """

    name: str
    qualified_from: date | None
    qualified_to: date | None
    open_names: frozenset[str]
    designated: frozenset[str]


def check(values: Mapping[str, Any], filer: Filer, on: date) -> list[Finding]:
    """Return what is wrong with the answers ``values`` as filed on ``on``; incomplete answers are passed over."""
    found: list[Finding] = []
    start, end = day(values.get("start_date")), day(values.get("end_date"))
    if start and end:
        found += period(start, end)
    if start:
        found += _advance(values, start, on)
        found += qualification(filer, start, end)
    found += methods(values, filer)
    found += costs(values, on)
    found += _joint(values)
    found += surplus(str(values.get("remain_assets_desc") or ""))
    if str(values.get("plan_name") or "").strip() in filer.open_names:
        message = gettext(
            "已有同名方案备案在先。每次活动应当分别备案，一个备案编号只用于一次活动，请修改名称或者办理变更。"
        )
        found.append(_refuse("plan-filed-before", message, R74_12, "plan_name"))
    return found + account(values, filer) + public_texts(values, PRIVATE)


def public_texts(values: Mapping[str, Any], private: Collection[str]) -> list[Finding]:
    """Refuse answers that are published and hold the number of somebody's identity card."""
    return [
        _refuse("text-not-public", complaint, "", name)
        for name, value in values.items()
        if name not in private and isinstance(value, str) and (complaint := privacy.complaint(value, phones=True))
    ]


def account(values: Mapping[str, Any], filer: Filer) -> list[Finding]:
    """The money goes to the charity's own account."""
    holder = str(values.get("account_holder") or "").strip()
    if not holder or holder == filer.name:
        return []
    message = gettext("募捐款应当进入本组织账户，户名应为“%(name)s”。") % {"name": filer.name}
    return [_refuse("plan-account", message, CL_24, "account_holder")]


def period(start: date, end: date) -> list[Finding]:
    """The last day is not before the first, nor later than the longest time allowed."""
    if end < start:
        return [_refuse("plan-period", gettext("结束时间不能早于起始时间。"), CL_24, "end_date")]
    if statutes.holds("fundraising_longest", on=start):
        years = statutes.value("fundraising_longest", on=start)
        if end > _years_later(start, years):
            return [
                Finding(
                    "plan-long",
                    Severity.WARN,
                    gettext("期限超过%(years)s年，请核实是否分期备案。") % {"years": years},
                    "",
                    "end_date",
                )
            ]
    return []


def _advance(values: Mapping[str, Any], start: date, on: date) -> list[Finding]:
    if values.get("emergency"):
        held = statutes.in_force("fundraising_emergency_filing", on=start)
        latest = start + timedelta(days=held.value)
        if on > latest:
            message = gettext("应急募捐应当在活动开始后%(held)s日内补办备案，最迟为%(latest)s。") % {
                "held": held.value,
                "latest": latest,
            }
            return [_refuse("plan-emergency-late", message, held.provision, "start_date")]
        return []
    held = statutes.in_force("fundraising_filing_advance", on=on)
    earliest = on + timedelta(days=held.value)
    if start < earliest:
        message = gettext("应当在活动开始%(held)s日前备案，今天提交的，起始时间最早为%(earliest)s。") % {
            "held": held.value,
            "earliest": earliest,
        }
        return [_refuse("plan-advance", message, held.provision, "start_date")]
    return []


def qualification(filer: Filer, start: date, end: date | None) -> list[Finding]:
    """The qualification covers the activity from its first day to its last."""
    if filer.qualified_from is None or start < filer.qualified_from:
        message = gettext("本组织在起始时间没有公开募捐资格，可以与有资格的慈善组织合作开展。")
        return [_refuse("plan-qualification", message, CL_22, "start_date")]
    if filer.qualified_to is not None and (end or start) >= filer.qualified_to:
        message = gettext("公开募捐资格至%(text)s为止，活动应当在此之前结束。") % {
            "text": filer.qualified_to - timedelta(days=1)
        }
        return [_refuse("plan-qualification-ends", message, CL_22, "end_date")]
    return []


def methods(values: Mapping[str, Any], filer: Filer) -> list[Finding]:
    """Internet fundraising names designated platforms; some method is chosen; fundraising elsewhere names where."""
    found: list[Finding] = []
    if values.get("by_internet"):
        named = {name.strip() for name in str(values.get("platforms") or "").replace("，", "、").split("、")} - {""}
        if not named:
            found.append(
                _refuse("plan-platform", gettext("互联网募捐应当写明在哪些指定平台开展。"), CL_24, "platforms")
            )
        if strange := sorted(named - filer.designated):
            message = gettext("“%(text)s”不是民政部指定的互联网公开募捐服务平台，请核对名称。") % {
                "text": "、".join(strange)
            }
            found.append(_refuse("plan-platform-unknown", message, "", "platforms"))
    elif values.get("by_internet") is False and values.get("by_site") is False and values.get("by_media") is False:
        found.append(_refuse("plan-method", gettext("请至少选择一种募捐方式。"), CL_24, "by_site"))
    if values.get("offsite_fundraising") and values.get("by_site") is False:
        message = gettext("没有选择设置募捐箱、义演义卖等现场方式，一般不需要“线下异地募捐”，请核实。")
        found.append(Finding("plan-offsite", Severity.WARN, message, "", "offsite_fundraising"))
    if values.get("offsite_fundraising") and not str(values.get("offsite_area") or "").strip():
        message = gettext("在登记地以外现场募捐的，应当写明地域，并向当地民政部门备案。")
        found.append(_refuse("plan-offsite-area", message, "《中华人民共和国慈善法》第二十三条", "offsite_area"))
    return found


def costs(values: Mapping[str, Any], on: date) -> list[Finding]:
    """The cost of fundraising stays below its share of the average donation income."""
    cost, income = values.get("fundraising_cost_amount"), values.get("average_income")
    if not isinstance(cost, int) or not isinstance(income, int):
        return []
    if not statutes.holds("ratio_fundraising_cost", on=on):
        return []
    held = statutes.in_force("ratio_fundraising_cost", on=on)
    most = income * held.value // 100
    if cost <= most:
        return []
    message = gettext(
        "募捐成本不得超过前三年平均捐赠收入的%(held)s%%：%(income)s × %(held)s%% = %(most)s，现为%(cost)s。"
    ) % {"held": held.value, "income": format_yuan(income), "most": format_yuan(most), "cost": format_yuan(cost)}
    return [_refuse("plan-cost", message, held.provision, "fundraising_cost_amount")]


def _joint(values: Mapping[str, Any]) -> list[Finding]:
    if not values.get("has_partner"):
        return []
    found = []
    for field, text in (("partner_type", gettext("合作方类型")), ("partner_name", gettext("合作方名称或者姓名"))):
        if not str(values.get(field) or "").strip():
            message = gettext("合作公开募捐应当写明%(text)s，并提交评估报告和合作协议。") % {"text": text}
            found.append(_refuse("plan-partner", message, CL_26, field))
    return found


def surplus(text: str) -> list[Finding]:
    """What is left goes to like projects, never back to those who gave or govern."""
    if any(phrase in text for phrase in _TO_ITSELF):
        message = gettext("剩余财产应当用于目的相同或者相近的其他慈善项目，不得分配或者返还。")
        return [_refuse("plan-surplus", message, CL_58, "remain_assets_desc")]
    return []


def _refuse(code: str, message: str, provision: str, field: str) -> Finding:
    return Finding(code, Severity.REFUSE, message, provision, field)


def day(value: Any) -> date | None:
    """Return an answer as a date, ``None`` where it is none."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
