"""Rate limits of the API, agreed on by all workers and servers without a write for each request.

A caller may spend so many requests in a minute. The account of the minute is one row of an unlogged table; a process
borrows a part of the allowance at once and spends it from memory. So processes agree up to what they have borrowed
and not spent, and the database is asked once in some ten requests of a busy caller. Only keyed hashes of addresses
are kept.
"""

from __future__ import annotations

import hmac
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

WINDOW_SECONDS = 60
_SHARE = 20  # a loan is at most this part of the allowance
_LARGEST_LOAN = 50
_MOST_REMEMBERED = 20_000

# A clock that lags behind must not give the minute's allowance anew.
_BORROW = """
INSERT INTO registry_apirate AS r (subject, minute, used) VALUES (%s, %s, %s)
ON CONFLICT (subject) DO UPDATE SET
    used = CASE WHEN r.minute >= excluded.minute THEN r.used + excluded.used ELSE excluded.used END,
    minute = GREATEST(r.minute, excluded.minute)
RETURNING used
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a request may go on, of how many in the minute, how many remain and in how many seconds it ends."""

    allowed: bool
    limit: int
    remaining: int
    seconds_left: int


@dataclass(slots=True)
class _Loan:
    minute: int
    left: int = 0
    shared_left: int = -1  # what the account still held at the last loan; -1: not asked yet


_loans: dict[bytes, _Loan] = {}
_lock = threading.Lock()


def spend(
    subject: str, *, limit: int, cost: int = 1, window: int = WINDOW_SECONDS, now: float | None = None
) -> Standing:
    """Spend ``cost`` requests of ``subject`` (an address or a key's prefix), which has ``limit`` in a window of time.

    ``window``: seconds, whole minutes and always the same for a subject. ``now``: seconds since the epoch, default the
    present.
    """
    moment = time.time() if now is None else now
    # The account is kept under the last minute of its window, until that has gone by.
    minute = (int(moment // window) + 1) * (window // WINDOW_SECONDS) - 1
    key = hmac.digest(settings.SECRET_KEY.encode(), f"api-rate {subject}".encode(), "sha256")[:16]
    with _lock:
        loan = _loans.get(key)
        if loan is None or loan.minute != minute:
            if len(_loans) >= _MOST_REMEMBERED:
                _loans.clear()
            loan = _loans[key] = _Loan(minute)
        if loan.left >= cost:
            loan.left -= cost
            return _standing(True, limit, loan, moment, window)
        if loan.shared_left == 0:
            return _standing(False, limit, loan, moment, window)
    wanted = max(cost, min(limit // _SHARE, _LARGEST_LOAN))
    used = _borrow(key, minute, wanted)
    granted = max(0, min(wanted, limit - (used - wanted)))
    with _lock:
        loan.shared_left = max(0, limit - used)
        loan.left += granted
        allowed = loan.left >= cost
        if allowed:
            loan.left -= cost
        return _standing(allowed, limit, loan, moment, window)


def forget() -> None:
    """Give up what this process has borrowed."""
    with _lock:
        _loans.clear()


def clear_old(*, before_minute: int) -> int:
    """Delete the accounts of minutes gone by and return their number; a job's work."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_apirate WHERE minute < %s", [before_minute])
        return int(cursor.rowcount)


def _borrow(key: bytes, minute: int, wanted: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_BORROW, [key, minute, wanted])
        return int(cursor.fetchone()[0])


def _standing(allowed: bool, limit: int, loan: _Loan, moment: float, window: int) -> Standing:
    remaining = loan.left + max(loan.shared_left, 0)
    return Standing(allowed, limit, min(remaining, limit), window - int(moment) % window)
