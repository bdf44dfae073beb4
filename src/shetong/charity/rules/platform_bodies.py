"""What platforms send: unpacked within bounds, read as JSON or lines of JSON, one by one where one is wrong."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec

from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_records import MOST, read

LARGEST_BODY = 8 * 1024 * 1024  # octets, unpacked
LINES = "application/x-ndjson"
JSON = "application/json"
_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def unpacked(body: bytes, encoding: str) -> bytes:
    """Return the content of a body in ``identity`` or ``gzip``; never makes more than :data:`LARGEST_BODY`.

    Raises :class:`PlatformError`: ``encoding-unsupported``, ``body-too-large``, ``body-unreadable``.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        if len(body) > LARGEST_BODY:
            raise PlatformError("body-too-large")
        return body
    if name != "gzip":
        raise PlatformError("encoding-unsupported")
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = unpacker.decompress(body, LARGEST_BODY + 1)
    except zlib.error as error:
        raise PlatformError("body-unreadable") from error
    if len(content) > LARGEST_BODY:
        raise PlatformError("body-too-large")
    if not unpacker.eof or unpacker.unused_data:
        raise PlatformError("body-unreadable")
    return content


def records(content: bytes, media_type: str, kind: type[Any], member: str, *, most: int = MOST) -> list[Any]:
    """Return the records of a batch, ``None`` for those not of the form of ``kind``.

    JSON: an object whose only member is ``member``, an array; NDJSON: a record a line. Raises :class:`PlatformError`.
    """
    plain = media_type.partition(";")[0].strip().lower()
    if plain not in (JSON, LINES):
        raise PlatformError("type-unsupported")
    try:
        found = _decoder(kind).decode_lines(content) if plain == LINES else _wrapped(content, member, kind)
    except msgspec.ValidationError:
        found = read(_documents(content, plain, member), kind)[0]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlatformError("body-unreadable") from error
    if not found:
        raise PlatformError("batch-empty")
    if len(found) > most:
        raise PlatformError("batch-too-large", f"一批最多{most}笔，请分批提交。")
    return found


def one(content: bytes, media_type: str, kind: type[Any]) -> Any:
    """Return the one document of a body. Raises :class:`PlatformError`, ``record-malformed`` with what is wrong."""
    if media_type.partition(";")[0].strip().lower() != JSON:
        raise PlatformError("type-unsupported")
    try:
        return _decoder(kind).decode(content)
    except msgspec.ValidationError as error:
        raise PlatformError("body-unreadable", f"内容不符合接口说明：{error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlatformError("body-unreadable") from error


def _wrapped(content: bytes, member: str, kind: type[Any]) -> list[Any]:
    found: Any = _decoder(dict[str, list[kind]]).decode(content)  # type: ignore[valid-type]
    if list(found) != [member]:
        raise PlatformError("body-unreadable", f"内容应为只有“{member}”一项的对象。")
    records: list[Any] = found[member]
    return records


def _documents(content: bytes, plain: str, member: str) -> list[Any]:
    try:
        if plain == LINES:
            return list(msgspec.json.Decoder().decode_lines(content))
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlatformError("body-unreadable") from error
    if not isinstance(found, dict) or list(found) != [member] or not isinstance(found[member], list):
        raise PlatformError("body-unreadable", f"内容应为只有“{member}”一项的对象。")
    return list(found[member])


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    found = _decoders.get(kind)
    if found is None:
        found = _decoders[kind] = msgspec.json.Decoder(kind)
    return found
