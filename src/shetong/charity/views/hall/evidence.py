"""Documents that prove spending: handed in, looked at by the charity's people, shown to everybody or no longer."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.casework.rules import contents
from shetong.casework.services import storage
from shetong.charity.forms.fields import blame
from shetong.charity.forms.spending import EvidenceForm
from shetong.charity.models import EvidenceFile, EvidenceKind, SubDisbursement
from shetong.charity.queries import keeping
from shetong.charity.services import evidence_files
from shetong.charity.views.hall import spending
from shetong.charity.views.hall.acting import keeper
from shetong.core.errors import DomainError
from shetong.registry.models import Organisation


@require_POST
@keeper
def attach(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Take a document in and record its digest."""
    row = spending.found(organisation, number)
    form = EvidenceForm(request.POST, request.FILES, row=row)
    if not form.is_valid():
        return spending.show(request, organisation, row, form)
    given = form.cleaned_data
    part = (
        SubDisbursement.objects.filter(pk=int(given["part"]), disbursement=row).first() if given.get("part") else None
    )
    try:
        contents.require_size(given["document"].size or 0, largest=settings.UPLOAD_LARGEST)
        evidence_files.attach(
            disbursement=row.pk, kind=EvidenceKind(given["kind"]), title=given["title"],
            name=given["document"].name or "", content=given["document"].read(), part=part, public=given["public"],
            reached_final=given["reached"], actor=current_user(request),
        )  # fmt: skip
    except DomainError as error:
        if error.code.startswith("file-") and not error.fields:
            form.add_error("document", error.message)
        else:
            blame(form, error)
        return spending.show(request, organisation, row, form)
    messages.success(request, _("凭证已经保存，摘要正在记入公开日志。"))
    return redirect("charity:spent", code=organisation.public_code, number=row.pk)


@require_POST
@keeper
def show(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """Let everybody see a document's picture, or no longer."""
    document = _own(organisation, number)
    public = request.POST.get("public") == "yes"
    try:
        evidence_files.show(document=document.pk, public=public, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("预览已经公开。") if public else _("预览已经撤下。"))
    return redirect("charity:spent", code=organisation.public_code, number=document.evidence.disbursement_id)


@require_safe
@keeper
def original(_request: HttpRequest, organisation: Organisation, number: int) -> HttpResponseBase:
    """Hand the document itself back to the charity's people."""
    return handed_out(_own(organisation, number))


@require_safe
@keeper
def own_picture(request: HttpRequest, organisation: Organisation, number: int) -> HttpResponse:
    """A document's picture, for the charity's people."""
    return _picture(request, _own(organisation, number), "small")


@require_safe
@cache_control(max_age=300, public=True)
def public_picture(request: HttpRequest, number: int, size: str) -> HttpResponse:
    """A document's picture for everybody, where the charity shows it; whoever has it already is told so."""
    document = keeping.document(number, public=True) if size in evidence_files.SIZES else None
    if document is None:
        raise Http404
    return _picture(request, document, size)


def handed_out(document: EvidenceFile) -> HttpResponse:
    """A document as it was handed in; shown, never run."""
    try:
        response = HttpResponse(storage.read(document.file_id), content_type=document.file.media_type)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=document.name) or ""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _picture(request: HttpRequest, document: EvidenceFile, size: str) -> HttpResponse:
    try:
        digest = evidence_files.picture(document, size=size)
        etag = quote_etag(digest[:32])
        known = get_conditional_response(request, etag=etag)
        response = known or HttpResponse(storage.read(digest), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    response["ETag"] = etag
    return response


def _own(organisation: Organisation, number: int) -> EvidenceFile:
    document = keeping.document(number, evidence__disbursement__pool__organisation=organisation)
    if document is None:
        raise Http404
    return document
