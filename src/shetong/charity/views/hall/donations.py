"""A charity's donations: recorded, found, taken along, given back, corrected."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.services import audit
from shetong.accounts.views.own import current_user
from shetong.charity.forms.donations import (
    CorrectionForm,
    GoodsForm,
    MoneyForm,
    ReasonForm,
    RefundForm,
)
from shetong.charity.forms.fields import moment
from shetong.charity.models import MONEY, Channel, Donation, ReversalKind
from shetong.charity.queries import keeping, tracing
from shetong.charity.rules import log_content, receipt_links
from shetong.charity.services import donations, donors, pools, refunds
from shetong.charity.services.donations import Gift
from shetong.charity.views import words
from shetong.charity.views.hall import lists
from shetong.charity.views.hall.acting import confirm, keeper, sure
from shetong.charity.views.hall.home import fund_name
from shetong.charity.views.receipts import legs_of
from shetong.core.money import format_plain
from shetong.registry.models import Organisation

HEADINGS = (
    "捐赠编号", "捐赠日期", "渠道", "公开显示的捐赠人", "捐赠人类别", "资金", "数量", "金额（元）",
    "已退数量", "原币种", "平台订单号",
)  # fmt: skip

# Why a charity may look at who gave; kept in the audit trail in these words.
PURPOSES = (("invoice", N_("开具捐赠票据")), ("contact", N_("联系捐赠人")), ("books", N_("核对账目")))


@require_safe
@keeper
def donation_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """List donations: searched by number, name shown, channel, fund and days."""
    wanted = lists.wanted(request)
    rows = keeping.page_of_donations(organisation, wanted)
    shown, names = rows[: keeping.PAGE], lists.fund_names(organisation)
    context = {
        **lists.frame(request, names, organisation, wanted, [(one.value, _(str(one.label))) for one in Channel]),
        "rows": [
            {
                "row": row,
                "amount": words.quantity(row.pool, row.quantity),
                "fund": names.get(row.pool_id, ""),
                "taken_back": tracing.taken_back(row),
            }
            for row in shown
        ],
        "in_part": keeping.SEARCHED if keeping.searched_in_part(organisation, wanted) else 0,
        "next_url": lists.further(wanted, keeping.shown_up_to(shown, wanted)) if len(rows) > keeping.PAGE else "",
    }
    return render(request, "charity/hall/donations.html", context)


@require_safe
@keeper
def export(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Hand out what the list shows as CSV; that it was taken is recorded."""
    wanted = lists.wanted(request)
    names = lists.fund_names(organisation)
    rows = keeping.donations(organisation, wanted).iterator(chunk_size=2_000)
    return lists.download(request, organisation, "donations", HEADINGS, (_line(row, names) for row in rows))


