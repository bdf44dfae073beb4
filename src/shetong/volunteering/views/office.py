"""The guiding authority's pages: teams that wait for verification, activities that wait for a review."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.errors import DomainError
from shetong.volunteering.models import Activity, ActivityState, Team, TeamState
from shetong.volunteering.services import activities, teams


@require_safe
@office(Permission.VOLUNTEERING_MANAGE)
def waiting(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show what waits in one's jurisdiction, the oldest first."""
    within = Q()
    for code in grants.jurisdictions(Permission.VOLUNTEERING_MANAGE):
        within |= Q(division_code__startswith=divisions.prefix(code))
    context = {
        "teams": Team.objects.filter(within, state=TeamState.PENDING).order_by("pk")[:100],
        "activities": Activity.objects.filter(within, state=ActivityState.REVIEW)
        .select_related("team")
        .order_by("pk")[:100],
    }
    return render(request, "volunteering/office.html", context)


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def decide(request: HttpRequest, grants: Grants, kind: str, pk: int) -> HttpResponse:
    """Let a team or an activity pass, or send it back."""
    passes, reason, actor = request.POST.get("do") == "pass", request.POST.get("reason", ""), current_user(request)
    try:
        if kind == "team":
            teams.verify(actor=actor, team_id=pk, passes=passes, reason=reason)
        elif kind == "activity":
            activities.review(actor=actor, activity_id=pk, passes=passes, reason=reason)
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经通过。") if passes else _("已经退回。"))
    return redirect("volunteering:office")
