"""What the law asks of a change or supplement of a filed plan (《慈善组织公开募捐管理办法》第十二条、第二十条)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from shetong.charity.rules import plans
from shetong.core import statutes
from shetong.core.findings import Finding, Severity

R74_12 = plans.R74_12
R74_20 = "《慈善组织公开募捐管理办法》（民政部令第74号）第二十条"
# What is ticked → the answers of which one at least must then differ.
PARTS: Mapping[str, tuple[str, ...]] = {
    "changes_period": ("start_date", "end_date"),
    "changes_methods": (
        "by_internet", "by_site", "by_media", "platforms", "offsite_fundraising", "offsite_area",
    ),
    "changes_partner": ("partner_type", "partner_name", "partner_code"),
    "changes_use": ("purpose_use", "recipient_scope", "remain_assets_desc"),
    "changes_target": ("fundras_target",),
    "changes_costs": (
        "recipient_funding_desc", "implement_desc", "manage_cost_desc", "fundraising_cost",
        "fundraising_cost_amount", "average_income",
    ),
    "changes_account": ("account_holder", "account_bank", "account_number"),
    "changes_contact": ("responsible_name", "office_address"),
}  # fmt: skip
# Answers that are none where the question is answered with no.
ONLY_WITH = (("by_internet", "platforms"), ("offsite_fundraising", "offsite_area"))
# What can still change once the activity has ended.
AFTERWARDS = frozenset({"changes_use", "changes_contact", "changes_costs"})


@dataclass(frozen=True, slots=True)
class Filed:
    """The plan as filed: its public answers, the version in force, and whether it is still open."""

    number: str
    open: bool
    starts_on: date
    ends_on: date
    content: Mapping[str, Any]


def merged(content: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of the plan with what the change gives anew; personal ones among them."""
    given = {
        name: values[name] for part, names in PARTS.items() if values.get(part) for name in names if name in values
    }
    if values.get("changes_partner"):
        given["has_partner"] = True
    after = {**content, **given}
    for question, answer in ONLY_WITH:
        if after.get(question) is False:
            after.pop(answer, None)
    return after


def check(values: Mapping[str, Any], filed: Filed | None, filer: plans.Filer, on: date) -> list[Finding]:
    """Return what is wrong with a change as handed in on ``on``; incomplete answers are passed over."""
    if filed is None:
        if not str(values.get("plan_number") or "").strip():
            return []
        message = gettext("没有这个备案编号，或者不是本组织备案的方案，请核对。")
        return [_refuse("change-plan", message, "", "plan_number")]
    if not filed.open:
        return [_refuse("change-closed", gettext("这个方案已经终止或者结项，不能再变更。"), "", "plan_number")]
    found = _chosen(values, filed, on)
    found += _in_time(values, on)
    found += plans.public_texts(values, plans.PRIVATE)
    after = merged(filed.content, values)
    if values.get("changes_period"):
        found += _period(values, filed, filer, on)
    if values.get("changes_methods"):
        found += plans.methods(after, filer)
    if values.get("changes_costs"):
        found += plans.costs(after, on)
    if values.get("changes_use"):
        found += plans.surplus(str(after.get("remain_assets_desc") or ""))
    if values.get("changes_account"):
        found += plans.account(after, filer)
    return found


def _chosen(values: Mapping[str, Any], filed: Filed, on: date) -> list[Finding]:
    chosen = [part for part in PARTS if values.get(part) is True]
    if not chosen:
        return [_refuse("change-nothing", gettext("请选择变更或者补充的内容。"), R74_12, "changes_period")]
    found = []
    for part in chosen:
        given = [name for name in PARTS[part] if name in values]
        # What stays sealed in the case cannot be compared; naming it anew counts as a change.
        same = all(name in filed.content and _same(values[name], filed.content[name]) for name in given)
        if given and same:
            message = gettext("与已经备案的内容相同，请改填，或者不选这一项。")
            found.append(_refuse("change-same", message, "", given[0]))
    if filed.ends_on < on and (late := [part for part in chosen if part not in AFTERWARDS]):
        message = gettext("活动已于%(ends_on)s结束，只能变更款物用途、费用说明和联系方式。") % {
            "ends_on": filed.ends_on
        }
        found.append(_refuse("change-ended", message, R74_12, late[0]))
    return found


def _in_time(values: Mapping[str, Any], on: date) -> list[Finding]:
    happened = plans.day(values.get("happened_on"))
    if happened is None:
        return []
    if happened > on:
        return [_refuse("change-ahead", gettext("变更发生的日期不能晚于今天。"), "", "happened_on")]
    held = statutes.in_force("fundraising_change_filing", on=on)
    latest = happened + timedelta(days=held.value)
    if on <= latest:
        return []
    message = gettext("应当自变更之日起%(held)s日内备案，最迟为%(latest)s，现已逾期，请在事由中说明原因。") % {
        "held": held.value,
        "latest": latest,
    }
    return [Finding("change-late", Severity.WARN, message, held.provision, "happened_on")]


def _period(values: Mapping[str, Any], filed: Filed, filer: plans.Filer, on: date) -> list[Finding]:
    start = plans.day(values.get("start_date")) or filed.starts_on
    end = plans.day(values.get("end_date")) or filed.ends_on
    found = plans.period(start, end)
    if start != filed.starts_on and filed.starts_on <= on:
        found.append(_refuse("change-begun", gettext("活动已经开始，起始时间不能再改。"), R74_12, "start_date"))
    elif start != filed.starts_on and start < on:
        found.append(_refuse("change-start", gettext("起始时间不能早于今天。"), R74_12, "start_date"))
    if end < on and end != filed.ends_on:
        found.append(_refuse("change-end", gettext("提前结束的，结束时间不能早于今天。"), R74_12, "end_date"))
    return found + plans.qualification(filer, start, end)


def _same(one: Any, other: Any) -> bool:
    return str(one) == str(other)


def _refuse(code: str, message: str, provision: str, field: str) -> Finding:
    return Finding(code, Severity.REFUSE, message, provision, field)
