"""Asking a virus scanner that speaks ClamAV's protocol (``clamd``, command INSTREAM), where one is configured."""

from __future__ import annotations

import socket
import struct

from django.conf import settings
from django.utils.translation import gettext

from shetong.core.errors import ConflictError, InvalidInputError

CHUNK = 64 * 1024
SECONDS = 30


def require_clean(content: bytes) -> None:
    """Raise :class:`InvalidInputError` where the scanner finds something, :class:`ConflictError` where it is silent.

    Nothing is let through because the scanner is down.
    """
    if not settings.CLAMD:
        return
    try:
        answer = _scan(content)
    except OSError:
        raise ConflictError(gettext("文件安全检查暂时不可用，请稍后再上传。"), code="scanner-unavailable") from None
    if not answer.endswith("OK"):
        raise InvalidInputError(
            gettext("文件没有通过安全检查，不能接收。请检查您的电脑或者手机。"), code="file-infected"
        )


def _scan(content: bytes) -> str:
    host, _, port = settings.CLAMD.rpartition(":")
    with socket.create_connection((host or "127.0.0.1", int(port)), timeout=SECONDS) as connection:
        connection.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), CHUNK):
            piece = content[at : at + CHUNK]
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
        answer = bytearray()
        while not answer.endswith(b"\0"):
            part = connection.recv(4096)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
