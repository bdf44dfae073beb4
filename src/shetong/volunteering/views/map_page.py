"""Activities on a map that fetches nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.volunteering.forms import division_code
from shetong.volunteering.queries import finder
from shetong.volunteering.rules import criteria, scatter
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.views.portal import _of, volunteer_of

MOST = 100
NAMED = 3  # titles in the text of a dot


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show where the activities that are asked for lie, as dots that lead to them, with the list beside."""
    given = request.GET.copy()
    if given.get("division"):
        given["division"] = division_code(str(given["division"]))
    asked, _wrong = criteria.read(given)
    who = volunteer_of(request)
    if who is not None and not request.GET:
        asked = _of(who)
    rows = [one for one in finder.find(asked, limit=MOST) if one.longitude is not None and one.latitude is not None]
    spots = [
        Spot(one.longitude, one.latitude) for one in rows if one.longitude is not None and one.latitude is not None
    ]
    picture = scatter.draw(spots, asked.near)
    context: dict[str, Any] = {
        "picture": picture, "asked": asked, "rows": list(enumerate(rows, start=1)),
        "dots": [_dot(dot, rows) for dot in picture.dots] if picture else [],
        "list_query": asked.query_string(), "demo": any(one.demo for one in rows), "most": MOST,
    }  # fmt: skip
    return render(request, "volunteering/map.html", context)


def _dot(dot: scatter.Dot, rows: list[finder.Found]) -> dict[str, Any]:
    titles = [rows[member].title for member in dot.members[:NAMED]]
    more = len(dot.members) - len(titles)
    label = "、".join(titles) + (_("等 %(count)d 个活动") % {"count": len(dot.members)} if more > 0 else "")
    return {"dot": dot, "label": label, "count": len(dot.members), "first": dot.members[0] + 1}
