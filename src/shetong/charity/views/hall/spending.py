"""A charity's spending: recorded, found, taken along, come back; transfers between funds; what partners did."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.views.own import current_user
from shetong.charity.forms.fields import purpose_of
from shetong.charity.forms.spending import EvidenceForm, PartForm, ReturnForm, SpendForm, TransferForm
from shetong.charity.models import Beneficiary, Disbursement, OutflowKind, Pool
from shetong.charity.queries import keeping
from shetong.charity.services import arrivals, pools, spending
from shetong.charity.views import words
from shetong.charity.views.hall import lists
from shetong.charity.views.hall.acting import confirm, keeper, sure
from shetong.charity.views.hall.home import fund_name
from shetong.core.money import format_plain
from shetong.registry.models import Organisation

HEADINGS = (
    "支出编号", "支出日期", "种类", "用途", "资金", "数量", "金额（元）", "预算科目",
    "支付对象", "已退回数量", "已到达最终受益人", "凭证份数",
)  # fmt: skip


@require_safe
@keeper
def spending_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """List disbursements: searched by number, purpose, payee, kind, fund and days."""
    wanted = lists.wanted(request)
    rows = list(keeping.spending(organisation, wanted)[: keeping.PAGE + 1])
    shown, names = rows[: keeping.PAGE], lists.fund_names(organisation)
    context = {
        **lists.frame(request, names, organisation, wanted, [(one.value, _(str(one.label))) for one in OutflowKind]),
        "rows": [
            {
                "row": row, "amount": words.quantity(row.pool, row.quantity), "fund": names.get(row.pool_id, ""),
                "recipient": words.recipient(row), "proven": len(row.evidence.all()),
            }
            for row in shown
        ],
        "next_url": lists.further(wanted, shown[-1].pk) if len(rows) > keeping.PAGE else "",
    }  # fmt: skip
    return render(request, "charity/hall/spending.html", context)


@require_safe
@keeper
def export(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Hand out what the list shows as CSV; that it was taken is recorded."""
    rows = keeping.spending(organisation, lists.wanted(request))
    names = lists.fund_names(organisation)
    lines = (_line(row, names) for row in rows.iterator(chunk_size=2_000))
    return lists.download(request, organisation, "spending", HEADINGS, lines)


