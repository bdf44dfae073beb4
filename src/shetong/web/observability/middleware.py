"""The outermost middleware: answers probes, gives every request an id, writes one log line and counts it."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bound_contextvars

from shetong.web.observability import metrics, probes

HEADER = "X-Request-ID"
# What a proxy in front may hand us as the id; anything else is replaced, so that nobody writes into our logs.
ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
UNROUTED = "(none)"

access_log = structlog.get_logger(log="access")
error_log = structlog.get_logger(log="error")

Handler = Callable[[HttpRequest], HttpResponseBase]


def request_id(request: HttpRequest) -> str:
    """Return the id that our own proxy gave the request, or a new one of 32 hexadecimal digits."""
    if settings.TRUSTED_PROXY_COUNT and ACCEPTABLE.match(given := request.headers.get(HEADER, "")):
        return given
    return secrets.token_hex(16)


def route(request: HttpRequest) -> str:
    """Return the pattern that answered (``organisations/<str:code>/``), never the address with its values."""
    match = request.resolver_match
    return f"/{match.route}" if match else UNROUTED


class ObservabilityMiddleware:
    """Wraps the whole handling of a request; must stand first in ``MIDDLEWARE``.

    The log line holds method, route pattern, status, milliseconds and request id: no query string, no values from the
    path, no address of the client.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        got_request_exception.connect(log_exception, dispatch_uid="shetong.observability")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        probe = probes.PROBES.get(request.path_info)
        if probe is not None:
            return probe()
        identifier = request_id(request)
        request.META["REQUEST_ID"] = identifier
        started = time.perf_counter()
        with bound_contextvars(request_id=identifier):
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            answered = route(request)
            access_log.info(
                "request",
                method=request.method,
                route=answered,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        metrics.observe(request.method or "", answered, response.status_code, seconds)
        response.headers[HEADER] = identifier
        return response


def log_exception(request: HttpRequest | None = None, **_: object) -> None:
    """Signal handler: log the exception that is being answered with 500, with the places it passed."""
    error_log.error("unhandled exception", route=route(request) if request else UNROUTED, exc_info=True)
