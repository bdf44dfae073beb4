"""Supervision of casework: load, delays, returned and corrected cases, by authority, matter and month."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework import catalogue
from shetong.casework.queries import statistics as queries
from shetong.casework.queries.statistics import Figures, Group, Statistics
from shetong.core import divisions
from shetong.core.asked import day
from shetong.core.spreadsheets import inert

YEAR = timedelta(days=365)
LONGEST = timedelta(days=3_700)
HEADINGS = ("收件", "在办", "已逾期", "等待他人", "已决定", "逾期决定", "退回", "补正", "平均天数")


@require_safe
@office(Permission.CASE_STATISTICS)
def page(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show the figures of a division that the viewer supervises, with the way down to those below."""
    shown, matter = _asked(request, grants)
    codes = grants.jurisdictions(Permission.CASE_STATISTICS)
    up = divisions.parent_of(shown.division) if shown.division != divisions.NATION else ""
    context = {
        "shown": shown,
        "matter": matter,
        "matters": catalogue.matters(),
        "name": divisions.full_name(shown.division) or _("全国"),
        "up": up if up and grants.may(Permission.CASE_STATISTICS, up) else "",
        "own": [(code, divisions.full_name(code) or _("全国")) for code in codes],
        "tables": [
            ("divisions", _("按办理机关所在地区"), shown.divisions),
            ("matters", _("按事项"), shown.matters),
            ("months", _("按收件月份"), shown.months),
        ],
    }
    return render(request, "casework/statistics.html", context)


@require_safe
@office(Permission.CASE_STATISTICS)
def export(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Hand out the same figures as a CSV table."""
    shown, matter = _asked(request, grants)
    audit.record(
        actor=current_user(request),
        action="case.statistics-export",
        target="case:statistics",
        jurisdiction=shown.division,
        detail={"from": str(shown.first_day), "to": str(shown.last_day), "matter": matter},
        request=request,
    )
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(("分组", "代码", "名称", *HEADINGS))
    groups = (("地区", shown.divisions), ("事项", shown.matters), ("月份", shown.months))
    for title, rows in (*groups, ("合计", (Group(shown.division, divisions.full_name(shown.division), shown.total),))):
        for row in rows:
            writer.writerow([inert(cell) for cell in (title, row.key, row.name, *_cells(row.figures))])
    response = HttpResponse("\ufeff" + target.getvalue(), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="statistics-{shown.division}-{shown.last_day}.csv"'
    return response


def _cells(figures: Figures) -> tuple[str, ...]:
    counts = (
        figures.submitted, figures.open, figures.overdue, figures.waiting, figures.decided, figures.late,
        figures.returned, figures.corrected,
    )  # fmt: skip
    return (*map(str, counts), figures.average)


def _asked(request: HttpRequest, grants: Grants) -> tuple[Statistics, str]:
    """Return the figures asked for; a division that the viewer does not supervise is replaced by his own."""
    own = grants.jurisdictions(Permission.CASE_STATISTICS)
    division = request.GET.get("division", "")
    if divisions.get(division) is None and division != divisions.NATION:
        division = own[0]
    if not grants.may(Permission.CASE_STATISTICS, division):
        division = own[0]
    last = day(request.GET.get("last", "")) or timezone.localdate()
    first = day(request.GET.get("first", "")) or last - YEAR
    if not timedelta(0) <= last - first <= LONGEST:
        first = last - YEAR
    titles = {matter.code: matter.title for matter in catalogue.matters()}
    matter = request.GET.get("matter", "")
    matter = matter if matter in titles else ""
    return queries.statistics(division, first, last, matter=matter, titles=titles), matter
