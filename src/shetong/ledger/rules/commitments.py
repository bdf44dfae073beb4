"""Salted commitments: how a person appears in a log without being in it.

A commitment is HMAC-SHA-256 (RFC 2104) under a salt of 32 octets. Whoever holds the salt can show what was committed
to (an *opening*); without it a commitment says nothing, not even that two entries speak of the same person.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext

from shetong.core.canonical_json import canonical
from shetong.core.errors import InvalidInputError

FORMAT = "shetong-opening/1"
SALT_BYTES = 32


class CommitmentError(ValueError):
    """An opening does not open the commitment that the entry holds."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What an act says of a person.

    ``subject`` finds the salt inside this installation and is never published. It must not depend on ``value``, else a
    changed value would look like an erased one. Who keeps the salt with its own rows gives no subject but ``salt``
    (32 octets), ``None`` once it is erased.
    """

    subject: str
    value: str
    salt: bytes | None = None

    def salt_among(self, known: Mapping[str, bytes]) -> bytes | None:
        """The person's salt: its own, or that of its subject among ``known``; ``None`` where it was erased."""
        return known.get(self.subject) if self.subject else self.salt


@dataclass(frozen=True, slots=True)
class Opening:
    """What the holder needs to show that ``field`` of the entry ``reference`` in ``log`` says ``value``."""

    log: str
    reference: str
    field: str
    value: str
    salt: bytes

    def as_json(self) -> dict[str, str]:
        """Return the opening as its holder keeps it; the salt in hexadecimal."""
        return {
            "format": FORMAT,
            "log": self.log,
            "reference": self.reference,
            "field": self.field,
            "value": self.value,
            "salt": self.salt.hex(),
        }


def entry_salt(person_salt: bytes, *, log: str, reference: str, field: str) -> bytes:
    """Derive the salt of one field of one entry, so that opening one entry opens no other."""
    return hmac.digest(person_salt, canonical(["shetong-salt/1", log, reference, field]), sha256)


def commitment(opening: Opening) -> str:
    """Return the commitment (64 hexadecimal digits) that ``opening`` opens."""
    message = canonical([FORMAT, opening.log, opening.reference, opening.field, opening.value])
    return hmac.digest(opening.salt, message, sha256).hex()


def parse_opening(document: Mapping[str, object]) -> Opening:
    """Read an opening as its holder kept it; raises :class:`InvalidInputError`."""
    parts = [document.get(name) for name in ("log", "reference", "field", "value", "salt")]
    texts = [part for part in parts if isinstance(part, str)]
    if document.get("format") != FORMAT or len(texts) != len(parts):
        raise InvalidInputError(gettext("这不是社通的启封凭据。"), code="opening-format")
    try:
        salt = bytes.fromhex(texts[4])
        canonical(texts)
    except ValueError as error:
        raise InvalidInputError(gettext("启封凭据残缺，请向出具机关重新索取。"), code="opening-format") from error
    if len(salt) != SALT_BYTES:
        raise InvalidInputError(gettext("启封凭据残缺，请向出具机关重新索取。"), code="opening-format")
    return Opening(texts[0], texts[1], texts[2], texts[3], salt)


def verify_opening(opening: Opening, entry: Mapping[str, object]) -> None:
    """Check an opening against the (already verified) content of its entry. Raises :class:`CommitmentError`."""
    if entry.get("reference") != opening.reference:
        raise CommitmentError("the opening is of another entry")
    people = entry.get("people")
    held = people.get(opening.field) if isinstance(people, Mapping) else None
    if not isinstance(held, str) or not hmac.compare_digest(held.encode(), commitment(opening).encode()):
        raise CommitmentError("the opening does not fit the entry's commitment")
