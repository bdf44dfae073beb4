"""The national overview, and one organisation's accounts for everybody (明白账)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.charity.models import MONEY, Pool, Project
from shetong.charity.queries import flows, spending
from shetong.charity.queries import projects as reading
from shetong.charity.views import words
from shetong.core.asked import whole
from shetong.core.errors import NotFoundError
from shetong.registry.models import Organisation

PAGE = 20


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Figures of the whole country and the newest projects."""
    national = flows.national()
    pools = Pool.objects.filter(asset=MONEY)
    context = {
        **_projects(request),
        "figures": [
            (_("慈善项目"), f"{national.projects:,}"),
            (_("有项目的组织"), f"{national.organisations:,}"),
            (_("已备案的公开募捐方案"), f"{national.plans:,}"),
            *words.figures(national.sums),
        ],
        "picture": words.picture(flows.streams(pools)),
        "months": [(month, f"{count:,}", words.money(amount)) for month, count, amount in flows.by_month()[-12:]],
        "data": words.browser_data(),
        "share": words.share(
            _("慈善捐赠去向"), _("每一笔捐赠从哪里来、用到哪里去，人人可查，人人可核验。"), reverse("charity:overview")
        ),
    }
    return render(request, "charity/overview.html", context)


@require_safe
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """An organisation's income and spending, project by project."""
    try:
        home = reading.organisation(code)
    except NotFoundError as error:
        raise Http404 from error
    pools = flows.pools_of(organisation=home).filter(asset=MONEY)
    total = flows.sums(pools)
    context = {
        **_projects(request, home),
        "organisation": home,
        "figures": words.figures(total),
        "picture": words.picture(flows.streams(pools)),
        "costs": [
            (_("慈善活动支出"), words.money(total.spent - total.returned)),
            (_("管理费用"), words.money(total.management)),
            (_("募捐成本"), words.money(total.fundraising)),
        ],
        "rows": [_row(row) for row in spending.listed(pools, most=PAGE)],
        "data": words.browser_data(),
        "share": words.share(
            _("%(name)s的明白账") % {"name": home.name},
            _("捐赠收入%(donated)s，已支出%(out)s。")
            % {"donated": words.money(total.donated), "out": words.money(total.out)},
            reverse("charity:organisation", args=[home.public_code]),
        ),
    }
    return render(request, "charity/organisation.html", context)


def _row(row: Any) -> dict[str, object]:
    return {
        "row": row,
        "url": reverse("charity:disbursement", args=[row.pk]),
        "amount": words.money(row.amount),
        "recipient": words.recipient(row),
        "proof": words.disbursement_proof(row),
    }


def _projects(request: HttpRequest, of: Organisation | None = None) -> dict[str, object]:
    before = request.GET.get("before", "")
    found = flows.newest_projects(before=whole(before), most=PAGE + 1, of=of)
    shown = found[:PAGE]
    totals = flows.sums_by_project(shown)
    return {
        "projects": [_project(project, totals.get(project.pk, flows.Sums())) for project in shown],
        "next_url": f"?before={shown[-1].pk}#projects" if len(found) > PAGE else "",
        "first_url": f"{request.path}#projects" if before else "",
        "demo": any(project.demo for project in shown),
    }


def _project(project: Project, total: flows.Sums) -> dict[str, object]:
    return {
        "project": project,
        "url": reverse("charity:project", args=[project.number]),
        "organisation_url": reverse("charity:organisation", args=[project.organisation.public_code]),
        "donated": words.money(total.donated),
        "out": words.money(total.out),
        "balance": words.money(total.balance),
    }
