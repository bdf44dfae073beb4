"""What the log's commitment to a donor is made of, and how it is kept sealed with the donation.

The salt is kept in the donation's own row, sealed together with the name: emptying that one column erases the person,
and no table of salts grows with every gift.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from shetong.core import pii
from shetong.core.canonical_json import Json, canonical
from shetong.ledger.rules.commitments import SALT_BYTES, Personal

CONTEXT = "charity.donation"
DONOR = "donor"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What only the donor and the charity know of a gift."""

    name: str
    salt: bytes

    def sealed(self) -> bytes:
        """Return them as the donation's row keeps them."""
        return pii.seal(json.dumps([self.name, self.salt.hex()], ensure_ascii=False), context=CONTEXT)


def particulars(name: str) -> Particulars:
    """Return particulars with a new salt; ``name`` is empty where nobody knows the donor."""
    return Particulars(name, secrets.token_bytes(SALT_BYTES))


def open_particulars(sealed: bytes | memoryview | None) -> Particulars | None:
    """Return what was sealed, ``None`` where it was erased. Raises ``SealError``."""
    if sealed is None:
        return None
    name, salt = json.loads(pii.open_sealed(sealed, context=CONTEXT))
    return Particulars(name, bytes.fromhex(salt))


def donor(known: Particulars | None, *, shown: str, order: str) -> Personal:
    """What a donation's entry commits to: real name, the name shown, the platform's order number."""
    if known is None:
        return Personal("", "", None)
    return Personal("", canonical({"name": known.name, "order": order, "shown": shown}).decode(), known.salt)


def digest(words: Mapping[str, Json]) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON of published words."""
    return sha256(canonical(words)).hexdigest()
