"""What a verifier concludes from a token, the published keys, and what the register says: pure, no database, no clock.

The browser applies the same rules (``frontend/src/certificate/verify.ts``); ``docs/specs/certificate-qr.md`` section 6
states them for everybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shetong.core import cose
from shetong.registry.rules import certificate_tokens
from shetong.registry.rules.certificate_tokens import Claims


class Verdict(StrEnum):
    """The one answer that a person gets."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"
    CHANGED = "changed"
    EXPIRED = "expired"
    UNRECORDED = "unrecorded"
    BAD_SIGNATURE = "bad-signature"
    UNKNOWN_KEY = "unknown-key"
    KEY_REVOKED = "key-revoked"
    MALFORMED = "malformed"
    OFFLINE = "offline"


# Several servers sign, and their clocks differ a little.
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key as published: it signed from ``not_before`` to ``not_after`` (still signing where ``None``)."""

    key_id: bytes
    public_key: bytes
    not_before: datetime
    not_after: datetime | None = None
    revoked_at: datetime | None = None

    def was_signing(self, moment: datetime) -> bool:
        """Say whether the key signed at ``moment``, allowing for clocks that differ."""
        late = self.not_after is not None and moment > self.not_after + CLOCK_TOLERANCE
        return moment >= self.not_before - CLOCK_TOLERANCE and not late


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The part that needs no network.

    ``verdict`` is ``None`` where the signature holds; ``claims`` are there only then, and for a key that was revoked.
    """

    verdict: Verdict | None
    claims: Claims | None = None
    key_id: bytes = b""


def check_signature(token: bytes, keys: Mapping[bytes, PublishedKey]) -> SignatureCheck:
    """Check form, key and signature of a token against the published keys, in this order."""
    try:
        message = cose.parse_sign1(token)
    except cose.CoseError:
        return SignatureCheck(Verdict.MALFORMED)
    key_id = message.key_id or b""
    key = keys.get(key_id)
    if key is None:
        return SignatureCheck(Verdict.UNKNOWN_KEY, key_id=key_id)
    try:
        claims = certificate_tokens.read(message.verify(key.public_key))
    except cose.SignatureError:
        return SignatureCheck(Verdict.BAD_SIGNATURE, key_id=key_id)
    except cose.CoseError:
        return SignatureCheck(Verdict.MALFORMED, key_id=key_id)
    if key.revoked_at is not None or not key.was_signing(claims.issued_at):
        return SignatureCheck(Verdict.KEY_REVOKED, claims, key_id)
    return SignatureCheck(None, claims, key_id)


def conclude(claims: Claims, *, state: str | None, same_token: bool, changed: bool, now: datetime) -> Verdict:
    """Return the verdict on a signature that holds.

    ``state``: of the certificate in the register, ``None`` where it has none of this number. ``same_token``: whether
    the recorded token is the one at hand. ``changed``: whether registered items differ from the certified ones.
    """
    if state is None or not same_token:
        return Verdict.UNRECORDED
    if state in (Verdict.REVOKED, Verdict.REPLACED):
        return Verdict(state)
    if claims.expires_at is not None and now >= claims.expires_at:
        return Verdict.EXPIRED
    return Verdict.CHANGED if changed else Verdict.VALID
