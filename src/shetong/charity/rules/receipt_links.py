"""The address of a donor's own receipt: whoever has it may see it, nobody can guess it.

A token is the donation's number and 120 bits of a keyed hash of it, so no table of tokens has to be kept.
"""

from __future__ import annotations

import base64
import hmac
import re

from shetong.core import pii

CONTEXT = "charity.receipt-link"
_FORM = re.compile(r"(?P<number>\d{1,15})-(?P<check>[a-z2-7]{24})")


def token(donation: int) -> str:
    """Return the token of a donation's receipt: ``<number>-<24 letters and digits>``."""
    mac = pii.blind_index(f"donation:{donation}", context=CONTEXT)[:15]
    return f"{donation}-{base64.b32encode(mac).decode().lower()}"


def donation_of(given: str) -> int | None:
    """Return the donation whose token this is, ``None`` where it is none."""
    match = _FORM.fullmatch(given)
    if match is None:
        return None
    number = int(match["number"])
    return number if hmac.compare_digest(token(number).encode(), given.encode()) else None
