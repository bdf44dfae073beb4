"""Listening to Django and allauth: every log-in, log-out and change of a credential goes into the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal
from django.http import HttpRequest

from shetong.accounts.models import LoginSession, User
from shetong.accounts.services import audit, lockout, sessions


def logged_in(request: HttpRequest, user: User, **_: object) -> None:
    """Begin a session and record the log-in."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    method = "+".join(dict.fromkeys(_method(record) for record in records if isinstance(record, dict))) or "system"
    session = sessions.begin(user=user, request=request, method=method[:40])
    audit.record(
        actor=user,
        action="account.login",
        target=user,
        detail={"method": method, "session": session.pk},
        request=request,
    )


def logged_out(request: HttpRequest, user: User | None, **_: object) -> None:
    """Mark the session as over and record the log-out."""
    if user is None:
        return
    session = LoginSession.objects.filter(pk=sessions.number(request.session), ended_at=None).first()
    if session is not None:
        sessions.end(session=session, reason=LoginSession.End.LOGOUT, actor=user, request=request)
        audit.record(actor=user, action="account.logout", target=user, detail={"session": session.pk}, request=request)


def password_changed(request: HttpRequest, user: User, **_: object) -> None:
    """End the account's other sessions, forget its failures, record the change."""
    sessions.rekeyed(request.session)
    own = sessions.number(request.session) if request.user == user else 0
    audit.record(actor=user, action="account.password-change", target=user, request=request)
    lockout.unlock(user)
    sessions.end_all(user=user, reason=LoginSession.End.PASSWORD, actor=user, besides=own, request=request)


def _method(record: dict[str, Any]) -> str:
    if record.get("method") == "mfa":
        return "passkey" if record.get("passwordless") else str(record.get("type", "mfa"))
    return str(record.get("method", ""))


def _note(action: str) -> Any:
    """Return a receiver that records ``action`` about the signal's user."""

    def receiver(request: HttpRequest, **given: Any) -> None:
        login = given.get("sociallogin")
        linked = given.get("socialaccount")
        user = given.get("user") or (login.user if login else None) or (linked.user if linked else None)
        authenticator = given.get("authenticator")
        detail = {"type": str(authenticator.type)} if authenticator is not None else {}
        if given.get("reauthenticated") or given.get("reauthentication"):
            detail["again"] = "yes"
        actor = request.user if isinstance(request.user, User) else user
        audit.record(actor=actor, action=action, target=user or "account:unknown", detail=detail, request=request)

    return receiver


def reauthenticated(request: HttpRequest, user: User, method: str, **given: Any) -> None:
    """Record that somebody confirmed the password again before a sensitive act."""
    if given.get("reauthenticated") and method == "password":
        audit.record(actor=user, action="account.reauthenticate", target=user, request=request)


_NOTED: tuple[tuple[Signal, str], ...] = (
    (mfa.authenticator_added, "account.second-factor-add"),
    (mfa.authenticator_removed, "account.second-factor-remove"),
    (mfa.authenticator_reset, "account.second-factor-reset"),
    (mfa.authenticator_used, "account.second-factor-use"),
    (mfa.authentication_failed, "account.second-factor-failed"),
    (social.social_account_added, "account.identity-link"),
    (social.social_account_removed, "account.identity-unlink"),
    (account.user_signed_up, "account.create"),
)


def connect() -> None:
    """Connect every receiver; called once, when the application is ready."""
    user_logged_in.connect(logged_in, dispatch_uid="shetong.logged-in")
    user_logged_out.connect(logged_out, dispatch_uid="shetong.logged-out")
    account.authentication_step_completed.connect(reauthenticated, dispatch_uid="shetong.reauthenticated")
    for signal in (account.password_changed, account.password_set, account.password_reset):
        signal.connect(password_changed, dispatch_uid="shetong.password")
    for signal, action in _NOTED:
        signal.connect(_note(action), weak=False, dispatch_uid=f"shetong.{action}")
