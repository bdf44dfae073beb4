"""Switching language and elder-friendly mode, with or without scripts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shetong.web.preferences import ELDER, KEEP_SECONDS, MODE_COOKIE


@csrf_exempt
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep ``language`` or ``mode`` in a cookie and go back to ``next``.

    Without a token, so that public pages stay free of one and can be cached and compressed: all that a forged request
    could do is change how the pages look, and browsers that name another site as the origin are refused.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return HttpResponseBadRequest()
    destination = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(destination, {request.get_host()}, require_https=request.is_secure()):
        destination = "/"
    response = HttpResponseRedirect(destination)
    language, mode = request.POST.get("language"), request.POST.get("mode")
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, str(language))
    if mode == ELDER:
        _keep(response, MODE_COOKIE, ELDER)
    elif mode is not None:
        response.delete_cookie(MODE_COOKIE)
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=KEEP_SECONDS, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
