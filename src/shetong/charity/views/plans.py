"""Filed plans and charitable trusts for everybody: lists by key, each with all its filings."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.charity.matters.plan import PLAN
from shetong.charity.models import CharitableTrust, FundraisingPlan, PlanState, TrustState
from shetong.charity.services.plans import PRIVATE
from shetong.charity.views import words
from shetong.core.asked import whole
from shetong.core.metadata import ElementType

PAGE = 20


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """List filed plans, the newest first."""
    rows, more = _page(request, FundraisingPlan.objects.select_related("organisation"))
    context = {**more, "rows": [(one, _state(one)) for one in rows], "demo": any(one.demo for one in rows)}
    return render(request, "charity/plans/plans.html", context)


@require_safe
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """Show a plan as filed, with every earlier version."""
    found = (
        FundraisingPlan.objects.select_related("organisation", "activity__project")
        .filter(number=number.upper())
        .first()
    )
    if found is None:
        raise Http404
    versions = list(found.versions.order_by("-number"))
    before: dict[int, Any] = {one.number: one.content for one in versions}
    context = {
        "plan": found,
        "state": _state(found),
        "content": _said(versions[0].content),
        "versions": [
            (one, _(str(one.get_kind_display())), _changed(one.content, before.get(one.number - 1))) for one in versions
        ],
        "project": found.activity.project if hasattr(found, "activity") else None,
    }
    return render(request, "charity/plans/plan.html", context)


@require_safe
def trusts(request: HttpRequest) -> HttpResponse:
    """List charitable trusts, the newest first."""
    rows, more = _page(request, CharitableTrust.objects.all())
    named = [(one, words.money(one.amount), _(str(TrustState(one.state).label))) for one in rows]
    return render(request, "charity/plans/trusts.html", {**more, "rows": named, "demo": any(one.demo for one in rows)})


@require_safe
def trust(request: HttpRequest, number: str) -> HttpResponse:
    """Show a charitable trust with its filings."""
    found = CharitableTrust.objects.select_related("trustee").filter(number=number.upper()).first()
    if found is None:
        raise Http404
    facts = [
        (_("备案编号"), found.number),
        (_("受托人"), found.trustee_name),
        (_("委托人"), found.settlor or _("不公开")),
        (_("监察人"), found.supervisor),
        (_("信托目的"), found.purpose),
        (_("财产总规模"), words.money(found.amount)),
        (_("文件签订日期"), found.signed_on.isoformat()),
        (_("期限止"), found.ends_on.isoformat() if found.ends_on else _("没有固定期限")),
        (_("项目执行人"), found.executor),
        (_("备案机关"), found.authority_name),
        (_("备案日期"), found.filed_on.isoformat()),
    ]
    context = {
        "trust": found,
        "state": _(str(TrustState(found.state).label)),
        "facts": [{"label": label, "value": value, "chinese": True} for label, value in facts if value],
        "filings": [(one, _(str(one.get_kind_display()))) for one in found.filings.order_by("-number")],
    }
    return render(request, "charity/plans/trust.html", context)


def _page(request: HttpRequest, rows: QuerySet[Any]) -> tuple[list[Any], dict[str, str]]:
    before = request.GET.get("before", "")
    found = rows.order_by("-pk")
    if (older := whole(before)) is not None:
        found = found.filter(pk__lt=older)
    shown = list(found[: PAGE + 1])
    next_url = f"?before={shown[PAGE - 1].pk}" if len(shown) > PAGE else ""
    return shown[:PAGE], {"next_url": next_url, "first_url": request.path if before else ""}


def _state(plan: FundraisingPlan) -> tuple[str, str]:
    """Where a plan stands today: what is stored, and for filed plans what the calendar says. Words and tone."""
    today = timezone.localdate()
    if plan.state != PlanState.FILED:
        return _(str(PlanState(plan.state).label)), "yellow" if plan.state == PlanState.SUSPENDED else "grey"
    if today < plan.starts_on:
        return _("未开始"), "blue"
    return (_("募捐中"), "green") if today <= plan.ends_on else (_("已结束"), "grey")


_FIELDS = {one.name: one.element for section in PLAN.sections for one in section.fields if one.name not in PRIVATE}


def _said(content: dict[str, Any]) -> list[dict[str, object]]:
    return [
        {"label": _label(name), "value": _value(name, content[name]), "chinese": True}
        for name in _FIELDS
        if content.get(name) not in (None, "")
    ]


def _changed(content: dict[str, Any], before: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    if before is None:
        return []
    return [
        (_label(name), _value(name, before.get(name)), _value(name, content.get(name)))
        for name in _FIELDS
        if content.get(name) != before.get(name)
    ]


def _label(name: str) -> str:
    from django.utils.translation import get_language

    return _FIELDS[name].name_en if get_language() == "en" else _FIELDS[name].name_zh


def _value(name: str, value: Any) -> str:
    element = _FIELDS[name]
    if value in (None, ""):
        return _("无")
    if element.type is ElementType.MONEY and isinstance(value, int):
        return words.money(value)
    if element.type is ElementType.BOOLEAN:
        return _("是") if value else _("否")
    return element.code_list.name(str(value)) if element.code_list else str(value)
