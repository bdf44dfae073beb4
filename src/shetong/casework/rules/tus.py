"""Headers of the resumable upload protocol tus 1.0.0: creation, checksum, expiration, termination."""

from __future__ import annotations

import base64
import hashlib

from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
ALGORITHMS = ("sha256", "sha1")
CONTENT_TYPE = "application/offset+octet-stream"
_LONGEST_NUMBER = 15


def number(text: str) -> int:
    """Return a header that holds a number of octets. Raises :class:`InvalidInputError`."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise InvalidInputError(gettext("上传请求中的字节数不是数字。"), code="upload-header")
    return int(text)


def metadata(text: str) -> dict[str, str]:
    """Return ``Upload-Metadata``: keys with values in base64, between commas. Raises :class:`InvalidInputError`."""
    found: dict[str, str] = {}
    try:
        for pair in filter(None, (part.strip() for part in text.split(","))):
            key, _blank, value = pair.partition(" ")
            found[key] = base64.b64decode(value, validate=True).decode().replace("\x00", "")
    except ValueError:
        raise InvalidInputError(gettext("上传请求中的说明无法识别。"), code="upload-header") from None
    return found


def checksum_holds(header: str, content: bytes) -> bool:
    """Whether ``Upload-Checksum`` (algorithm and digest in base64) fits. Raises :class:`InvalidInputError`."""
    name, _blank, value = header.partition(" ")
    if name not in ALGORITHMS:
        raise InvalidInputError(gettext("不支持这种校验算法，请使用 sha256。"), code="upload-checksum-algorithm")
    try:
        wanted = base64.b64decode(value, validate=True)
    except ValueError:
        raise InvalidInputError(gettext("校验值无法识别。"), code="upload-header") from None
    return hashlib.new(name, content, usedforsecurity=False).digest() == wanted
