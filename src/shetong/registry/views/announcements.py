"""Announcements of registrations (登记公告), for everybody."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from shetong.core import divisions
from shetong.registry.models import Announcement, AnnouncementKind
from shetong.registry.queries import announcements as queries


@require_safe
def announcement_list(request: HttpRequest) -> HttpResponse:
    """Show announcements by division and kind, the latest first."""
    given = {name: request.GET.get(name, "").replace("\x00", "")[:100] for name in ("division", "kind", "q")}
    found = queries.listed(division_code=given["division"], kind=given["kind"], text=given["q"])
    context = {
        "given": given,
        "page": Paginator(found, queries.PAGE).get_page(request.GET.get("page")),
        "kinds": AnnouncementKind.choices,
        "provinces": [(one.code, one.name) for one in divisions.children(divisions.NATION)],
        "place": divisions.full_name(given["division"]),
    }
    return render(request, "registry/announcements.html", context)


@require_safe
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one announcement as it was made."""
    found = get_object_or_404(Announcement.objects.select_related("organisation"), pk=pk)
    return render(request, "registry/announcement.html", {"announcement": found})
