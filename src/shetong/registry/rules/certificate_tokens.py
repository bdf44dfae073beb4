"""The signed content of a certificate's QR code: CWT claims (RFC 8392) about a legal entity, and the link around them.

The format is specified for other developers in ``docs/specs/certificate-qr.md``; this module and that page change
together (test vectors in ``docs/specs/certificate-qr-vectors.json``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeVar

from shetong.core import cose
from shetong.core.errors import DomainError
from shetong.registry.models.choices import OrganisationKind
from shetong.registry.rules.certificate_elements import Snapshot, Value
from shetong.registry.rules.certificate_serials import parse_serial

ISSUER, SUBJECT, EXPIRES, ISSUED, TOKEN_ID = 1, 2, 4, 6, 7
# The first label of the range that RFC 8392 section 9.1 leaves for private use.
ENTITY = -65537

NAME, KIND, REPRESENTATIVE, DOMICILE, FUNDS, AUTHORITY, SUPERVISOR, VALID_FROM, SCOPE, CHARITY, DEMO = range(1, 12)
TEXTS = {
    NAME: "name",
    REPRESENTATIVE: "legal_representative",
    DOMICILE: "domicile",
    AUTHORITY: "authority",
    SUPERVISOR: "supervising_body",
    SCOPE: "business_scope",
}
# The category digit of GB 32100-2015 (second sign of the unified code) under civil affairs.
KINDS = {1: OrganisationKind.SOCIAL_GROUP, 2: OrganisationKind.SERVICE_INSTITUTION, 3: OrganisationKind.FOUNDATION}
_KIND_NUMBERS = {kind: number for number, kind in KINDS.items()}

# A longer text is represented by the beginning of its digest, so that the QR code stays readable.
LONGEST_TEXT_BYTES = 240
DIGEST_BYTES = 16
MAX_TOKEN_BYTES = 1536
BEIJING = timezone(timedelta(hours=8))
_EPOCH = date(1970, 1, 1)
_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
_MAX_DIGITS = len(str((1 << 8 * MAX_TOKEN_BYTES) - 1))
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


T = TypeVar("T")


class TokenError(cose.CoseError):
    """The signed content is not that of a certificate."""

    code = "token-malformed"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. ``values`` are snapshot values; ``digests`` stand for texts too long to be carried."""

    issuer: str
    serial: str
    issued_at: datetime
    expires_at: datetime | None
    values: Mapping[str, Value]
    digests: Mapping[str, bytes]
    demo: bool

    def agrees_with(self, snapshot: Mapping[str, Value]) -> bool:
        """Say whether a full snapshot is the one that was signed, comparing digests where the text is not carried."""
        texts = all(digest(str(snapshot.get(name) or "")) == value for name, value in self.digests.items())
        return texts and all(snapshot.get(name) == value for name, value in self.values.items())


def digest(text: str) -> bytes:
    """Return the first 16 octets of SHA-256 over the UTF-8 text."""
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def payload(snapshot: Mapping[str, Value], *, issuer: str, serial: str, issued_at: datetime, demo: bool) -> bytes:
    """Return the deterministic CBOR of the claims about a certificate; ``issued_at`` is cut to whole seconds."""
    entity: dict[int, object] = {KIND: _KIND_NUMBERS[OrganisationKind(str(snapshot["kind"]))]}
    for label, name in TEXTS.items():
        text = str(snapshot.get(name) or "")
        if text:
            carried = label != SCOPE and len(text.encode()) <= LONGEST_TEXT_BYTES
            entity[label] = text if carried else digest(text)
    if snapshot.get("registered_funds") is not None:
        entity[FUNDS] = snapshot["registered_funds"]
    if snapshot.get("certificate_valid_from"):
        entity[VALID_FROM] = (date.fromisoformat(str(snapshot["certificate_valid_from"])) - _EPOCH).days
    entity.update({label: True for label, given in ((CHARITY, snapshot.get("charity")), (DEMO, demo)) if given})
    claims: dict[int, object] = {
        ISSUER: issuer,
        SUBJECT: snapshot["uscc"],
        ISSUED: int(issued_at.timestamp()),
        TOKEN_ID: serial.encode(),
        ENTITY: entity,
    }
    if snapshot.get("certificate_valid_to"):
        claims[EXPIRES] = int(expiry(date.fromisoformat(str(snapshot["certificate_valid_to"]))).timestamp())
    return cose.encode(claims)


def expiry(last_day: date) -> datetime:
    """Return the moment from which a certificate valid up to and including ``last_day`` (Beijing time) is not valid."""
    return datetime.combine(last_day + timedelta(days=1), datetime.min.time(), BEIJING)


