"""What the law asks of a charitable trust when it is filed (《慈善法》第五章)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from shetong.charity.rules.plans import public_texts
from shetong.core import statutes
from shetong.core.findings import Finding, Severity

CL_44 = "《中华人民共和国慈善法》第四十四条"
CL_45 = "《中华人民共和国慈善法》第四十五条"
CL_46 = "《中华人民共和国慈善法》第四十六条"
CL_47 = "《中华人民共和国慈善法》第四十七条"

# Answers that name people or say how to reach them stay in the case.
PRIVATE = frozenset({"settlor_name", "settlor_code", "contact_name", "contact_phone"})


def check(values: Mapping[str, Any], known: bool | None, on: date) -> list[Finding]:
    """Return what is wrong with the answers as handed in on ``on``.

    ``known``: whether the number of an earlier filing belongs to this trustee; ``None`` where none is given.
    """
    found: list[Finding] = []
    if known is False:
        message = gettext("没有这个备案编号，或者受托人不是本组织，请核对。")
        found.append(_refuse("trust-number", message, "", "trust_number"))
    found += public_texts(values, PRIVATE)
    found += _in_time(values, on)
    signed, ends = _day(values.get("signed_on")), _day(values.get("trust_ends_on"))
    if signed and ends and ends < signed:
        found.append(_refuse("trust-period", gettext("信托期限不能早于签订日期结束。"), CL_45, "trust_ends_on"))
    if values.get("interested_beneficiary") is True:
        message = gettext("委托人不得指定或者变相指定其利害关系人作为受益人。")
        found.append(_refuse("trust-interested", message, CL_46, "interested_beneficiary"))
    if values.get("charitable_only") is False:
        message = gettext("慈善信托应当基于慈善目的，财产及收益全部用于慈善活动。")
        found.append(_refuse("trust-purpose", message, CL_44, "charitable_only"))
    amount = values.get("trust_amount")
    if isinstance(amount, int) and amount <= 0:
        found.append(_refuse("trust-amount", gettext("信托财产应当大于零。"), CL_45, "trust_amount"))
    if values.get("settlor_is_trustee") is True:
        message = gettext("受托人由委托人以外的慈善组织或者信托公司担任。")
        found.append(_refuse("trust-trustee", message, CL_47, "settlor_is_trustee"))
    return found


def _in_time(values: Mapping[str, Any], on: date) -> list[Finding]:
    kind = values.get("trust_filing_kind")
    name, words = (
        ("changed_on", gettext("变更"))
        if kind in ("trustee", "change", "end")
        else ("signed_on", gettext("签订信托文件"))
    )
    happened = _day(values.get(name))
    if happened is None:
        return []
    if happened > on:
        return [_refuse("trust-ahead", gettext("%(words)s的日期不能晚于今天。") % {"words": words}, "", name)]
    if kind not in ("new", "trustee"):
        return []
    held = statutes.in_force("trust_filing", on=on)
    latest = happened + timedelta(days=held.value)
    if on <= latest:
        return []
    message = gettext(
        "应当自%(words)s之日起%(held)s日内备案，最迟为%(latest)s，现已逾期；未按规定备案的，不享受税收优惠。"
    ) % {"words": words, "held": held.value, "latest": latest}
    return [Finding("trust-late", Severity.WARN, message, held.provision, name)]


def _refuse(code: str, message: str, provision: str, field: str) -> Finding:
    return Finding(code, Severity.REFUSE, message, provision, field)


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
