"""What every call of a platform passes: token, signature, once only, problem documents with stable codes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from shetong.charity.rules import platform_bodies
from shetong.charity.rules.certification import Call
from shetong.charity.rules.platform_errors import ALL, PlatformError
from shetong.charity.services.platforms import calls, sandbox
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.platforms.calls import Answer
from shetong.charity.services.platforms.desk import Desk, RealDesk
from shetong.charity.services.platforms.sandbox import SandboxDesk
from shetong.core.errors import DomainError
from shetong.core.http_signatures import SignatureError
from shetong.registry.api import signed as requests

PROBLEM = "application/problem+json"
CATALOGUE = "/charity/platforms/interface/errors/#"
TAG = "shetong-platform"


@dataclass(frozen=True, slots=True)
class Result:
    """What an act answers; ``facts``: what the certification test looks at (:class:`Call`)."""

    body: Mapping[str, Any]
    status: int = 200
    facts: Mapping[str, object] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A body as it was sent, unpacked."""

    content: bytes
    media_type: str
    packed: bool

    @property
    def lines(self) -> bool:
        """Whether it is NDJSON."""
        return self.media_type.startswith(platform_bodies.LINES)


def read(request: HttpRequest, operation: str, act: Callable[[Desk, Caller], Result]) -> HttpResponse:
    """Answer a call that asks for something."""
    return _answered(request, operation, lambda caller: _whole(act(_desk(caller), caller)))


def write(request: HttpRequest, operation: str, act: Callable[[Desk, Sent], Result]) -> HttpResponse:
    """Answer a call that reports something, once for each ``Idempotency-Key``."""

    def done(caller: Caller) -> tuple[Answer, Result]:
        packing = request.META.get("HTTP_CONTENT_ENCODING", "")
        content = platform_bodies.unpacked(request.body, packing)
        sent = Sent(content, request.META.get("CONTENT_TYPE", ""), packing.strip().lower() == "gzip")
        results: list[Result] = []

        def first() -> Answer:
            results.append(act(_desk(caller), sent))
            return _whole(results[0])[0]

        told = f"{request.method} {request.path}\n{sent.media_type}\n".encode() + content
        answer = calls.once(caller, request.META.get("HTTP_IDEMPOTENCY_KEY", ""), told, first)
        replayed = Result({}, answer.status, {"replayed": True, "lines": sent.lines, "packed": sent.packed})
        return answer, results[0] if results else replayed

    return _answered(request, operation, done)


def problem(error: DomainError) -> Result:
    """The problem document of a refusal."""
    known = ALL.get(error.code)
    body: dict[str, Any] = {
        "type": f"{CATALOGUE}{error.code}",
        "title": gettext(known.title) if known else error.message,
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if error.fields:
        body["errors"] = error.fields
    if isinstance(error, PlatformError):
        body |= error.extra
    return Result(body, error.status, code=error.code)


def _whole(result: Result) -> tuple[Answer, Result]:
    return Answer(result.status, msgspec.json.encode(result.body)), result


def _desk(caller: Caller) -> Desk:
    return SandboxDesk(caller) if caller.sandbox else RealDesk(caller)


def _answered(request: HttpRequest, operation: str, act: Callable[[Caller], tuple[Answer, Result]]) -> HttpResponse:
    caller: Caller | None = None
    try:
        caller = bearer(request)
        admit(request, caller)
        if not caller.designated(timezone.localdate()):
            raise PlatformError("platform-not-designated")
        answer, result = act(caller)
    except DomainError as error:
        answer, result = _whole(problem(error))
    if caller is not None and caller.sandbox:
        sandbox.note(caller.platform, Call(operation, result.status, result.code, result.facts))
    media_type = PROBLEM if answer.status >= 400 else platform_bodies.JSON
    response = HttpResponse(answer.body, status=answer.status, content_type=media_type)
    response["Cache-Control"] = "no-store"
    if caller is not None:
        response["Shetong-Environment"] = "sandbox" if caller.sandbox else "production"
    if answer.replayed:
        response["Idempotency-Replayed"] = "true"
    if answer.status == 503:
        response["Retry-After"] = "5"
    return response


def bearer(request: HttpRequest) -> Caller:
    """The client whose token was shown. Raises :class:`PlatformError` ``token-required``."""
    caller = request.api_bearer  # type: ignore[attr-defined]
    if not isinstance(caller, Caller):
        raise PlatformError("token-required")
    return caller


def admit(request: HttpRequest, caller: Caller) -> None:
    """Verify that the client of the token signed this very request, now and for the first time."""
    try:
        signed = requests.verify(request, caller.public_key, tag=TAG, now=time.time(), also=("idempotency-key",))
    except SignatureError as error:
        raise PlatformError(error.code, error.detail) from error
    if signed.key != caller.client_id:
        raise PlatformError("signature-invalid")
    calls.use_nonce(caller, signed.nonce, signed.created)
