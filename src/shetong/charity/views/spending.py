"""One disbursement: what it was for, what proves it, and whose money paid it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.charity.models import Disbursement, SubDisbursement
from shetong.charity.queries import spending
from shetong.charity.views import words
from shetong.core.asked import whole
from shetong.core.errors import NotFoundError


@require_safe
def disbursement(request: HttpRequest, number: int) -> HttpResponse:
    """Show a disbursement with its evidence and, page by page, the donations that paid it."""
    try:
        row = spending.found(number)
    except NotFoundError as error:
        raise Http404 from error
    given = request.GET.get("unit", "")
    found = spending.payers(row, unit=whole(given) or 0)
    end = found[-1].units[1] if found else row.quantity
    context = {
        "row": row,
        "facts": _facts(row),
        "proof": words.disbursement_proof(row),
        "evidence": row.evidence.all(),
        "parts": [_part(row, part) for part in row.parts.all()],
        "payers": [
            {
                "number": one.donation.number,
                "shown": one.donation.shown or _("匿名"),
                "at": one.donation.donated_at,
                "amount": words.quantity(row.pool, one.quantity),
                "through": [carry.reason for carry in one.through],
                "proof": words.proof(
                    f"donation-{one.donation.pk}",
                    {"amount": one.donation.amount, "from": one.donation.pool_from, "to": one.donation.pool_to},
                ),
            }
            for one in found
        ],
        "next_url": f"?unit={end}#payers" if end < row.quantity else "",
        "first_url": f"{request.path}#payers" if given else "",
        "data": words.browser_data(),
        "share": words.share(
            f"{row.purpose}（{words.quantity(row.pool, row.quantity)}）",
            _("这笔支出由谁的捐赠支付、有什么凭证，人人可查。"),
            reverse("charity:disbursement", args=[row.pk]),
        ),
    }
    return render(request, "charity/disbursement.html", context)


def _part(row: Disbursement, part: SubDisbursement) -> dict[str, object]:
    return {
        "part": part,
        "amount": words.quantity(row.pool, part.part_to - part.part_from),
        "recipient": words.recipient(part),
        "evidence": part.evidence.all(),
    }


def _facts(row: Disbursement) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = [
        {"label": _("编号"), "value": row.number, "code": True},
        {"label": _("金额"), "value": words.quantity(row.pool, row.quantity)},
        {"label": _("种类"), "value": _(str(row.get_kind_display()))},
        {"label": _("支出日期"), "value": row.spent_on.isoformat()},
    ]
    organisation, project = row.pool.organisation, row.pool.project
    url = reverse("charity:organisation", args=[organisation.public_code])
    facts.append({"label": _("慈善组织"), "value": organisation.name, "url": url, "chinese": True})
    if project is not None:
        url = reverse("charity:project", args=[project.number])
        facts.append({"label": _("慈善项目"), "value": project.name, "url": url, "chinese": True})
    if row.budget_line is not None:
        facts.append({"label": _("预算科目"), "value": row.budget_line.name, "chinese": True})
    if recipient := words.recipient(row):
        facts.append({"label": _("支付对象"), "value": recipient, "chinese": True})
    if row.returned:
        facts.append({"label": _("已退回"), "value": words.quantity(row.pool, row.returned)})
    reached = _("已到达，有凭证") if row.reached_final else _("尚未登记到达凭证")
    facts.append({"label": _("到达最终受益人"), "value": reached})
    return facts
