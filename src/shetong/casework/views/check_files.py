"""Photos and papers of a check (核查): handed in by its officers, shown to the officers of the jurisdiction."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework.models import CheckFile, SiteCheck
from shetong.casework.queries import cases
from shetong.casework.rules import contents
from shetong.casework.services import checks, previews
from shetong.casework.views.materials import note_seen, shown
from shetong.core.asked import whole
from shetong.core.errors import DomainError


@require_POST
@office(Permission.CASE_VIEW)
def change(request: HttpRequest, grants: Grants, pk: int, check: int) -> HttpResponse:
    """Add files to a check, or take one back, for browsers without scripts."""
    found = SiteCheck.objects.filter(pk=check, case_id=pk).first()
    if found is None or cases.for_officer(grants, pk) is None:
        raise Http404
    user, removed = current_user(request), request.POST.get("remove", "")
    try:
        if removed:
            number = whole(removed) or 0
            if not found.files.filter(pk=number).exists():
                raise Http404
            checks.detach(file_id=number, actor=user)
            messages.success(request, _("已经删去。"))
        else:
            given = request.FILES.getlist("file")
            for file in given:
                contents.require_size(file.size or 0, largest=settings.UPLOAD_LARGEST)
                checks.attach(check_id=check, actor=user, name=file.name or "", content=file.read())
            if given:
                messages.success(request, _("已经上传。"))
            else:
                messages.error(request, _("请先选择文件。"))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("casework:desk-case", pk=pk)


@require_safe
@office(Permission.CASE_VIEW)
def file(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show a file of a check."""
    found = _found(request, grants, pk)
    return shown(found.file, found.name)


@require_safe
@office(Permission.CASE_VIEW)
def picture(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Hand a photo out, encoded anew: without the place and device that cameras write into it."""
    found = _found(request, grants, pk)
    if found.file.media_type == contents.PDF:
        raise Http404
    return HttpResponse(previews.picture(found.file_id), content_type="image/jpeg")


def _found(request: HttpRequest, grants: Grants, pk: int) -> CheckFile:
    found = CheckFile.objects.select_related("file", "check_made__case").filter(pk=pk).first()
    if found is None or cases.for_officer(grants, found.check_made.case_id) is None:
        raise Http404
    note_seen(request, f"check-file:{found.pk}", found.check_made.case)
    return found
