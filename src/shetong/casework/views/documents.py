"""Documents for download: the applicant's download is the proof of receipt."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office, refused
from shetong.accounts.views.own import current_user
from shetong.casework.models import Notice
from shetong.casework.queries import cases
from shetong.casework.services import documents, receipts
from shetong.casework.services.seals import SealRunOutError
from shetong.casework.views.materials import note_seen
from shetong.core.errors import DomainError


@never_cache
@require_GET
@login_required
def notice_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a document to the applicant's side and record that it was received."""
    try:
        notice, pdf = receipts.opened(notice_id=pk, actor=current_user(request))
    except SealRunOutError as error:
        return refused(request, error)
    except DomainError as error:
        raise Http404(error.message) from error
    return _pdf(notice, pdf)


@require_safe
@office(Permission.CASE_VIEW)
def office_notice_pdf(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show a document to an officer; nothing is recorded as received."""
    notice = Notice.objects.select_related("case").filter(pk=pk).first()
    if notice is None or not grants.may(Permission.CASE_VIEW, notice.case.authority_division):
        raise Http404
    note_seen(request, f"notice:{notice.pk}", notice.case)
    try:
        return _pdf(notice, documents.sealed(notice.pk))
    except SealRunOutError as error:
        return refused(request, error)


@never_cache
@require_safe
@login_required
def receipt_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the proof of receipt to the applicant's side."""
    notice = Notice.objects.select_related("case").filter(pk=pk).first()
    if notice is None or cases.for_applicant(current_user(request), notice.case_id) is None:
        raise Http404
    return _receipt(notice)


@require_safe
@office(Permission.CASE_VIEW)
def office_receipt_pdf(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show the proof of receipt to an officer."""
    notice = Notice.objects.select_related("case").filter(pk=pk).first()
    if notice is None or not grants.may(Permission.CASE_VIEW, notice.case.authority_division):
        raise Http404
    note_seen(request, f"notice:{notice.pk}", notice.case)
    return _receipt(notice)


def _receipt(notice: Notice) -> HttpResponse:
    if notice.delivered_at is None:
        raise Http404
    response = HttpResponse(receipts.render(notice.pk), content_type="application/pdf")
    name = quote(f"{notice.document_number} 送达回证")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{name}.pdf"
    return response


def _pdf(notice: Notice, pdf: bytes) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(notice.document_number)}.pdf"
    return response
