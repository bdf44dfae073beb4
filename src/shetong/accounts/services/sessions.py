"""Login sessions: begun, seen, ended. A session holds only while its row in Django's session table exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from shetong.accounts import client
from shetong.accounts.models import LoginSession, User
from shetong.accounts.services import audit

# What the session itself remembers, so that a request needs no further query.
LOGIN, STARTED, SEEN = "login_id", "login_started", "login_seen"
# ``last seen`` is written at most this often.
SEEN_GRAIN = timedelta(seconds=60)


def begin(*, user: User, request: HttpRequest, method: str) -> LoginSession:
    """Note a log-in that just happened; where the account now has more than SESSION_LIMIT sessions, end the oldest."""
    now = timezone.now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        session = LoginSession.objects.create(
            user=user,
            session_key=request.session.session_key,
            started_at=now,
            last_seen_at=now,
            network=client.network(client.address(request)),
            device=client.device(request.headers.get("User-Agent", ""))[:60],
            method=method,
        )
        live = LoginSession.objects.filter(user=user, ended_at=None).order_by("-started_at", "-pk")
        for surplus in live[settings.SESSION_LIMIT :]:
            _end(surplus, LoginSession.End.LIMIT)
    request.session[LOGIN] = session.pk
    request.session[STARTED] = request.session[SEEN] = now.timestamp()
    return session


def number(session: SessionBase) -> int:
    """Return the number of the session's :class:`LoginSession`; 0 where it has none."""
    return int(session.get(LOGIN) or 0)


def limit_reached(session: SessionBase, *, now: datetime) -> str:
    """Return why a session may not go on (a :class:`LoginSession.End` value), ``""`` where it may."""
    started, seen = session.get(STARTED), session.get(SEEN)
    if not isinstance(started, (int, float)) or not isinstance(seen, (int, float)):
        return LoginSession.End.EXPIRED
    if now.timestamp() - started > settings.SESSION_HOURS * 3600:
        return LoginSession.End.EXPIRED
    if now.timestamp() - seen > settings.SESSION_IDLE_MINUTES * 60:
        return LoginSession.End.IDLE
    return ""


def seen(session: SessionBase, *, now: datetime) -> None:
    """Note that a session is in use; at most one write a minute."""
    if now.timestamp() - session[SEEN] >= SEEN_GRAIN.total_seconds():
        session[SEEN] = now.timestamp()
        LoginSession.objects.filter(pk=number(session), ended_at=None).update(last_seen_at=now)


def rekeyed(session: SessionBase) -> None:
    """Follow a session whose key Django changed (after a change of password)."""
    LoginSession.objects.filter(pk=number(session), ended_at=None).update(session_key=session.session_key)


def end(*, session: LoginSession, reason: str, actor: User | None = None, request: HttpRequest | None = None) -> bool:
    """End one session; returns whether it was still alive. ``actor``: the person, left out for the system's limits."""
    with transaction.atomic():
        locked = LoginSession.objects.select_for_update().get(pk=session.pk)
        if locked.ended_at is not None:
            return False
        _end(locked, reason)
        audit.record(
            actor=actor or "system:sessions",
            action="account.session-end",
            target=f"user:{locked.user_id}",
            detail={"session": locked.pk, "reason": reason},
            request=request,
        )
    return True


def end_all(
    *,
    user: User,
    reason: str,
    actor: User | None = None,
    besides: int = 0,
    request: HttpRequest | None = None,
) -> int:
    """End every session of an account, ``besides`` the one with that number; returns how many."""
    with transaction.atomic():
        live = LoginSession.objects.select_for_update().filter(user=user, ended_at=None).exclude(pk=besides)
        ended = [session.pk for session in live.order_by("pk")]
        for session in live.order_by("pk"):
            _end(session, reason)
        if ended:
            audit.record(
                actor=actor or "system:sessions",
                action="account.sessions-end",
                target=user,
                detail={"sessions": ended, "reason": reason},
                request=request,
            )
    return len(ended)


def forget_lapsed(*, now: datetime) -> int:
    """Mark sessions as over that nobody used since their limits passed; for the daily job."""
    lapsed = LoginSession.objects.filter(
        ended_at=None, last_seen_at__lt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES) - SEEN_GRAIN
    )
    with transaction.atomic():
        sessions = list(lapsed.select_for_update().order_by("pk"))
        for session in sessions:
            _end(session, LoginSession.End.IDLE)
    return len(sessions)


def _end(session: LoginSession, reason: str) -> None:
    if session.session_key:
        store = import_module(settings.SESSION_ENGINE).SessionStore
        store(session_key=session.session_key).delete()
    session.session_key = None
    session.ended_at = timezone.now()
    session.end_reason = reason
    session.save(update_fields=["session_key", "ended_at", "end_reason"])
