"""Pages of totals: a city's ranking, a team's year, the office's statistics."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.asked import whole
from shetong.volunteering.forms import division_code
from shetong.volunteering.models import StaffRole, Team
from shetong.volunteering.queries import figures, staff, totals
from shetong.volunteering.views.hours import told_hours
from shetong.volunteering.views.portal import volunteer_of


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """Show who of a city served longest; named are those who agreed."""
    given = request.GET.get("city", "").strip()
    code = division_code(given) if given else ""
    who = volunteer_of(request)
    if not given and who is not None:
        code = who.division_code
    known = divisions.get(code) if code else None
    city = code[:4] if known else ""
    context = {
        "city": _city_name(city), "given": given, "unknown": bool(given) and not known,
        "rows": [(one, told_hours(one.minutes)) for one in totals.ranking(city)] if city else [],
    }  # fmt: skip
    return render(request, "volunteering/ranking.html", context)


def _city_name(city: str) -> str:
    if not city:
        return ""
    # Districts of a municipality stand under "01"; what people call the city is the municipality.
    code = f"{city}00" if divisions.get(f"{city}00") else f"{city[:2]}0000"
    return divisions.full_name(code)


@never_cache
@require_safe
@login_required
def year(request: HttpRequest, team: int) -> HttpResponse:
    """Show a team's table of a year, for printing."""
    found = Team.objects.filter(pk=team).first()
    if found is None or not staff.holds(current_user(request), team, StaffRole.TIMEKEEPER):
        raise Http404
    chosen = _year(request)
    table = totals.team_year(found, chosen, limit=500)
    context = {
        "team": found, "table": table, "years": sorted({*totals.years_of(found), chosen}, reverse=True),
        "total": told_hours(table.minutes),
        "months": [(month, told_hours(minutes), records) for month, minutes, records in table.months],
        "fields": [(label, told_hours(minutes)) for label, minutes in table.fields],
        "volunteers": [
            (number, name, told_hours(minutes), records) for number, name, minutes, records in table.volunteers
        ],
    }  # fmt: skip
    return render(request, "volunteering/team_year.html", context)


@require_safe
@office(Permission.VOLUNTEERING_MANAGE)
def statistics(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show counted time within one's jurisdiction by division, age and field, of a year."""
    chosen = _year(request)
    found = figures.of_year(grants.jurisdictions(Permission.VOLUNTEERING_MANAGE), chosen)
    context = {
        "year": chosen, "years": range(timezone.localdate().year, timezone.localdate().year - 6, -1),
        "tables": [
            (title, [(label, told_hours(minutes), records) for label, minutes, records in rows])
            for title, rows in found.tables
        ],
        "counted_at": found.counted_at, "total": told_hours(found.minutes), "records": found.records,
        "step": settings.VOLUNTEER_HOUR_STEP_MINUTES,
    }  # fmt: skip
    return render(request, "volunteering/office_hours_statistics.html", context)


def _year(request: HttpRequest) -> int:
    """The year that the address asks for; this year where it names none."""
    return whole(request.GET.get("year", ""), least=1_901, most=2_999) or timezone.localdate().year
