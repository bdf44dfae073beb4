"""The changing code that an organiser's phone shows: RFC 6238 with HMAC-SHA-256, a secret a session.

The code proves that who scanned it saw it while it was shown; it carries nothing of anybody. What the picture holds:
``<address of the check-in page>#<session>.<step>.<code>``, so that a phone's own camera opens the page too, and the
part after ``#`` is sent to no server.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from hashlib import sha256

STEP_SECONDS = 30
DIGITS = 8
# Steps before and after the present one that are taken: clocks differ, and scanning takes time.
TOLERANCE_STEPS = 2
SECRET_BYTES = 32

_DIGITS = re.compile(r"[0-9]{8}")


def step_at(moment: datetime) -> int:
    """Return the step in which a moment lies."""
    return int(moment.timestamp()) // STEP_SECONDS


def middle_of(step: int) -> datetime:
    """Return the middle of a step: no code was shown further from it than half a step."""
    return datetime.fromtimestamp(step * STEP_SECONDS + STEP_SECONDS // 2, UTC)


def code(secret: bytes, step: int) -> str:
    """Return the code of a step: eight digits (RFC 4226, dynamic truncation)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), sha256)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def shown_at(secret: bytes, given: str, moment: datetime) -> int | None:
    """Return the step at which ``given`` was shown, if that was about ``moment``; ``None`` where it was not."""
    if not _DIGITS.fullmatch(given):
        return None
    now = step_at(moment)
    for distance in range(TOLERANCE_STEPS + 1):
        for step in {now - distance, now + distance}:
            if hmac.compare_digest(code(secret, step), given):
                return step
    return None
