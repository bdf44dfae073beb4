"""The signed content of a certificate of service: CWT claims (RFC 8392) about what somebody served.

The family is that of certificates of registration (:mod:`shetong.registry.rules.certificate_tokens`): the same
envelope, keys, link and serial numbers; the claim about the person and the service is one of its own.
``docs/specs/service-certificate-qr.md`` states it for other developers; this module and that page change together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from shetong.core import cose
from shetong.core.errors import DomainError
from shetong.registry.rules.certificate_serials import parse_serial
from shetong.registry.rules.certificate_tokens import DIGEST_BYTES, MAX_TOKEN_BYTES, TokenError, digest
from shetong.registry.rules.certificate_tokens import digits as digits
from shetong.registry.rules.certificate_tokens import token_in as token_in

ISSUER, SUBJECT, ISSUED, TOKEN_ID = 1, 2, 6, 7
SERVICE = -65538
NAME, PAPER, NUMBER, TEAM, TEAM_CODE, MINUTES, RECORDS, FIRST_DAY, LAST_DAY, HEAD, HANDLER, LINES, DEMO = range(1, 14)
TEXTS = {
    NAME: "name", PAPER: "paper", NUMBER: "identity_masked", TEAM: "team", TEAM_CODE: "team_code", HEAD: "head",
    HANDLER: "handler",
}  # fmt: skip
NUMBERS = {MINUTES: "minutes", RECORDS: "records"}
DAYS = {FIRST_DAY: "first_day", LAST_DAY: "last_day"}
LONGEST_TEXT_BYTES = 160
_EPOCH = date(1970, 1, 1)
_LAST_SECOND = 253_402_300_799
_VOLUNTEER = re.compile(r"V\d{13}")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says; ``lines`` is the digest of all services, of which a paper may list the first."""

    issuer: str
    serial: str
    volunteer: str
    issued_at: datetime
    values: Mapping[str, str | int]
    lines: bytes
    demo: bool


def lines_digest(lines: list[Mapping[str, Any]]) -> bytes:
    """Return the digest of the services listed: of their days, activities and minutes, one a line."""
    text = "\n".join(f"{line['day']}\t{line['what']}\t{line['minutes']}" for line in lines)
    return digest(text)


def payload(snapshot: Mapping[str, Any], *, issuer: str, serial: str, issued_at: datetime, demo: bool) -> bytes:
    """Return the deterministic CBOR of the claims; texts that are too long for a QR code are cut with ``…``."""
    service: dict[int, object] = {label: _cut(str(snapshot[name])) for label, name in TEXTS.items() if snapshot[name]}
    service |= {label: int(snapshot[name]) for label, name in NUMBERS.items()}
    service |= {label: (date.fromisoformat(snapshot[name]) - _EPOCH).days for label, name in DAYS.items()}
    service[LINES] = lines_digest(snapshot["lines"])
    if demo:
        service[DEMO] = True
    return cose.encode(
        {
            ISSUER: issuer, SUBJECT: snapshot["volunteer"], ISSUED: int(issued_at.timestamp()),
            TOKEN_ID: serial.encode(), SERVICE: service,
        }
    )  # fmt: skip


def read(data: bytes) -> Claims:
    """Return the claims of a payload whose signature was verified. Raises :class:`TokenError` or ``CoseError``."""
    claims = _labelled(cose.decode(data, limit=MAX_TOKEN_BYTES))
    service = _labelled(claims.get(SERVICE))
    unknown = set(claims) - {ISSUER, SUBJECT, ISSUED, TOKEN_ID, SERVICE}
    if unknown or set(service) - set(range(NAME, DEMO + 1)):
        raise TokenError("数据格式不对：含有不认识的项目，请更新核验程序。")
    values: dict[str, str | int] = {
        name: _take(service, label, str) for label, name in TEXTS.items() if label in service
    }
    values |= {name: _natural(service, label) for label, name in NUMBERS.items()}
    values |= {name: _day(_natural(service, label)) for label, name in DAYS.items()}
    lines = _take(service, LINES, bytes)
    volunteer = _take(claims, SUBJECT, str)
    whole = values.get("name") and values.get("team") and len(lines) == DIGEST_BYTES and values["minutes"]
    if not whole or not _VOLUNTEER.fullmatch(volunteer) or service.get(DEMO, True) is not True:
        raise TokenError("数据格式不对：证明内容缺失或类型不对。")
    return Claims(
        issuer=_take(claims, ISSUER, str), serial=_serial(_take(claims, TOKEN_ID, bytes)), volunteer=volunteer,
        issued_at=_moment(_natural(claims, ISSUED)), values=values, lines=lines, demo=DEMO in service,
    )  # fmt: skip


def link_segments(token: bytes, *, serial: str, public_url: str) -> tuple[str, str, str]:
    """Return the link in three parts, each for its own QR segment: address in capitals, ``#``, digits."""
    scheme, separator, rest = public_url.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.upper()}{separator}{host.upper()}{slash}{path}/S/{serial}", "#", digits(token)


def link(token: bytes, *, serial: str, public_url: str) -> str:
    """Return the link as people see it."""
    return f"{public_url.rstrip('/')}/S/{serial}#{digits(token)}"


def _cut(text: str) -> str:
    if len(text.encode()) <= LONGEST_TEXT_BYTES:
        return text
    return text.encode()[: LONGEST_TEXT_BYTES - 3].decode(errors="ignore") + "…"


def _labelled(value: object) -> dict[int, object]:
    if not isinstance(value, dict) or any(type(key) is not int for key in value):
        raise TokenError("数据格式不对：不是志愿服务记录证明的内容。")
    return value


def _take(holder: dict[int, object], label: int, kind: type[T]) -> T:
    value = holder.get(label)
    if type(value) is not kind:
        raise TokenError("数据格式不对：缺少应有的项目，或者类型不对。")
    return value


def _natural(holder: dict[int, object], label: int) -> int:
    number = _take(holder, label, int)
    if not 0 <= number <= _LAST_SECOND:
        raise TokenError("数据格式不对：数字超出范围。")
    return number


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _day(number: int) -> str:
    if number > _LAST_SECOND // 86_400:
        raise TokenError("数据格式不对：日期超出范围。")
    return (_EPOCH + timedelta(days=number)).isoformat()


def _serial(octets: bytes) -> str:
    try:
        serial = octets.decode("ascii")
        if parse_serial(serial) == serial:
            return serial
    except (UnicodeDecodeError, DomainError) as error:
        raise TokenError("数据格式不对：证明编号的形式不对。") from error
    raise TokenError("数据格式不对：证明编号的形式不对。")
