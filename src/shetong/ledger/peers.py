"""Speaking HTTP with witnesses, time-stamping authorities and other logs: one request, bounded time and length."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

MAX_ANSWER = 16 << 20


class PeerError(OSError):
    """A peer cannot be reached, answers too much, or has an address that is not HTTP."""


def request(
    method: str, url: str, *, body: bytes = b"", content_type: str = "text/plain; charset=utf-8", seconds: float = 10
) -> tuple[int, bytes]:
    """Send one request and return status and body, without following redirects. Raises :class:`PeerError`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PeerError(f"{url!r} is not an address of HTTP")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        headers = {"Content-Type": content_type} if method == "POST" else {}
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        data = answer.read(MAX_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        raise PeerError(f"{parts.netloc}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if len(data) > MAX_ANSWER:
        raise PeerError(f"{parts.netloc} answers more than {MAX_ANSWER} octets")
    return answer.status, data