def read(data: bytes) -> Claims:
    """Return the claims in a payload whose signature was verified. Raises :class:`TokenError` or ``CoseError``."""
    claims = _labelled(cose.decode(data, limit=MAX_TOKEN_BYTES))
    entity = _labelled(claims.get(ENTITY))
    unknown = set(claims) - {ISSUER, SUBJECT, EXPIRES, ISSUED, TOKEN_ID, ENTITY}
    if unknown or set(entity) - set(range(NAME, DEMO + 1)):
        raise TokenError("数据格式不对：含有不认识的项目，请更新核验程序。")
    uscc = _take(claims, SUBJECT, str)
    if not _USCC.fullmatch(uscc):
        raise TokenError("数据格式不对：统一社会信用代码的形式不对。")
    expires = _moment(_take(claims, EXPIRES, int)) if EXPIRES in claims else None
    values: Snapshot = {"uscc": uscc, "kind": _kind(entity)}
    digests: dict[str, bytes] = {}
    for label, name in TEXTS.items():
        value = entity.get(label, "")
        if isinstance(value, bytes) and len(value) == DIGEST_BYTES:
            digests[name] = value
        elif isinstance(value, str) and (label not in (NAME, AUTHORITY) or value):
            values[name] = value
        else:
            raise TokenError("数据格式不对：登记事项缺失或类型不对。")
    values["registered_funds"] = _funds(entity) if FUNDS in entity else None
    values["certificate_valid_from"] = _day(_take(entity, VALID_FROM, int)) if VALID_FROM in entity else None
    values["certificate_valid_to"] = _last_day(expires) if expires else None
    values["charity"] = _flag(entity, CHARITY)
    return Claims(
        issuer=_take(claims, ISSUER, str),
        serial=_serial(_take(claims, TOKEN_ID, bytes)),
        issued_at=_moment(_take(claims, ISSUED, int)),
        expires_at=expires,
        values=values,
        digests=digests,
        demo=_flag(entity, DEMO),
    )


def _labelled(value: object) -> dict[int, object]:
    # type(), not isinstance(): in Python True and 1.0 would pass for the label 1, in CBOR they are other values.
    if not isinstance(value, dict) or any(type(key) is not int for key in value):
        raise TokenError("数据格式不对：不是登记证书的内容。")
    return value


def _take(holder: dict[int, object], label: int, kind: type[T]) -> T:
    value = holder.get(label)
    if type(value) is not kind:
        raise TokenError("数据格式不对：缺少应有的项目，或者类型不对。")
    return value


def _flag(entity: dict[int, object], label: int) -> bool:
    if entity.get(label, True) is not True:
        raise TokenError("数据格式不对：标志只能为真或不出现。")
    return label in entity


def _funds(entity: dict[int, object]) -> int:
    fen = _take(entity, FUNDS, int)
    if fen < 0:
        raise TokenError("数据格式不对：金额不能为负数。")
    return fen


def _kind(entity: dict[int, object]) -> str:
    number = _take(entity, KIND, int)
    if number not in KINDS:
        raise TokenError("数据格式不对：社会组织类型不明。")
    return KINDS[number].value


def _moment(seconds: int) -> datetime:
    if not 0 <= seconds <= _LAST_SECOND:
        raise TokenError("数据格式不对：时间超出范围。")
    return datetime.fromtimestamp(seconds, UTC)


def _day(number: int) -> str:
    if not 0 <= number <= _LAST_SECOND // 86_400:
        raise TokenError("数据格式不对：日期超出范围。")
    return (_EPOCH + timedelta(days=number)).isoformat()


def _last_day(expires: datetime) -> str:
    return (expires.astimezone(BEIJING) - timedelta(seconds=1)).date().isoformat()


def _serial(octets: bytes) -> str:
    try:
        serial = octets.decode("ascii")
        if parse_serial(serial) == serial:
            return serial
    except (UnicodeDecodeError, DomainError) as error:
        raise TokenError("数据格式不对：证书编号的形式不对。") from error
    raise TokenError("数据格式不对：证书编号的形式不对。")


# The link around a token.


def digits(token: bytes) -> str:
    """Return the decimal digits of the token read as one unsigned number, most significant octet first.

    QR codes hold three digits in ten bits, which is the densest that any address can be written.
    """
    return str(int.from_bytes(token, "big"))


def link_segments(token: bytes, *, serial: str, public_url: str) -> tuple[str, str, str]:
    """Return the link in three parts, each for its own QR segment: address, ``#``, digits.

    Scheme and host go in capitals, which QR codes hold more densely; they mean the same (RFC 3986 section 6.2.2.1).
    A public address with a path keeps its spelling.
    """
    scheme, separator, rest = public_url.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.upper()}{separator}{host.upper()}{slash}{path}/V/{serial}", "#", digits(token)


def link(token: bytes, *, serial: str, public_url: str) -> str:
    """Return the link as people see it, the public address spelt as configured."""
    return f"{public_url.rstrip('/')}/V/{serial}#{digits(token)}"


def token_in(text: str) -> bytes:
    """Return the token in a scanned or pasted link, or in its digits alone; line breaks and blanks do not matter.

    Only the digits count: who verifies never follows the address in front of them. Raises :class:`TokenError`.
    """
    number = "".join(text.split()).rpartition("#")[2]
    if not number.isascii() or not number.isdecimal() or number.startswith("0") or len(number) > _MAX_DIGITS:
        raise TokenError("格式不对：这不是登记证书二维码的内容。请确认扫描的是证书上的二维码，链接复制完整。")
    value = int(number)
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
