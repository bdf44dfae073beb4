"""Looking at a material beside the form, without running anything of it: PDF drawn by a script, pictures made anew."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework.models import CaseMaterial
from shetong.casework.queries import cases, desk, matters, versions
from shetong.casework.rules.contents import PDF
from shetong.casework.services import previews
from shetong.casework.views.materials import note_seen


@never_cache
@require_safe
@login_required
def own_material(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a file of one's own application."""
    return _page(request, _own(request, pk), face="casework:file", base="casework/hall_base.html")


@require_safe
@office(Permission.CASE_VIEW)
def office_material(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show a file to an officer of the jurisdiction or of a body that was asked for its opinion."""
    return _page(request, _officers(request, grants, pk), face="casework:desk-file", base="accounts/office_base.html")


@never_cache
@require_safe
@login_required
def own_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a picture of one's own application out, encoded anew."""
    return _picture(_own(request, pk))


@require_safe
@office(Permission.CASE_VIEW)
def office_picture(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Hand a picture out to an officer, encoded anew."""
    return _picture(_officers(request, grants, pk))


def _own(request: HttpRequest, pk: int) -> CaseMaterial:
    found = CaseMaterial.objects.select_related("file", "case", "uploaded_by", "removed_by").filter(pk=pk).first()
    if found is None or cases.for_applicant(current_user(request), found.case_id) is None:
        raise Http404
    return found


def _officers(request: HttpRequest, grants: Grants, pk: int) -> CaseMaterial:
    found = CaseMaterial.objects.select_related("file", "case", "uploaded_by", "removed_by").filter(pk=pk).first()
    if found is None or (cases.for_officer(grants, found.case_id) is None and not desk.asked_about(grants, found.case)):
        raise Http404
    note_seen(request, f"material:{found.pk}", found.case)
    return found


def _page(request: HttpRequest, material: CaseMaterial, *, face: str, base: str) -> HttpResponse:
    case = material.case
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    filed = versions.of_case(case, matter)
    order = [file for one in filed for file in (*one.files, *one.earlier)]
    at = next((place for place, file in enumerate(order) if file.pk == material.pk), None)
    if at is None:
        raise Http404
    context = {
        "case": case,
        "matter": matter,
        "material": material,
        "filed": filed,
        "topics": cases.topics(matter, case.form),
        "previous": order[at - 1] if at else None,
        "following": order[at + 1] if at + 1 < len(order) else None,
        "number": at + 1,
        "total": len(order),
        "pdf": material.file.media_type == PDF,
        "face": face,
        "base": base,
    }
    return render(request, "casework/material.html", context)


def _picture(material: CaseMaterial) -> HttpResponse:
    if material.file.media_type == PDF:
        raise Http404
    return HttpResponse(previews.picture(material.file_id), content_type="image/jpeg")
