"""The guiding authority's page of suspended volunteers and teams."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.errors import DomainError
from shetong.volunteering.models import Suspension
from shetong.volunteering.services import suspensions

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.VOLUNTEERING_MANAGE)
def show(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show who is suspended in one's jurisdiction, and suspend somebody by number, with a reason."""
    fault, given = None, {"number": "", "reason": ""}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        try:
            suspensions.suspend(actor=current_user(request), number=given["number"], reason=given["reason"])
        except DomainError as error:
            fault = error
        else:
            messages.success(request, _("已经暂停，当事人会收到通知和理由。"))
            return redirect("volunteering:suspensions")
    within = Q()
    for code in grants.jurisdictions(Permission.VOLUNTEERING_MANAGE):
        prefix = divisions.prefix(code)
        within |= Q(volunteer__division_code__startswith=prefix) | Q(team__division_code__startswith=prefix)
    rows = Suspension.objects.filter(within).select_related("volunteer", "team").order_by("-id")
    ended = request.GET.get("show") == "ended"
    context = {
        "page": Paginator(rows.filter(ended_at__isnull=not ended), PAGE).get_page(request.GET.get("page")),
        "fault": fault, "given": given, "ended": ended,
    }  # fmt: skip
    return render(request, "volunteering/suspensions.html", context, status=422 if fault else 200)


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def end(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """End a suspension, with a reason."""
    try:
        suspensions.end(actor=current_user(request), suspension_id=pk, reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经恢复，当事人会收到通知。"))
    return redirect("volunteering:suspensions")
