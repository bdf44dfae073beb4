"""What applicants say of how cases are handled, by matter and authority, for everybody."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shetong.casework import catalogue
from shetong.casework.queries import ratings
from shetong.casework.rules import ratings as rules
from shetong.core import divisions

PAGE = 30


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the ratings: all matters and authorities, or those of one matter (``matter``) or area (``division``)."""
    matter, division = request.GET.get("matter", ""), request.GET.get("division", "")
    offered = {one.code: one for one in catalogue.matters()}
    if (matter and matter not in offered) or (division and divisions.get(division) is None):
        raise Http404
    authorities = ratings.by_authority(matter=matter, division_code=division)
    context = {
        "matter": offered.get(matter),
        "division": division,
        "division_name": divisions.full_name(division) if division else "",
        "matters": () if matter else ratings.by_matter(division_code=division),
        "page": Paginator(authorities, PAGE).get_page(request.GET.get("page")),
        "offered": tuple(offered.values()),
        "provinces": [(one.code, one.name) for one in divisions.children(divisions.NATION)],
        "least": rules.LEAST_SHOWN,
    }
    return render(request, "casework/public_ratings.html", context)
