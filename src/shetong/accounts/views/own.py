"""One's own account: overview, sessions, who looked at it."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shetong.accounts.models import LoginSession, RoleAssignment, User
from shetong.accounts.queries import audit as audit_queries
from shetong.accounts.queries.permissions import grants_of
from shetong.accounts.services import sessions
from shetong.core.asked import whole

RECENT = 10


def current_user(request: HttpRequest) -> User:
    """Return who is logged in; views behind ``login_required`` only."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is logged in")
    return user


def event_id(text: str) -> int | None:
    """Return the event id of a page address; ``None`` for anything that is none."""
    return whole(text)


@never_cache
@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show who one is here, what one may do and how the account is protected."""
    user = current_user(request)
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context = {
        "assignments": RoleAssignment.objects.filter(user=user, ended_at=None).order_by("valid_from"),
        "official": grants_of(user).official,
        "second_factor": bool(kinds & {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}),
        "sessions": LoginSession.objects.filter(user=user, ended_at=None).count(),
    }
    return render(request, "accounts/home.html", context)


@never_cache
@require_GET
@login_required
def session_list(request: HttpRequest) -> HttpResponse:
    """Show where one is logged in, and the latest sessions that ended."""
    user = current_user(request)
    context = {
        "current": sessions.number(request.session),
        "live": LoginSession.objects.filter(user=user, ended_at=None).order_by("-started_at"),
        "ended": LoginSession.objects.filter(user=user).exclude(ended_at=None).order_by("-id")[:RECENT],
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
@login_required
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    user = current_user(request)
    session = get_object_or_404(LoginSession, pk=pk, user=user)
    sessions.end(session=session, reason=LoginSession.End.ENDED, actor=user, request=request)
    messages.success(request, gettext("已结束该会话。"))
    return redirect("accounts:sessions")


@require_POST
@login_required
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    user = current_user(request)
    count = sessions.end_all(
        user=user,
        reason=LoginSession.End.ENDED,
        actor=user,
        besides=sessions.number(request.session),
        request=request,
    )
    messages.success(request, gettext("已结束其他 %(count)d 个会话。") % {"count": count})
    return redirect("accounts:sessions")


@never_cache
@require_GET
@login_required
def access_log(request: HttpRequest) -> HttpResponse:
    """Show what was done with one's account, by whom."""
    user = current_user(request)
    page = audit_queries.about(user, before=event_id(request.GET.get("before", "")))
    return render(request, "accounts/access_log.html", {"page": page})
