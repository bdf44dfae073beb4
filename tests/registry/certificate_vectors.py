"""Makes ``certificate-qr-vectors.json`` in docs/specs: run ``python -m tests.registry.certificate_vectors``.

Everything is fixed (key, numbers, times), and Ed25519 is deterministic, so the file only changes with the format.
"""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2

FILE = Path(__file__).resolve().parents[2] / "docs" / "specs" / "certificate-qr-vectors.json"
# The seed 00 01 02 … 1f, which nobody may use for anything else.
PRIVATE = bytes(range(32))
OTHER_PRIVATE = bytes(range(1, 33))
ISSUED_AT = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
SITE = "https://register.example"

FACTS: dict[str, Any] = {
    "uscc": "51100000500000015P",
    "name": "示例社会服务促进会",
    "kind": "SG",
    "business_scope": "学术交流、业务培训、咨询服务。",
    "domicile": "示例市示例区示例路1号",
    "legal_representative": "张示例",
    "registered_funds": 5_000_000,
    "supervising_body": "示例市民政局",
    "authority": "示例市行政审批服务局",
    "certificate_valid_from": "2024-05-01",
    "certificate_valid_to": "2029-04-30",
    "charity": True,
}


def _facts(**changed: Any) -> dict[str, Any]:
    return {**FACTS, **changed}


def _serial(number: int) -> str:
    from shetong.registry.rules.certificate_serials import ALPHABET, check_sign

    body = "2026" + "".join(ALPHABET[(number * 7 + place * 3) % 31] for place in range(10))
    return body + check_sign(body)


def _payload(number: int, facts: dict[str, Any], demo: bool = False) -> bytes:
    from shetong.registry.rules.certificate_tokens import payload

    return payload(facts, issuer=SITE, serial=_serial(number), issued_at=ISSUED_AT, demo=demo)


def _key(private: bytes, **more: Any) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shetong.core import cose

    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": base64.urlsafe_b64encode(public).rstrip(b"=").decode(),
        "kid": cose.key_id(public).hex(),
        "alg": "EdDSA",
        "use": "sig",
        "nbf": int((ISSUED_AT - timedelta(days=30)).timestamp()),
        **more,
    }


