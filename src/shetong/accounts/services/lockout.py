"""Pausing log-in after repeated failures, counted in the database for all servers together.

An attempt is counted before the password is looked at, so parallel guesses cannot slip past the limit; a success takes
the count back. Three counts: one account from one address, one account from anywhere, one address for any account.
Accounts that do not exist are counted and refused alike, so the answer tells nobody which accounts there are.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from shetong.accounts.models import LoginThrottle, User
from shetong.core.errors import DomainError


class LockedError(DomainError):
    """Too many failures; ``until`` is when the next attempt will be taken. Status 429."""

    code = "locked"
    status = 429

    def __init__(self, until: datetime) -> None:
        minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
        super().__init__(
            gettext(
                "登录失败次数过多，为保护账号已暂停登录，请 %(minutes)d 分钟后再试。"
                "忘记密码的，请点击“忘记密码”重新设置；急需使用的，请联系本单位账号管理员解除限制。"
            )
            % {"minutes": minutes}
        )
        self.until = until


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to log in: who (an account or the name that was typed), from where, with what (password, code)."""

    who: str
    address: str
    what: str = "password"

    def counts(self) -> list[tuple[bytes, bytes | None, int]]:
        """Return (key, account key, limit) of the three counts, in key order so that writers do not deadlock."""
        account = _key(self.what, self.who)
        counts: list[tuple[bytes, bytes | None, int]] = [(account, account, settings.LOCKOUT_ACCOUNT)]
        if self.address:
            counts.append((_key(self.what, self.who, self.address), account, settings.LOCKOUT_PAIR))
            counts.append((_key(self.what, "", self.address), None, settings.LOCKOUT_ADDRESS))
        return sorted(counts)


def attempt(*, login: str, address: str) -> Attempt:
    """Return the attempt of somebody who typed ``login``; user name and e-mail of one account count together."""
    typed = unicodedata.normalize("NFKC", login).strip().casefold()[:254]
    known = User.objects.filter(Q(username__iexact=typed) | (Q(email__iexact=typed) & ~Q(email=""))).first()
    return Attempt(who=_who(known) if known else f"name:{typed}", address=address)


def attempt_of(user: User, *, address: str, what: str) -> Attempt:
    """Return the attempt of a known user, for second factors."""
    return Attempt(who=_who(user), address=address, what=what)


# One statement: a lock that is over, or a window that is over, starts the count anew; a lock that holds stays.
_COUNT = """
INSERT INTO accounts_loginthrottle AS t (key, account_key, attempts, since) VALUES (%(key)s, %(account)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET
    attempts = CASE WHEN t.locked_until > %(now)s THEN t.attempts
                    WHEN t.locked_until <= %(now)s OR t.since < %(window)s THEN 1 ELSE t.attempts + 1 END,
    since = CASE WHEN t.locked_until > %(now)s THEN t.since
                 WHEN t.locked_until <= %(now)s OR t.since < %(window)s THEN %(now)s ELSE t.since END,
    locked_until = CASE WHEN t.locked_until > %(now)s THEN t.locked_until
                        WHEN t.locked_until <= %(now)s OR t.since < %(window)s THEN NULL
                        WHEN t.attempts >= %(limit)s THEN %(until)s ELSE NULL END
RETURNING locked_until
"""


def begin(attempt: Attempt) -> None:
    """Count the attempt before it is judged; raises :class:`LockedError` when one of the limits is used up."""
    now = timezone.now()
    pause = timedelta(minutes=settings.LOCKOUT_MINUTES)
    locks = []
    with transaction.atomic(), connection.cursor() as cursor:
        for key, account, limit in attempt.counts():
            cursor.execute(
                _COUNT,
                {
                    "key": key,
                    "account": account,
                    "now": now,
                    "window": now - pause,
                    "limit": limit,
                    "until": now + pause,
                },
            )
            locks.append(cursor.fetchone()[0])
    if held := [lock for lock in locks if lock is not None]:
        raise LockedError(max(held))


def failed(attempt: Attempt) -> bool:
    """Close the counts that this failure used up; returns whether it was the last one allowed."""
    until = timezone.now() + timedelta(minutes=settings.LOCKOUT_MINUTES)
    closed = 0
    for key, _, limit in attempt.counts():
        closed += LoginThrottle.objects.filter(key=key, attempts__gte=limit, locked_until=None).update(
            locked_until=until
        )
    return bool(closed)


def succeeded(attempt: Attempt) -> None:
    """Forget the account's failures and take this attempt back from its address."""
    for key, account, _ in attempt.counts():
        if account is None:
            LoginThrottle.objects.filter(key=key, attempts__gt=0).update(attempts=F("attempts") - 1)
        else:
            LoginThrottle.objects.filter(key=key).delete()


def unlock(user: User) -> int:
    """Forget all failures of an account, whatever the address; returns how many counts there were."""
    accounts = [_key(what, _who(user)) for what in ("password", "code")]
    return LoginThrottle.objects.filter(account_key__in=accounts).delete()[0]


def is_locked(user: User) -> bool:
    """Return whether the account cannot log in now from at least one address."""
    accounts = [_key(what, _who(user)) for what in ("password", "code")]
    return LoginThrottle.objects.filter(account_key__in=accounts, locked_until__gt=timezone.now()).exists()


def forget_old(before: datetime) -> int:
    """Delete counts that ended before ``before``; for the daily job."""
    return LoginThrottle.objects.filter(Q(locked_until=None) | Q(locked_until__lt=before), since__lt=before).delete()[0]


def fingerprint(login: str) -> str:
    """Return 12 hexadecimal digits by which failures for one typed name can be told together in the audit trail."""
    return _key("name", unicodedata.normalize("NFKC", login).strip().casefold()).hex()[:12]


def _who(user: User) -> str:
    return f"user:{user.pk}"


def _key(*parts: str) -> bytes:
    return salted_hmac("shetong.accounts.lockout", "\x1f".join(parts), algorithm="sha256").digest()
