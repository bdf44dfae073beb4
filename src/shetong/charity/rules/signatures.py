"""Signed requests: the profile of HTTP Message Signatures (RFC 9421) that platforms use, with Ed25519.

One signature a request, over components without parameters, written in canonical form: what a signer writes in
``Signature-Input`` stands in the signature base as it is. Content is covered by ``Content-Digest`` (RFC 9530), SHA-256
of the octets sent, so a packed body is verified before it is unpacked.
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

from shetong.charity.rules.platform_errors import PlatformError

TAG = "shetong-platform"
WINDOW = 300  # seconds that a signature's time may be off ours
LONGEST = 1_000
_INPUT = re.compile(r"(?P<label>[a-z*][a-z0-9_.*-]{0,20})=(?P<params>\((?P<names>[^()]*)\)(?P<rest>(?:;[^;,]+)*))")
_NAME = re.compile(r'"(@?[a-z][a-z0-9-]{0,40})"')
_PARAMETER = re.compile(r';([a-z]+)=(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{0,100})"|(\d{1,15}))')
_SIGNATURE = re.compile(r"(?P<label>[a-z*][a-z0-9_.*-]{0,20})=:(?P<value>[A-Za-z0-9+/=]{1,200}):")
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):")


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


def read(signature_input: str, signature: str) -> Signed:
    """Read the two header fields. Raises :class:`PlatformError` ``signature-missing`` or ``signature-malformed``."""
    if not signature_input or not signature:
        raise PlatformError("signature-missing")
    said, given = _INPUT.fullmatch(signature_input.strip()), _SIGNATURE.fullmatch(signature.strip())
    if len(signature_input) > LONGEST or said is None or given is None or said["label"] != given["label"]:
        raise PlatformError("signature-malformed")
    names = said["names"].split(" ") if said["names"] else []
    found = [_NAME.fullmatch(name) for name in names]
    parameters = {name: text or number for name, text, number in _PARAMETER.findall(said["rest"])}
    whole = "".join(match.group() for match in _PARAMETER.finditer(said["rest"]))
    if whole != said["rest"] or not all(found) or len(set(names)) != len(names):
        raise PlatformError("signature-malformed")
    if parameters.get("alg", "ed25519") != "ed25519" or not parameters.get("created", "").isdigit():
        raise PlatformError("signature-malformed")
    try:
        octets = base64.b64decode(given["value"], validate=True)
    except binascii.Error as error:
        raise PlatformError("signature-malformed") from error
    return Signed(
        tuple(match[1] for match in found if match),
        said["params"],
        octets,
        int(parameters["created"]),
        parameters.get("nonce", ""),
        parameters.get("keyid", ""),
        parameters.get("tag", ""),
    )


def base(signed: Signed, value_of: Callable[[str], str | None]) -> bytes:
    """The signature base (RFC 9421, 2.5). ``value_of``: value of a component, ``None`` where the request has none."""
    lines = []
    for name in signed.names:
        value = value_of(name)
        if value is None:
            raise PlatformError("signature-incomplete", f"签名涵盖了请求中没有的部分“{name}”。")
        lines.append(f'"{name}": {value}')
    lines.append(f'"@signature-params": {signed.parameters}')
    return "\n".join(lines).encode()


def require(signed: Signed, needed: Iterable[str], *, now: float) -> None:
    """Refuse a signature that leaves out what ours must cover, or is not of now."""
    missing = [name for name in needed if name not in signed.names]
    if missing or not 8 <= len(signed.nonce) <= 64 or signed.tag != TAG or not signed.key:
        what = "、".join(missing) or "nonce、keyid、tag"
        raise PlatformError("signature-incomplete", f"签名应当涵盖：{what}。")
    if abs(now - signed.created) > WINDOW:
        raise PlatformError("signature-stale")


def verify(signed: Signed, message: bytes, public_key: bytes) -> None:
    """Raise :class:`PlatformError` ``signature-invalid`` where the key did not sign ``message``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signed.signature, message)
    except (InvalidSignature, ValueError) as error:
        raise PlatformError("signature-invalid") from error


def check_digest(field: str, body: bytes) -> None:
    """Compare ``Content-Digest`` with the octets that came. Raises :class:`PlatformError` ``digest-mismatch``."""
    found = _DIGEST.search(field)
    expected = base64.b64encode(hashlib.sha256(body).digest()).decode()
    if found is None or not hmac.compare_digest(found[1], expected):
        raise PlatformError("digest-mismatch")
