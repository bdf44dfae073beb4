"""Files of records from other systems: brought by the office, looked at, taken in, their faults handed back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError
from shetong.core.spreadsheets import inert
from shetong.volunteering.forms_honours import RecordFileForm
from shetong.volunteering.models import RecordUpload, VolunteerSystem
from shetong.volunteering.queries.honours import within
from shetong.volunteering.rules import record_files
from shetong.volunteering.services import record_uploads
from shetong.volunteering.views.hall import _blame
from shetong.volunteering.views.parts import part

SHOWN = 50
BOM = "\ufeff"


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.VOLUNTEERING_MANAGE)
def listing(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show the files that were brought; look at another one."""
    places = grants.jurisdictions(Permission.VOLUNTEERING_MANAGE)
    systems = VolunteerSystem.objects.filter(within(places, "organisation__division_code"), ended_on__isnull=True)
    form = RecordFileForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        systems=[(each.code, each.name) for each in systems.order_by("name")],
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            if given["file"].size > record_uploads.LARGEST:
                form.add_error("file", _("文件不能超过20MB，请分成几个文件。"))
            else:
                made = record_uploads.look(
                    actor=current_user(request), system_code=given["system"], confirmer=given["confirmer"],
                    content=given["file"].read(),
                )  # fmt: skip
                return redirect("volunteering:record-import", pk=made.pk)
        except DomainError as error:
            _blame(form, error)
    rows = part(request, _uploads(grants).order_by("-pk"), size=30)
    context = {"form": form, "rows": rows, "columns": record_files.COLUMNS}
    return render(request, "volunteering/record_imports.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.VOLUNTEERING_MANAGE)
def upload(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Show what a file would do; take it in, or drop it."""
    found = _found(grants, pk)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "drop":
                record_uploads.drop(actor=current_user(request), upload_id=pk)
                messages.success(request, _("文件已经删去，没有导入。"))
                return redirect("volunteering:record-imports")
            record_uploads.bring_in(actor=current_user(request), upload_id=pk)
            messages.success(request, _("已经导入。"))
        except DomainError as error:
            messages.error(request, error.message)
        return redirect("volunteering:record-import", pk=pk)
    context = {"upload": found, "faults": _told(found.faults[:SHOWN]), "left": max(0, len(found.faults) - SHOWN)}
    return render(request, "volunteering/record_import.html", context)


@require_safe
@office(Permission.VOLUNTEERING_MANAGE)
def faults(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Hand back the rows that were not taken, as CSV."""
    found = _found(grants, pk)
    rows = [
        [_("行"), _("记录编号"), _("原因")],
        *([str(line), inert(number), why] for line, number, why in _told(found.faults)),
    ]
    return _csv(rows, f"faults-{found.number}.csv")


@require_safe
@office(Permission.VOLUNTEERING_MANAGE)
def empty_table(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Hand out a table that has only its heading."""
    return _csv([[title for _name, title, _needed in record_files.COLUMNS]], "service-records.csv")


def _uploads(grants: Grants) -> Any:
    places = grants.jurisdictions(Permission.VOLUNTEERING_MANAGE)
    return RecordUpload.objects.filter(within(places, "system__organisation__division_code")).select_related(
        "system", "uploaded_by"
    )


def _found(grants: Grants, pk: int) -> RecordUpload:
    found: RecordUpload | None = _uploads(grants).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _told(rows: Iterable[list[Any]]) -> list[tuple[int, str, str]]:
    return [(line, number, _(record_files.FAULTS.get(why, why))) for line, number, why in rows]


def _csv(rows: list[list[str]], name: str) -> HttpResponse:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    response = HttpResponse((BOM + target.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
