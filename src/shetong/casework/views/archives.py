"""Archives in the office: find one, look at its report and history, check it anew, take it away."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import PURPOSES, Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office, refused
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.casework import catalogue
from shetong.casework.models import Archive, CaseEvent
from shetong.casework.queries import archives, matters
from shetong.casework.rules import archive_checks, bags
from shetong.casework.services import archive_copies, storage, stores
from shetong.casework.services import archives as service
from shetong.core.asked import whole
from shetong.core.errors import DomainError, ForbiddenError


class CopyForm(forms.Form):
    """Why a package is taken away."""

    purpose = forms.ChoiceField(
        choices=lambda: [("", _("请选择")), *((code, _(name)) for code, name in PURPOSES.items())],
        label=gettext_lazy("查看目的"),
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=200, help_text=gettext_lazy("例如受理编号或文号，不要填写个人信息。")
    )


@require_safe
@office(Permission.CASE_VIEW)
def archive_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show archives as they are asked for."""
    given = {name: request.GET.get(name, "") for name in ("q", "matter", "year", "tab")}
    page = whole(request.GET.get("page", ""), least=1, most=9_999) or 1
    context = {
        "found": archives.search(grants, given, page),
        "given": given,
        "page": page,
        "next_page": page + 1,
        "matters": catalogue.matters(),
    }
    return render(request, "casework/archives.html", context)


@require_safe
@office(Permission.CASE_VIEW)
def archive_page(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show one archive: what it says of itself, the four checks, what was done in the case."""
    archive = _archive(grants, pk)
    audit.record(
        actor=current_user(request), action="archive.view", target=archive,
        jurisdiction=archive.case.authority_division, request=request,
    )  # fmt: skip
    return _shown(request, archive, CopyForm())


def _shown(request: HttpRequest, archive: Archive, form: CopyForm) -> HttpResponse:
    payload, fault = _payload(archive)
    context = {
        "archive": archive,
        "form": form,
        "ends_on": archives.ends_on(archive),
        "fault": fault,
        "files": sorted((path, len(content)) for path, content in payload.items()),
        "report": archive_checks.check(payload).items if payload else {},
        "nature": matters.of(archive.case).nature,
        "events": CaseEvent.objects.filter(case=archive.case).order_by("-number"),
    }
    return render(request, "casework/archive.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.CASE_ARCHIVE)
def download(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Hand the package out for a purpose; the form in it is whole, identity numbers too."""
    archive = _archive(grants, pk)
    if not grants.may(Permission.CASE_ARCHIVE, archive.case.authority_division):
        raise Http404
    form = CopyForm(request.POST)
    if not form.is_valid():
        return _shown(request, archive, form)
    try:
        content = archive_copies.hand_out(archive, actor=current_user(request), request=request, **form.cleaned_data)
    except (FileNotFoundError, storage.AlteredError):
        messages.error(request, _("档案包不在存储中，或者已经损坏，请先处理检测发现的问题。"))
        return redirect("casework:archive", pk=pk)
    except ForbiddenError as error:
        return refused(request, error)
    except DomainError as error:
        add_errors(form, error)
        return _shown(request, archive, form)
    response = HttpResponse(content, content_type=service.MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{archive.number}.zip") or ""
    return response


@require_POST
@office(Permission.CASE_ARCHIVE)
def check(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Check a package now instead of at night."""
    archive = _archive(grants, pk)
    if not grants.may(Permission.CASE_ARCHIVE, archive.case.authority_division):
        raise Http404
    try:
        sound = service.check(archive.pk)
    except stores.StoreError:
        messages.error(request, _("存储暂时没有回应，请稍后再检测。"))
    else:
        if sound:
            messages.success(request, _("检测合格。"))
        else:
            messages.error(request, _("检测发现问题，请查看原因。"))
    return redirect("casework:archive", pk=pk)


def _archive(grants: Grants, pk: int) -> Archive:
    archive = archives.for_officer(grants, pk)
    if archive is None:
        raise Http404
    return archive


def _payload(archive: Archive) -> tuple[dict[str, bytes], str]:
    """Return a package's contents, or what is wrong with it."""
    try:
        return bags.verify(storage.read(archive.file_id)), ""
    except FileNotFoundError:
        return {}, _("档案包不在存储中")
    except storage.AlteredError:
        return {}, _("档案包的内容与入库时不同")
    except bags.BagError as error:
        return {}, str(error)
    except stores.StoreError:
        return {}, _("存储暂时没有回应，请稍后再检测。")
