"""Whose account one keeps, an organisation's funds, and cash paid into the bank."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.views.own import current_user
from shetong.casework.queries import mandates
from shetong.charity.forms.donations import DepositForm
from shetong.charity.models import MONEY, Pool
from shetong.charity.queries import flows, keeping
from shetong.charity.services.books import deposit_cash
from shetong.charity.views import words
from shetong.charity.views.hall.acting import confirm, keeper, sure
from shetong.registry.models import Organisation


@never_cache
@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """List the charities that one acts for; who acts for one alone goes right there."""
    codes = [mandate.organisation_code for mandate in mandates.organisations(current_user(request))]
    found = keeping.organisations(codes)
    if len(found) == 1:
        return redirect("charity:account", code=found[0].public_code)
    rows = [
        {"organisation": one, "balance": words.money(flows.sums(flows.pools_of(organisation=one)).balance)}
        for one in found
    ]
    return render(request, "charity/hall/home.html", {"rows": rows, "acts_for_any": bool(codes)})


@require_safe
@keeper
def account(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show an organisation's funds with what is in them, and what can be done."""
    pools = keeping.funds(organisation)
    context = {
        "organisation": organisation,
        "figures": words.figures(flows.sums(Pool.objects.filter(organisation=organisation, asset=MONEY))),
        "funds": [fund(pool) for pool in pools],
        "projects": keeping.running_projects(organisation),
    }
    return render(request, "charity/hall/account.html", context)


def fund(pool: Pool) -> dict[str, object]:
    """A fund in words."""
    name = pool.project.name if pool.project else _("不限定用途")
    lines = pool.project.budget_lines.all() if pool.project and pool.earmark else ()
    line = next((one for one in lines if one.code == pool.earmark), None)
    return {
        "pool": pool,
        "name": name,
        "earmark": line.name if line else pool.earmark,
        "goods": "" if pool.asset == MONEY else pool.goods,
        "received": words.quantity(pool, pool.received),
        "held": words.quantity(pool, pool.held),
    }


def fund_name(pool: Pool) -> str:
    """A fund's name in one line."""
    said = fund(pool)
    parts = [str(said[name]) for name in ("name", "earmark", "goods") if said[name]]
    return " · ".join(parts)


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def deposit(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Record that cash was paid into the bank."""
    form = DepositForm(request.POST if request.method == "POST" else None)

    def do() -> str:
        given = form.cleaned_data
        deposit_cash(
            organisation=organisation, amount=given["amount"], deposited_on=given["on"], actor=current_user(request)
        )
        return reverse("charity:books", args=[organisation.public_code])

    return confirm(
        request, form, organisation=organisation, heading=_("现金存入银行"), do=do, done=_("已经记账。"),
        back=reverse("charity:account", args=[organisation.public_code]), warning=sure(),
    )  # fmt: skip
