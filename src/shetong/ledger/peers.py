"""Speaking HTTP with witnesses, time-stamping authorities and other logs: one request, bounded time and length."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

MAX_ANSWER = 16 << 20
# Seconds for a whole answer: a peer that drips octets must not hold who asks.
LONGEST = 120


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
        data = b"".join(_pieces(answer, time.monotonic() + LONGEST))
    except (OSError, http.client.HTTPException) as error:
        raise PeerError(f"{parts.netloc}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if len(data) > MAX_ANSWER:
        raise PeerError(f"{parts.netloc} answers more than {MAX_ANSWER} octets")
    return answer.status, data


def _pieces(answer: http.client.HTTPResponse, until: float) -> Iterator[bytes]:
    """Read an answer piece by piece, one octet beyond what is allowed at most; raises ``OSError`` after ``until``."""
    left = MAX_ANSWER + 1
    while left and (piece := answer.read1(min(left, 1 << 16))):
        yield piece
        left -= len(piece)
        if time.monotonic() > until:
            raise TimeoutError("the answer takes too long")
