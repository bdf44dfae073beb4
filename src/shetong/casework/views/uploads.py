"""Resumable uploads over tus 1.0.0: what arrives is kept piece by piece, so that a cut line costs a piece at most."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shetong.accounts.views.own import current_user
from shetong.casework.models import Upload
from shetong.casework.rules import tus
from shetong.casework.services import uploads
from shetong.core.errors import DomainError

BLOCK = 1_048_576
# With a checksum a request's octets are looked at before any is kept, so they must fit into memory.
LARGEST_CHECKED = 16 * BLOCK
CHECKSUM_MISMATCH = 460

View = Callable[..., HttpResponseBase]


def protocol(view: View) -> View:
    """Ask for log-in and version, add the protocol's headers, tell refusals as JSON."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            response: HttpResponseBase = _refusal(401, "logged-out", "登录已经过期，请重新登录，再选择同一个文件继续。")
        elif request.method == "OPTIONS":
            response = _capabilities()
        elif request.headers.get("Tus-Resumable") != tus.VERSION:
            response = _refusal(412, "tus-version", "上传协议的版本不受支持。")
            response["Tus-Version"] = tus.VERSION
        else:
            try:
                response = view(request, *args, **kwargs)
            except DomainError as error:
                response = _refusal(error.status, error.code, error.message)
        response["Tus-Resumable"] = tus.VERSION
        return response

    return guarded


@protocol
@require_http_methods(["POST", "OPTIONS"])
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an upload for a case; ``Upload-Metadata`` names the material and the file."""
    said = tus.metadata(request.headers.get("Upload-Metadata", ""))
    upload = uploads.begin(
        case_id=pk,
        actor=current_user(request),
        material=said.get("material", ""),
        name=said.get("filename", ""),
        length=tus.number(request.headers.get("Upload-Length", "")),
    )
    response = _standing(upload, status=201)
    response["Location"] = reverse("casework:upload", args=[upload.pk])
    return response


@protocol
@require_http_methods(["POST", "OPTIONS"])
def create_for_check(request: HttpRequest, check: int) -> HttpResponse:
    """Begin an upload of what an officer brings back from a check."""
    said = tus.metadata(request.headers.get("Upload-Metadata", ""))
    upload = uploads.begin_for_check(
        check_id=check,
        actor=current_user(request),
        name=said.get("filename", ""),
        length=tus.number(request.headers.get("Upload-Length", "")),
    )
    response = _standing(upload, status=201)
    response["Location"] = reverse("casework:upload", args=[upload.pk])
    return response


@protocol
@require_http_methods(["HEAD", "PATCH", "DELETE", "OPTIONS"])
def upload(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say where an upload stands, continue it, or give it up."""
    user = current_user(request)
    if request.method == "DELETE":
        uploads.terminate(upload_id=key, actor=user)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        if request.content_type != tus.CONTENT_TYPE:
            return _refusal(415, "upload-type", "上传的内容类型不对。")
        answer = _take(request, key)
        if answer is not None:
            return answer
    there = uploads.find(upload_id=key, actor=user)
    if there.offset == there.length:
        uploads.finish(upload_id=key, actor=user)
    return _standing(there, status=204 if request.method == "PATCH" else 200)


def _take(request: HttpRequest, key: UUID) -> HttpResponse | None:
    """Keep what the request brings; an answer where it is refused."""
    user, offset = current_user(request), tus.number(request.headers.get("Upload-Offset", ""))
    checksum = request.headers.get("Upload-Checksum", "")
    if checksum:
        content = request.read(LARGEST_CHECKED + 1)
        if len(content) > LARGEST_CHECKED:
            return _refusal(413, "upload-piece", "带校验值的分段过长，请分成小段。")
        if not tus.checksum_holds(checksum, content):
            return _refusal(CHECKSUM_MISMATCH, "upload-checksum", "这一段在传输中出错，请重传。")
        uploads.append(upload_id=key, actor=user, offset=offset, piece=content)
        return None
    while block := _block(request):
        offset = uploads.append(upload_id=key, actor=user, offset=offset, piece=block).offset
    return None


def _block(request: HttpRequest) -> bytes:
    """Return the next octets, fewer where the line is cut meanwhile, none at the end."""
    parts: list[bytes] = []
    missing = BLOCK
    try:
        while missing and (part := request.read(min(missing, 65_536))):
            parts.append(part)
            missing -= len(part)
    except (UnreadablePostError, OSError):
        pass  # What had come is worth keeping.
    return b"".join(parts)


def _standing(there: Upload, *, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(there.offset)
    response["Upload-Length"] = str(there.length)
    response["Upload-Expires"] = http_date(there.expires_at.timestamp())
    return response


def _capabilities() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = tus.VERSION
    response["Tus-Extension"] = tus.EXTENSIONS
    response["Tus-Max-Size"] = str(settings.UPLOAD_LARGEST)
    response["Tus-Checksum-Algorithm"] = ",".join(tus.ALGORITHMS)
    return response


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=status, json_dumps_params={"ensure_ascii": False})
