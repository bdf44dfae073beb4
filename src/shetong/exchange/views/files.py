"""Sending files of any size: whole, in part (RFC 9110 ranges), or by the proxy in front."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_BLOCK = 256 * 1024


def send(
    request: HttpRequest, path: Path, *, etag: str, content_type: str, filename: str, accel: str = ""
) -> HttpResponseBase:
    """Answer with a file that never changes under its address.

    One range is honoured (206, or 416 outside the file); several ranges are answered with the whole. ``accel`` is the
    internal address under which nginx sends the file itself. Raises ``FileNotFoundError``.
    """
    status = path.stat()
    headers = {
        "ETag": f'"{etag}"',
        "Last-Modified": formatdate(status.st_mtime, usegmt=True),
        "Cache-Control": "public, max-age=31536000, immutable",
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{filename}"',
    }
    if _is_known(request, headers):
        return HttpResponse(status=304, headers=_without(headers, "Content-Disposition", "Accept-Ranges"))
    if accel:
        return HttpResponse(content_type=content_type, headers={**headers, "X-Accel-Redirect": accel})
    part = _wanted(request, status.st_size, headers)
    if part is None:
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=filename, content_type=content_type, headers=headers
        )
    first, last = part
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{status.st_size}"})
    headers |= {"Content-Range": f"bytes {first}-{last}/{status.st_size}", "Content-Length": str(last - first + 1)}
    return StreamingHttpResponse(_read(path, first, last), status=206, content_type=content_type, headers=headers)


def _is_known(request: HttpRequest, headers: dict[str, str]) -> bool:
    known = request.headers.get("If-None-Match")
    if known is not None:
        return known.strip() == "*" or headers["ETag"] in (each.strip().removeprefix("W/") for each in known.split(","))
    return _not_changed_since(request.headers.get("If-Modified-Since"), headers["Last-Modified"])


def _not_changed_since(given: str | None, changed: str) -> bool:
    try:
        return given is not None and parsedate_to_datetime(given) >= parsedate_to_datetime(changed)
    except (TypeError, ValueError):
        return False


def _wanted(request: HttpRequest, size: int, headers: dict[str, str]) -> tuple[int, int] | None:
    """Return the first and last byte asked for (first > last: outside the file), ``None`` for the whole file."""
    condition = request.headers.get("If-Range")
    if condition is not None and condition not in (headers["ETag"], headers["Last-Modified"]):
        return None
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or request.method != "GET":
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if last and int(last) else (1, 0) if last else None
    if last and int(last) < int(first):
        return None
    return (int(first), min(int(last), size - 1) if last else size - 1) if int(first) < size else (1, 0)


def _read(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as handle:
        handle.seek(first)
        left = last - first + 1
        while left > 0 and (block := handle.read(min(_BLOCK, left))):
            left -= len(block)
            yield block


def _without(headers: dict[str, str], *names: str) -> dict[str, str]:
    return {name: text for name, text in headers.items() if name not in names}