def _line(row: Disbursement, names: dict[int, str]) -> tuple[Any, ...]:
    return (
        row.number, row.spent_on.isoformat(), row.get_kind_display(), row.purpose, names.get(row.pool_id, ""),
        words.quantity(row.pool, row.quantity), format_plain(row.amount),
        row.budget_line.name if row.budget_line else "", words.recipient(row),
        words.quantity(row.pool, row.returned) if row.returned else "", "是" if row.reached_final else "否",
        len(row.evidence.all()),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def record(request: HttpRequest, organisation: Organisation, fund: int) -> HttpResponse:
    """Spend out of a fund."""
    pool = _fund(organisation, fund)
    form = SpendForm(request.POST if request.method == "POST" else None, pool=pool)

    def do() -> str:
        row = spending.disburse(pool=pool.pk, actor=current_user(request), **form.values())
        return _address(organisation, row)

    return confirm(
        request, form, organisation=organisation, heading=_("登记支出"), do=do, done=_("已经记账。请接着上传凭证。"),
        back=reverse("charity:account", args=[organisation.public_code]), warning=sure(), about=_about(pool),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def transfer(request: HttpRequest, organisation: Organisation, fund: int) -> HttpResponse:
    """Move means to another fund."""
    pool = _fund(organisation, fund)
    projects = list(keeping.running_projects(organisation))
    form = TransferForm(request.POST if request.method == "POST" else None, pool=pool, projects=projects)

    def do() -> str:
        given = form.cleaned_data
        project, earmark = purpose_of(given["into"], projects)
        into = pools.open_pool(
            organisation=organisation, project=project, earmark=earmark, asset=pool.asset, unit=pool.unit,
            asset_name=pool.asset_name,
        )  # fmt: skip
        carry = spending.transfer(
            pool=pool.pk, into=into.pk, quantity=given["quantity"], reason=given["reason"],
            spent_on=given["spent_on"], actor=current_user(request),
        )  # fmt: skip
        return _address(organisation, carry.source)

    return confirm(
        request, form, organisation=organisation, heading=_("项目间划转"), do=do, done=_("划转已经记账。"),
        back=reverse("charity:account", args=[organisation.public_code]), warning=sure(), about=_about(pool),
    )  # fmt: skip


@require_safe
@keeper
def disbursement(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Show a disbursement: what the books say, its evidence, what partners did, what can be done."""
    return show(request, organisation, found(organisation, number))


def show(
    request: HttpRequest, organisation: Organisation, row: Disbursement, form: EvidenceForm | None = None
) -> HttpResponse:
    """The page of a disbursement, with the form for evidence as it stands."""
    left = row.quantity - row.returned - row.sub_disbursed
    context = {
        "organisation": organisation,
        "row": row,
        "fund": fund_name(row.pool),
        "amount": words.quantity(row.pool, row.quantity),
        "returned": words.quantity(row.pool, row.returned),
        "left": words.quantity(row.pool, left),
        "recipient": words.recipient(row),
        "evidence": [one for one in row.evidence.all() if one.part_id is None],
        "parts": [
            {
                "part": part, "amount": words.quantity(row.pool, part.part_to - part.part_from),
                "recipient": words.recipient(part), "evidence": part.evidence.all(),
            }
            for part in row.parts.all()
        ],
        "grant": row.kind == OutflowKind.GRANT,
        "may_return": row.kind not in (OutflowKind.TRANSFER, OutflowKind.REFUND) and left > 0,
        "may_use": row.kind == OutflowKind.GRANT and left > 0,
        "form": form or EvidenceForm(row=row),
        "data": words.browser_data(),
        "proof": words.disbursement_proof(row),
    }  # fmt: skip
    return render(request, "charity/hall/disbursement.html", context, status=422 if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def used(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Record what a partner did with a grant."""
    row = found(organisation, number)
    if row.kind != OutflowKind.GRANT:
        raise Http404
    form = PartForm(request.POST if request.method == "POST" else None, row=row)

    def do() -> str:
        given = form.cleaned_data
        helped = given["beneficiary"]
        arrivals.partner_spent(
            grant=row.pk, quantity=given["quantity"], purpose=given["purpose"], spent_on=given["spent_on"],
            payee=given["payee"].strip(), actor=current_user(request),
            beneficiary=Beneficiary.objects.get(pk=int(helped), project=row.pool.project) if helped else None,
        )  # fmt: skip
        return _address(organisation, row)

    return confirm(
        request, form, organisation=organisation, heading=_("登记执行机构的使用"), do=do,
        done=_("已经记账。请接着上传凭证。"), back=_address(organisation, row), warning=sure(),
        about=[{"label": _("拨付"), "value": f"{row.number} {row.purpose}"}],
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def come_back(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Record that spending came back, or was booked by mistake."""
    row = found(organisation, number)
    form = ReturnForm(request.POST if request.method == "POST" else None, row=row)

    def do() -> str:
        given = form.cleaned_data
        spending.give_back(
            disbursement=row.pk, quantity=given["quantity"], reason=given["reason"],
            returned_on=given["returned_on"], actor=current_user(request),
        )  # fmt: skip
        return _address(organisation, row)

    return confirm(
        request, form, organisation=organisation, heading=_("登记支出退回"), do=do, done=_("退回已经记账。"),
        back=_address(organisation, row), warning=_("退回的款物回到原来的资金里，可以再用。") + sure(),
        about=[{"label": _("支出"), "value": f"{row.number} {row.purpose} {words.quantity(row.pool, row.quantity)}"}],
    )  # fmt: skip


def found(organisation: Organisation, number: int) -> Disbursement:
    """A disbursement of this organisation; for others there is none."""
    row = keeping.disbursement(organisation, number)
    if row is None:
        raise Http404
    return row


def _fund(organisation: Organisation, fund: int) -> Pool:
    pool = Pool.objects.filter(pk=fund, organisation=organisation).select_related("project").first()
    if pool is None:
        raise Http404
    return pool


def _about(pool: Pool) -> list[dict[str, object]]:
    return [
        {"label": _("资金"), "value": fund_name(pool)},
        {"label": _("可用结存"), "value": words.quantity(pool, pool.held)},
    ]


def _address(organisation: Organisation, row: Disbursement) -> str:
    return reverse("charity:spent", args=[organisation.public_code, row.pk])
