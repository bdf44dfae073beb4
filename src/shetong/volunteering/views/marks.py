"""Public lists: volunteer organisations by their mark, and the designated systems."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shetong.core import divisions
from shetong.registry.models import AttributeCode, Status
from shetong.volunteering.forms import division_code
from shetong.volunteering.models import VolunteerSystem
from shetong.volunteering.queries import marks
from shetong.volunteering.views.parts import part

PAGE = 50


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """Show the bodies identified as volunteer organisations, by name and region."""
    rows = marks.held(AttributeCode.VOLUNTEER_ORGANISATION).exclude(
        organisation__status__in=(Status.DEREGISTERED, Status.CANCELLED, Status.REVOKED)
    )
    asked = " ".join(request.GET.get("q", "").split())[:40]
    place = division_code(request.GET.get("division", "")[:40])
    known = divisions.get(place)
    if asked:
        rows = rows.filter(organisation__name__contains=asked)
    if known is not None:
        rows = rows.filter(organisation__division_code__startswith=divisions.prefix(known.code))
    shown = part(request, rows.select_related("organisation").order_by("-valid_from", "organisation_id"), size=PAGE)
    context = {
        "rows": shown, "q": asked, "division_name": divisions.full_name(known.code) if known else "",
        "previous": shown.previous, "next": shown.next,
        "demo": any(row.organisation.demo for row in shown),
    }  # fmt: skip
    return render(request, "volunteering/organisations.html", context)


@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    """Show the designated systems, and those whose designation ended."""
    rows = VolunteerSystem.objects.select_related("organisation").order_by("ended_on", "name")
    context = {"rows": [row for row in rows if row.ended_on is None], "ended": [row for row in rows if row.ended_on]}
    return render(request, "volunteering/systems.html", context)
