"""Sample documents of a matter's materials, for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shetong.casework import catalogue
from shetong.casework.services import samples
from shetong.core.errors import NotFoundError


@require_safe
@cache_control(public=True, max_age=3600)
def pdf(_request: HttpRequest, code: str, material: str, kind: str) -> HttpResponse:
    """Hand out the empty form or the example of a material."""
    try:
        content = samples.render(code, material, kind)
        name = f"{catalogue.national(code).material(material).title} {samples.NAMES[kind]}.pdf"
    except (NotFoundError, KeyError):
        raise Http404 from None
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response
