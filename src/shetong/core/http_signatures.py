"""Signed requests: a narrow profile of HTTP Message Signatures (RFC 9421) with Ed25519.

One signature a request, over components without parameters, written in canonical form: what a signer writes in
``Signature-Input`` stands in the signature base as it is. Content is covered by ``Content-Digest`` (RFC 9530), SHA-256
of the octets sent. A signature is of now, carries a nonce, the key's name and the tag of its interface.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.core.errors import DomainError

WINDOW = 300  # seconds that a signature's time may be off ours
LONGEST = 1_000
KEY_BYTES = 32
_INPUT = re.compile(r"(?P<label>[a-z*][a-z0-9_.*-]{0,20})=(?P<params>\((?P<names>[^()]*)\)(?P<rest>(?:;[^;,]+)*))")
_NAME = re.compile(r'"(@?[a-z][a-z0-9-]{0,40})"')
_PARAMETER = re.compile(r';([a-z]+)=(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{0,100})"|(\d{1,15}))')
_SIGNATURE = re.compile(r"(?P<label>[a-z*][a-z0-9_.*-]{0,20})=:(?P<value>[A-Za-z0-9+/=]{1,200}):")
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):")
TEXTS = {
    "signature-missing": N_("请求没有签名，请按 RFC 9421 附上 Signature-Input 和 Signature。"),
    "signature-malformed": N_("签名的格式有误，请对照接口说明检查。"),
    "signature-incomplete": N_("签名没有涵盖必需的部分，请对照接口说明检查。"),
    "signature-stale": N_("签名时间超出允许范围，请校准时钟，发送前重新签名。"),
    "signature-invalid": N_("签名不符，请核对私钥、签名内容和密钥编号。"),
    "digest-mismatch": N_("内容摘要不符，请对实际发送的内容计算 Content-Digest。"),
    "nonce-reused": N_("随机数用过了，请每次发送用新的随机数重新签名。"),
}


class SignatureError(DomainError):
    """A request was not signed as it must be: 401. ``code``, of :data:`TEXTS`, stands in ``errors.signature`` too.

    ``detail``: what exactly is wrong, where more can be said than the text of the code; else empty.
    """

    status = 401

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or gettext(TEXTS[code]), code=code, fields={"signature": code})
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request's signature says of itself; ``parameters`` is the text that ends the signature base."""

    names: tuple[str, ...]
    parameters: str
    signature: bytes
    created: int
    nonce: str
    key: str
    tag: str


def public_key(text: str) -> bytes | None:
    """Return a public key written as base64 of its 32 octets; ``None`` for anything else."""
    try:
        octets = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets if len(octets) == KEY_BYTES else None


def read(signature_input: str, signature: str) -> Signed:
    """Read the two header fields. Raises :class:`SignatureError` ``signature-missing`` or ``signature-malformed``."""
    if not signature_input or not signature:
        raise SignatureError("signature-missing")
    said, given = _INPUT.fullmatch(signature_input.strip()), _SIGNATURE.fullmatch(signature.strip())
    if len(signature_input) > LONGEST or said is None or given is None or said["label"] != given["label"]:
        raise SignatureError("signature-malformed")
    names = said["names"].split(" ") if said["names"] else []
    found = [_NAME.fullmatch(name) for name in names]
    parameters = {name: text or number for name, text, number in _PARAMETER.findall(said["rest"])}
    whole = "".join(match.group() for match in _PARAMETER.finditer(said["rest"]))
    if whole != said["rest"] or not all(found) or len(set(names)) != len(names):
        raise SignatureError("signature-malformed")
    if parameters.get("alg", "ed25519") != "ed25519" or not parameters.get("created", "").isdigit():
        raise SignatureError("signature-malformed")
    try:
        octets = base64.b64decode(given["value"], validate=True)
    except binascii.Error as error:
        raise SignatureError("signature-malformed") from error
    return Signed(
        names=tuple(match[1] for match in found if match), parameters=said["params"], signature=octets,
        created=int(parameters["created"]), nonce=parameters.get("nonce", ""), key=parameters.get("keyid", ""),
        tag=parameters.get("tag", ""),
    )  # fmt: skip


def base(names: Iterable[str], parameters: str, value_of: Callable[[str], str | None]) -> bytes:
    """Return the signature base (RFC 9421, 2.5). ``value_of``: value of a component, ``None`` where there is none."""
    lines = []
    for name in names:
        value = value_of(name)
        if value is None:
            message = gettext("签名涵盖了请求中没有的部分“%(name)s”。") % {"name": name}
            raise SignatureError("signature-incomplete", message)
        lines.append(f'"{name}": {value}')
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode()


def require(signed: Signed, needed: Iterable[str], *, tag: str, now: float) -> None:
    """Refuse a signature that leaves out what it must cover, is of another interface, or is not of now."""
    missing = [name for name in needed if name not in signed.names]
    if missing or not 8 <= len(signed.nonce) <= 64 or signed.tag != tag or not signed.key:
        what = "、".join(missing) or "nonce、keyid、tag"
        raise SignatureError("signature-incomplete", gettext("签名应当涵盖：%(what)s。") % {"what": what})
    if abs(now - signed.created) > WINDOW:
        raise SignatureError("signature-stale")


def verify(signed: Signed, message: bytes, key: bytes) -> None:
    """Raise :class:`SignatureError` ``signature-invalid`` where the key (32 octets) did not sign ``message``."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed.signature, message)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("signature-invalid") from error


def check_digest(field: str, body: bytes) -> None:
    """Compare ``Content-Digest`` with the octets that came. Raises :class:`SignatureError` ``digest-mismatch``."""
    found = _DIGEST.search(field)
    expected = base64.b64encode(hashlib.sha256(body).digest()).decode()
    if found is None or not hmac.compare_digest(found[1], expected):
        raise SignatureError("digest-mismatch")