def _line(row: Donation, names: dict[int, str]) -> tuple[Any, ...]:
    money, back = row.pool.asset == MONEY, tracing.taken_back(row)
    return (
        row.number, timezone.localtime(row.donated_at).date().isoformat(), row.get_channel_display(),
        row.shown or "匿名", row.get_donor_kind_display(), names.get(row.pool_id, ""),
        format_plain(row.quantity) if money else f"{row.quantity}{row.pool.unit}", format_plain(row.amount),
        format_plain(back) if money else back, row.currency, row.platform_order,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def record(request: HttpRequest, organisation: Organisation, kind: str) -> HttpResponse:
    """Record a gift of money, or in kind."""
    forms = {"money": (MoneyForm, _("登记捐款")), "goods": (GoodsForm, _("登记捐物"))}
    if kind not in forms:
        raise Http404
    made, heading = forms[kind]
    projects = list(keeping.running_projects(organisation))
    chosen = {"purpose": request.GET.get("purpose", "")} if request.method != "POST" else {}
    form = made(request.POST if request.method == "POST" else None, projects=projects, initial=chosen)

    def do() -> str:
        project, earmark = form.meant_for()
        into = pools.open_pool(organisation=organisation, project=project, earmark=earmark, **form.asset())
        (donation,) = donations.receive(gifts=[Gift(pool=into.pk, **form.gift())], actor=current_user(request))
        return reverse("charity:donation", args=[organisation.public_code, donation.pk])

    return confirm(
        request, form, organisation=organisation, heading=heading, do=do,
        done=_("已经记账。请把回执的地址或者二维码交给捐赠人。"),
        back=reverse("charity:account", args=[organisation.public_code]), warning=sure(),
    )  # fmt: skip


@require_safe
@keeper
def donation(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Show a donation: what the books say, where it went, its receipt, what can be done."""
    return _show(request, organisation, _found(organisation, number))


@require_POST
@keeper
def reveal(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Show the donor's real name for a purpose; that it was looked at is recorded."""
    row = _found(organisation, number)
    purpose = dict(PURPOSES).get(request.POST.get("purpose", ""))
    if purpose is None:
        return _show(request, organisation, row, fault=_("请选择查看的目的。"))
    known = log_content.open_particulars(row.particulars_sealed)
    audit.record(
        actor=current_user(request), action="personal-data.read", target=row, purpose=purpose, request=request,
        detail={"field": "donor"}, jurisdiction=organisation.authority.division_code,
    )  # fmt: skip
    return _show(request, organisation, row, name=known.name if known and known.name else _("捐赠人没有留下姓名"))


def _show(
    request: HttpRequest, organisation: Organisation, row: Donation, *, name: str = "", fault: str = ""
) -> HttpResponse:
    reversals = list(row.reversals.order_by("pk"))
    context = {
        "organisation": organisation,
        "donation": row,
        "fund": fund_name(row.pool),
        "amount": words.quantity(row.pool, row.quantity),
        "value": words.money(row.amount),
        "refunded": words.quantity(row.pool, tracing.taken_back(row)),
        "left": row.quantity - tracing.taken_back(row),
        "goods": row.pool.asset != MONEY,
        "legs": legs_of(row, tracing.path_of(row)),
        "reversals": [(one, words.quantity(row.pool, one.quantity)) for one in reversals],
        "token": receipt_links.token(row.pk),
        "name": name,
        "fault": fault,
        "purposes": [(code, _(text)) for code, text in PURPOSES],
        "may_correct": not reversals and row.channel in (Channel.BANK, Channel.CASH, Channel.BOX, Channel.OTHER),
        "corrected_by": row.corrected_by.first(),
        "data": words.browser_data(),
    }
    return render(request, "charity/hall/donation.html", context, status=422 if fault else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def refund(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Give a gift back, or void what was recorded by mistake."""
    row = _found(organisation, number)
    form = RefundForm(request.POST if request.method == "POST" else None, donation=row)

    def do() -> str:
        given = form.cleaned_data
        refunds.take_back(
            donation=row.pk, quantity=given["amount"], kind=ReversalKind(given["kind"]), reason=given["reason"],
            reversed_at=moment(given["on"]), actor=current_user(request),
        )  # fmt: skip
        return _address(organisation, row)

    about: list[dict[str, object]] = [
        {"label": _("捐赠"), "value": row.number},
        {"label": _("金额"), "value": words.quantity(row.pool, row.quantity)},
        {"label": _("已经退回"), "value": words.quantity(row.pool, tracing.taken_back(row))},
    ]
    return confirm(
        request, form, organisation=organisation, heading=_("退回捐赠"), do=do, done=_("退回已经记账。"),
        back=_address(organisation, row), about=about,
        warning=_("还没有用出的部分从这笔捐赠中退回；已经用出的部分由非限定性结存垫付。") + sure(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def correct(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Record anew what was recorded wrongly; the old one is voided and both point to each other."""
    row = _found(organisation, number)
    if row.pool.asset != MONEY or row.channel == Channel.PLATFORM:
        raise Http404
    projects = list(keeping.running_projects(organisation, beside=row.pool.project_id))
    form = CorrectionForm(request.POST if request.method == "POST" else None, projects=projects, donation=row)

    def do() -> str:
        project, earmark = form.meant_for()
        into = pools.open_pool(organisation=organisation, project=project, earmark=earmark)
        made = refunds.correct(
            donation=row.pk, gift=Gift(pool=into.pk, **form.gift()),
            reason=form.cleaned_data["reason"], actor=current_user(request),
        )  # fmt: skip
        return _address(organisation, made)

    return confirm(
        request, form, organisation=organisation, heading=_("更正捐赠"), do=do, done=_("更正已经记账。"),
        back=_address(organisation, row), warning=_("原来的一笔会作废，按下面的内容另记一笔。") + sure(),
        about=[{"label": _("原捐赠"), "value": f"{row.number} {words.money(row.amount)}"}],
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def erase(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Forget who gave, at the donor's wish."""
    row = _found(organisation, number)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def do() -> str:
        donors.erase(donation=row.pk, reason=form.cleaned_data["reason"], actor=current_user(request))
        return _address(organisation, row)

    return confirm(
        request, form, organisation=organisation, heading=_("删除捐赠人信息"), do=do, done=_("捐赠人信息已经删除。"),
        back=_address(organisation, row), about=[{"label": _("捐赠"), "value": row.number}],
        warning=_("姓名会永久删除，无法恢复；金额和去向保留。"),
    )  # fmt: skip


def _found(organisation: Organisation, number: int) -> Donation:
    row = keeping.donation(organisation, number)
    if row is None:
        raise Http404
    return row


def _address(organisation: Organisation, row: Donation) -> str:
    return reverse("charity:donation", args=[organisation.public_code, row.pk])
