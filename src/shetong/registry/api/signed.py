"""Verifying that a request to the API was signed (:mod:`shetong.core.http_signatures`)."""

from __future__ import annotations

from django.http import HttpRequest

from shetong.core import http_signatures as signatures
from shetong.core.http_signatures import Signed

COVERED = ("@method", "@authority", "@path", "@query", "authorization")
COVERED_WITH_BODY = (*COVERED, "content-digest", "content-type")


def verify(request: HttpRequest, key: bytes, *, tag: str, now: float, also: tuple[str, ...] = ()) -> Signed:
    """Return what the request's signature says, once ``key`` is seen to have signed this very request now.

    ``also``: fields that a request with a body must cover besides. Whether the nonce is new is for the caller to ask.
    Raises :class:`SignatureError`.
    """
    signed = signatures.read(request.META.get("HTTP_SIGNATURE_INPUT", ""), request.META.get("HTTP_SIGNATURE", ""))
    has_body = request.method not in ("GET", "HEAD")
    signatures.require(signed, (*COVERED_WITH_BODY, *also) if has_body else COVERED, tag=tag, now=now)
    message = signatures.base(signed.names, signed.parameters, lambda name: component(request, name))
    signatures.verify(signed, message, key)
    if has_body:
        signatures.check_digest(request.META.get("HTTP_CONTENT_DIGEST", ""), request.body)
    return signed


def component(request: HttpRequest, name: str) -> str | None:
    """Return the value of a component (RFC 9421, 2.1 and 2.2) of a request as it came."""
    match name:
        case "@method":
            return str(request.method)
        case "@authority":
            return request.get_host().lower().removesuffix(":443" if request.is_secure() else ":80")
        case "@path":
            return request.get_full_path().partition("?")[0]
        case "@query":
            return f"?{request.META.get('QUERY_STRING', '')}"
        case "content-type" | "content-length":
            value = request.META.get(name.upper().replace("-", "_"))
        case _ if name.startswith("@"):
            return None
        case _:
            value = request.META.get("HTTP_" + name.upper().replace("-", "_"))
    return value.strip() if isinstance(value, str) else None
