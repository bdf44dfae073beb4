"""The certificate of an organisation as PDF, for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from shetong.registry.models import Certificate, Organisation, OrganisationKind, Status
from shetong.registry.services.certificate_document import sealed, tag


def _in_force(request: HttpRequest, code: str) -> Certificate | None:
    """Return the certificate in force; asked once per request, by the entity tag and then by the view."""
    known: dict[str, Certificate | None] = request.__dict__.setdefault("certificates_in_force", {})
    if code not in known:
        rows = Certificate.objects.select_related("organisation")
        known[code] = rows.filter(organisation__uscc=code.upper(), state=Certificate.State.VALID).first()
    return known[code]


def _tag(request: HttpRequest, code: str) -> str | None:
    certificate = _in_force(request, code)
    return f'"{certificate.serial}-{tag(certificate)}"' if certificate else None


@require_safe
@condition(etag_func=_tag)
def certificate_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Send the certificate in force as PDF under the authority's seal, or a page that says why there is none."""
    certificate = _in_force(request, code)
    if certificate is None:
        return _no_certificate(request, code)
    response = HttpResponse(sealed(certificate.pk), content_type="application/pdf")
    # Sealing may just have made the document, so that the tag asked before was not yet its own.
    response["ETag"] = str(_tag(request, code))
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
