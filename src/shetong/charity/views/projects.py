"""A project for everybody: live totals, the picture of its money, spending with evidence, progress."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.charity.models import MONEY, Disbursement, Project
from shetong.charity.queries import flows, spending
from shetong.charity.queries import projects as reading
from shetong.charity.views import tables, words
from shetong.core.asked import whole
from shetong.core.errors import NotFoundError
from shetong.core.money import format_plain


@require_safe
def project(request: HttpRequest, number: str) -> HttpResponse:
    """Show a project."""
    found = _found(number)
    pools = flows.pools_of(project=found)
    money_pools = pools.filter(asset=MONEY)
    total = flows.sums(money_pools)
    before = request.GET.get("before", "")
    rows = spending.listed(pools, before=whole(before), most=spending.PAGE + 1)
    shown = rows[: spending.PAGE]
    budget = sum(found.budget_lines.values_list("amount", flat=True))
    context = {
        "project": found,
        "figures": words.figures(total),
        "picture": words.picture(flows.streams(money_pools)),
        "facts": _facts(found),
        "budget": [(line.name, words.money(line.amount)) for line in found.budget_lines.order_by("pk")],
        "budget_total": words.money(budget),
        "goods": [
            (pool.goods, words.quantity(pool, pool.received), words.quantity(pool, pool.held))
            for pool in pools.exclude(asset=MONEY)
        ],
        "rows": [spending_row(row) for row in shown],
        "next_url": f"?before={shown[-1].pk}#spending" if len(rows) > spending.PAGE else "",
        "first_url": f"{request.path}#spending" if before else "",
        "milestones": found.milestones.order_by("due_on"),
        "reports": found.reports.order_by("-published_at").prefetch_related("photos")[:10],
        "plans": [activity.plan for activity in found.activities.select_related("plan")],
        "data": words.browser_data(),
        "share": words.share(
            found.name,
            _("%(organisation)s：已收捐赠%(donated)s，已支出%(out)s，每一笔去向可查可核验。")
            % {
                "organisation": found.organisation.name,
                "donated": words.money(total.donated),
                "out": words.money(total.out),
            },
            reverse("charity:project", args=[found.number]),
        ),
    }
    return render(request, "charity/project.html", context)


@require_safe
def spending_csv(request: HttpRequest, number: str) -> HttpResponseBase:
    """All spending of a project as CSV (UTF-8 with mark, amounts in yuan), sent as it is read."""
    found = _found(number)
    rows = spending.spent(flows.pools_of(project=found)).iterator(chunk_size=2_000)
    lines = (
        (
            row.number,
            row.spent_on.isoformat(),
            row.get_kind_display(),
            row.purpose,
            format_plain(row.amount),
            words.recipient(row),
            "是" if row.reached_final else "否",
            " ".join(sorted(evidence.digest for evidence in row.evidence.all())),
        )
        for row in rows
    )
    headings = ("编号", "日期", "种类", "用途", "金额（元）", "支付对象", "已到达最终受益人", "凭证摘要（SHA-256）")
    response = tables.streamed(headings, lines)
    name = content_disposition_header(True, f"{found.number}-支出.csv")
    response["Content-Disposition"] = name or "attachment"
    return response


def spending_row(row: Disbursement) -> dict[str, object]:
    """A line of the spending list."""
    return {
        "row": row,
        "url": reverse("charity:disbursement", args=[row.pk]),
        "amount": words.quantity(row.pool, row.quantity),
        "kind": _(str(row.get_kind_display())),
        "recipient": words.recipient(row),
        "proof": words.disbursement_proof(row),
    }


def _found(number: str) -> Project:
    try:
        return reading.project(number)
    except NotFoundError as error:
        raise Http404 from error


def _facts(found: Project) -> list[dict[str, object]]:
    start = found.starts_on.isoformat()
    period = f"{start} — {found.ends_on.isoformat()}" if found.ends_on else _("%(day)s起") % {"day": start}
    facts = [
        (_("项目编号"), found.number),
        (_("起止时间"), period),
        (_("状态"), _(str(found.get_state_display()))),
    ]
    rows: list[dict[str, object]] = [{"label": label, "value": value} for label, value in facts if value]
    told = (
        (_("慈善目的"), found.purpose),
        (_("实施地域"), found.area),
        (_("受益人群"), found.beneficiaries_text),
        (_("剩余财产处理"), found.surplus),
    )
    rows += [{"label": label, "value": value, "chinese": True} for label, value in told if value]
    url = reverse("charity:organisation", args=[found.organisation.public_code])
    rows.insert(1, {"label": _("慈善组织"), "value": found.organisation.name, "url": url, "chinese": True})
    for partner in found.partners.order_by("pk"):
        rows.append({"label": _("执行机构"), "value": f"{partner.name}：{partner.task}", "chinese": True})
    return rows
