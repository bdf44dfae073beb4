"""The certificate of an organisation as PDF, for everybody."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from shetong.registry.models import Certificate, Organisation, OrganisationKind, Status
from shetong.registry.services.certificate_document import render_pdf, template_digest


def _certificate_of(code: str) -> Certificate | None:
    rows = Certificate.objects.select_related("organisation")
    return rows.filter(organisation__uscc=code.upper(), state=Certificate.State.VALID).first()


def _document_tag(request: HttpRequest, code: str) -> str | None:
    request.certificate = _certificate_of(code)  # type: ignore[attr-defined] # read again by the view, one query for both
    if request.certificate is None:  # type: ignore[attr-defined]
        return None
    return f'"{request.certificate.serial}-{template_digest()}"'  # type: ignore[attr-defined]


def _issued(request: HttpRequest, code: str) -> datetime | None:
    certificate = request.certificate  # type: ignore[attr-defined]
    return certificate.issued_at if certificate else None


@require_safe
@condition(etag_func=_document_tag, last_modified_func=_issued)
def certificate_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Send the certificate in force as PDF, or a page that says why there is none."""
    certificate: Certificate | None = request.certificate  # type: ignore[attr-defined]
    if certificate is None:
        return _no_certificate(request, code)
    response = HttpResponse(render_pdf(certificate), content_type="application/pdf")
    name = f"{certificate.snapshot['name']}-登记证书-{certificate.serial}.pdf"
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, name) or "inline"
    # The next issue must show at once, so caches ask each time.
    patch_cache_control(response, public=True, no_cache=True)
    return response


def _no_certificate(request: HttpRequest, code: str) -> HttpResponse:
    organisation = Organisation.objects.filter(uscc=code.upper()).first()
    if organisation is None:
        raise Http404
    if organisation.kind == OrganisationKind.BRANCH:
        reason = _("分支（代表）机构不具有法人资格，没有法人登记证书。")
    elif organisation.status != Status.NORMAL:
        reason = _("该组织的登记状态为“%(status)s”，没有可以出示的有效证书。") % {
            "status": organisation.get_status_display()
        }
    else:
        reason = _("登记管理机关尚未为该组织签发带二维码的登记证书，或者原证书已经废止。")
    context = {"organisation": organisation, "reason": reason}
    return render(request, "registry/no_certificate.html", context, status=404)
