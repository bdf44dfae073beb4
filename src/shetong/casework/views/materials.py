"""Uploading the materials of an application, from a computer or a phone's camera."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework.models import Case, CaseMaterial, State, StoredFile
from shetong.casework.queries import cases, corrections, desk, matters
from shetong.casework.rules import contents
from shetong.casework.rules.contents import JPEG, NAMES
from shetong.casework.rules.corrections import MATERIALS
from shetong.casework.services import materials, storage
from shetong.core.asked import whole
from shetong.core.errors import DomainError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show each material with its files; a POST adds files to one material or takes one back."""
    case = cases.for_applicant(current_user(request), pk)
    if case is None:
        raise Http404
    if case.state not in (State.DRAFT, State.CORRECTION):
        return redirect("casework:case", pk=pk)
    errors = _change(request, case) if request.method == "POST" else []
    if request.method == "POST" and not errors:
        return redirect("casework:materials", pk=pk)
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    files = cases.files(case)
    asked = corrections.waiting(case, matter)
    wanted = [
        {
            "material": material,
            "files": [file for file in files if file.code == material.code],
            "accept": ",".join(material.formats),
            "formats": _("、").join(_(NAMES[kind]) for kind in material.formats),
            "camera": JPEG in material.formats,
            "asked": asked.at(f"{MATERIALS}.{material.code}") if asked else (),
        }
        for material in matter.applying(case.form).materials
    ]
    context = {
        "case": case,
        "matter": matter,
        "wanted": wanted,
        "errors": errors,
        "asked": asked.at("") if asked else (),
        "until": asked.until if asked else None,
        "last": matter.applying(case.form).sections[-1].name,
    }
    context |= {"largest": settings.UPLOAD_LARGEST, "largest_mb": settings.UPLOAD_LARGEST // 1_048_576}
    return render(request, "casework/materials.html", context, status=422 if errors else 200)


def _change(request: HttpRequest, case: Case) -> list[tuple[str, str]]:
    user = current_user(request)
    code = request.POST.get("material", "")
    removed = request.POST.get("remove", "")
    try:
        if removed:
            materials.remove(material_id=whole(removed) or 0, actor=user)
            messages.success(request, _("已经删去。"))
            return []
        given = request.FILES.getlist("file")
        if not given:
            return [(_("请先选择文件。"), f"file-{code}")]
        for file in given:
            contents.require_size(file.size or 0, largest=settings.UPLOAD_LARGEST)
        handed = [materials.Handed(code, file.name or "", file.read()) for file in given]
        materials.upload_all(case_id=case.pk, actor=user, files=handed)
        messages.success(request, _("已经上传。"))
    except DomainError as error:
        return [(error.message, f"file-{code}")]
    return []


@never_cache
@require_safe
@login_required
def own_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand a file back to the applicant's side."""
    found = CaseMaterial.objects.select_related("file", "case").filter(pk=pk).first()
    if found is None or cases.for_applicant(current_user(request), found.case_id) is None:
        raise Http404
    return shown(found.file, found.name)


@require_safe
@office(Permission.CASE_VIEW)
def office_file(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Show a material to an officer of the jurisdiction or of a body that was asked for its opinion."""
    found = CaseMaterial.objects.select_related("file", "case").filter(pk=pk).first()
    if found is None or (cases.for_officer(grants, found.case_id) is None and not desk.asked_about(grants, found.case)):
        raise Http404
    note_seen(request, f"material:{found.pk}", found.case)
    return shown(found.file, found.name)


def note_seen(request: HttpRequest, target: str, case: Case) -> None:
    """Record that an officer had a file of a case before him: identity papers are read nowhere without a trace."""
    audit.record(
        actor=current_user(request), action="case.file", target=target, jurisdiction=case.authority_division,
        detail={"number": case.number or ""}, request=request,
    )  # fmt: skip


def shown(file: StoredFile, name: str) -> HttpResponse:
    """Return an answer that shows a kept file under a name and runs nothing of it."""
    response = HttpResponse(storage.read(file.pk), content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or ""
    # What others handed in is shown, never run: no scripts, no forms, no guessing of types.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