def _resigned(protected: bytes, payload: bytes, unprotected: dict[int, Any] | None = None, tail: bytes = b"") -> bytes:
    """Sign an envelope that the real code would not make."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    signature = Ed25519PrivateKey.from_private_bytes(PRIVATE).sign(signed)
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected or {}, payload, signature])) + tail


def build() -> dict[str, Any]:
    """Return the vectors as they stand in the file."""
    from shetong.core import cose
    from shetong.registry.rules import certificate_tokens

    cases: list[dict[str, Any]] = []
    now = int((ISSUED_AT + timedelta(days=30)).timestamp())

    def case(title: str, token: bytes, verdict: str, **more: Any) -> None:
        link = certificate_tokens.link(token, serial=_serial(0), public_url=SITE)
        cases.append({"title": title, "link": link, "token": token.hex(), "now": now, "verdict": verdict, **more})

    def good(title: str, number: int, facts: dict[str, Any], demo: bool = False, **more: Any) -> bytes:
        token = cose.sign1(_payload(number, facts, demo), private_key=PRIVATE)
        claims = certificate_tokens.read(cose.parse_sign1(token).payload)
        case(
            title,
            token,
            more.pop("verdict", "signature-holds"),
            claims={
                "serial": claims.serial,
                "issued_at": int(claims.issued_at.timestamp()),
                "expires_at": int(claims.expires_at.timestamp()) if claims.expires_at else None,
                "values": dict(claims.values),
                "digests": {name: value.hex() for name, value in claims.digests.items()},
                "demo": claims.demo,
            },
            **more,
        )
        return token

    token = good("social group with every item", 1, FACTS)
    good("demonstration data", 2, FACTS, demo=True)
    bare = _facts(
        kind="FD", registered_funds=400_000_000, supervising_body="", charity=False, business_scope="",
        domicile="", legal_representative="", certificate_valid_from=None, certificate_valid_to=None,
    )  # fmt: skip
    good("foundation with no optional item, never expiring", 3, bare)
    good("texts too long to be carried", 4, _facts(kind="PN", domicile="某" * 100, name="长" * 90))
    late = int(datetime(2029, 4, 30, 16, 0, tzinfo=UTC).timestamp())
    good("last second of the last day in Beijing", 5, FACTS, now=late - 1)
    good("first second after the last day", 6, FACTS, now=late, verdict="expired")

    payload, protected = cose.parse_sign1(token).payload, cose.parse_sign1(token).protected
    case("name altered", token.replace("示例社会".encode(), "冒名社会".encode()), "bad-signature")
    case("last bit of the signature flipped", token[:-1] + bytes([token[-1] ^ 1]), "bad-signature")
    case("signed with a key that was never published", cose.sign1(payload, private_key=OTHER_PRIVATE), "unknown-key")
    case("key declared compromised", token, "key-revoked", keys="revoked")
    case("issued after the key was retired", token, "key-revoked", keys="retired-before")
    case("issued before the key was in use", token, "key-revoked", keys="not-yet")
    kid = cbor2.loads(protected)[4]
    case("algorithm ES256", _resigned(cbor2.dumps({1: -7, 4: kid}), payload), "malformed")
    case("algorithm -8.0, a float", _resigned(cbor2.dumps({1: -8.0, 4: kid}, canonical=True), payload), "malformed")
    case("unknown critical header", _resigned(cbor2.dumps({1: -8, 2: [9], 4: kid, 9: 1}), payload), "malformed")
    case("something in the unprotected header", _resigned(protected, payload, {5: b"x"}), "malformed")
    case("octets after the message", token + b"\x00", "malformed")
    case("cut off", token[:-10], "malformed")
    case("length written in more octets than needed", token.replace(b"\x58\x40", b"\x59\x00\x40", 1), "malformed")
    claims = cbor2.loads(payload)
    for title, changed in (
        ("serial number with a wrong check sign", {7: claims[7][:-1] + (b"0" if claims[7][-1:] != b"0" else b"1")}),
        ("claim that the format does not know", {99: 1}),
        ("kind out of range", {-65537: {**claims[-65537], 2: 9}}),
        ("name missing", {-65537: {k: v for k, v in claims[-65537].items() if k != 1}}),
        ("flag that is false instead of absent", {-65537: {**claims[-65537], 10: False}}),
    ):
        case(title, _resigned(protected, cose.encode({**claims, **changed})), "malformed")
    case("claims not sorted", _resigned(protected, cbor2.dumps(dict(reversed(claims.items())))), "malformed")

    day = 86_400
    iat = int(ISSUED_AT.timestamp())
    return {
        "description": "Test vectors of the certificate QR code, see certificate-qr.md. The keys are public knowledge.",
        "private_key_of_the_vectors": PRIVATE.hex(),
        "keys": {
            "default": {"keys": [_key(PRIVATE)], "revoked_keys": []},
            "revoked": {"keys": [], "revoked_keys": [_key(PRIVATE, exp=iat + day, revoked_at=iat + day)]},
            "retired-before": {"keys": [_key(PRIVATE, exp=iat - day)], "revoked_keys": []},
            "not-yet": {"keys": [_key(PRIVATE, nbf=iat + day)], "revoked_keys": []},
        },
        "cose_key_set": cose.encode(
            [
                cose.cose_key(
                    base64.urlsafe_b64decode(_key(PRIVATE)["x"] + "="), extra={-65537: {1: _key(PRIVATE)["nbf"]}}
                )
            ]
        ).hex(),
        "cases": cases,
    }


def written() -> str:
    """Return the file's content."""
    return json.dumps(build(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.testing")
    import django

    django.setup()
    FILE.write_text(written(), encoding="utf-8")
