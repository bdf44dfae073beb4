"""The office's page of disclosure: what is overdue in the jurisdiction, and what was handed over to credit."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.charity.queries import credit as credit_queries
from shetong.charity.queries import disclosure as queries
from shetong.charity.services import credit
from shetong.charity.views.disclosure import saying
from shetong.core.errors import DomainError

PAGE = 50


@require_safe
@office(Permission.CHARITY_SUPERVISE)
def overdue(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show what is overdue, the longest ago first, and the referrals that wait."""
    today = timezone.localdate()
    held = grants.jurisdictions(Permission.CHARITY_SUPERVISE)
    page = Paginator(queries.overdue(held, today), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(one.organisation, saying.duty(one, today)) for one in page],
        "referrals": credit_queries.referrals(held)[:100],
    }
    return render(request, "charity/disclosure/office.html", context)


@require_POST
@office(Permission.CHARITY_SUPERVISE)
def dismiss_referral(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Decide that a referral leads to nothing, and say why."""
    try:
        credit.dismiss_referral(referral_id=pk, note=request.POST.get("note", ""), actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经处理。"))
    return redirect("charity:office-disclosure")
