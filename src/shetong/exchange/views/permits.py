"""The page of published permits (双公示) and their files."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shetong.core.asked import day
from shetong.exchange import permit_files, permit_formats
from shetong.registry.queries import authorities, permits

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml; charset=utf-8",
}
DAYS = 365


@require_safe
def permit_page(request: HttpRequest) -> HttpResponse:
    """Show the permits published of late, and the files of a period in both formats."""
    return _page(request)


def _page(request: HttpRequest, fault: str = "") -> HttpResponse:
    first, last = period(request)
    found = permits.published(first, last)
    context = {
        "first": first,
        "last": last,
        "total": found.count(),
        "permits": found[:100],
        "formats": permit_formats.FORMATS.items(),
        "endings": TYPES,
        "query": f"from={first}&to={last}",
        "late": permits.late().count(),
        "fault": fault,
    }
    return render(request, "exchange/permits.html", context, status=422 if fault else 200)


@require_safe
@cache_control(public=True, max_age=300)
def permit_file(request: HttpRequest, format_: str, ending: str) -> HttpResponse:
    """Send the permits decided, corrected or withdrawn in a period, with their state, in a format as a file."""
    elements = permit_formats.FORMATS.get(format_)
    if elements is None or ending not in TYPES:
        raise Http404
    first, last = period(request)
    try:
        found = permits.told(first, last)
    except permits.TooManyPermitsError as error:
        return _page(request, error.message)
    codes = authorities.codes_of(permits.foreign_authorities(found))
    rows = [permit_formats.record(permit, format_, codes) for permit in found]
    if ending == "csv":
        content = permit_files.as_csv(elements, rows)
    elif ending == "xlsx":
        content = permit_files.as_xlsx(elements, rows)
    else:
        content = permit_files.as_xml(elements, rows, sender=settings.PUBLIC_URL)
    name = f"permits-{format_}-{first}-{last}.{ending}"
    return HttpResponse(
        content, content_type=TYPES[ending], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def period(request: HttpRequest) -> tuple[date, date]:
    """Return the period asked for, by default the last year."""
    today = timezone.localdate()
    first = day(request.GET.get("from", "")) or today - timedelta(days=DAYS)
    return first, max(first, day(request.GET.get("to", "")) or today)
