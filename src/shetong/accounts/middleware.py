"""What is asked at every request of somebody logged in: may the session go on, has the official a second factor.

Visitors without a session cookie are passed on untouched, so that public pages stay cacheable.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.adapter import get_adapter as get_second_factor_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseForbidden, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from shetong.accounts.models import LoginSession, User
from shetong.accounts.queries.permissions import grants_of
from shetong.accounts.services import sessions

Handler = Callable[[HttpRequest], HttpResponseBase]

# Where an official without a second factor may go: to set one up, to confirm the password, to leave.
OPEN_WITHOUT_SECOND_FACTOR = (
    "/accounts/2fa/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "/accounts/password/",
    settings.STATIC_URL,
)


def has_session(request: HttpRequest) -> bool:
    """Return whether the request carries a session cookie at all; does not touch the session."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


class SessionLimitMiddleware:
    """End sessions that were idle for too long or are too old; keep answers to logged-in people out of caches."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request; afterwards the person may no longer be logged in."""
        if not has_session(request) or not request.user.is_authenticated:
            return self.get_response(request)
        now = timezone.now()
        if reason := sessions.limit_reached(request.session, now=now):
            self._end(request, reason)
            return self.get_response(request)
        sessions.seen(request.session, now=now)
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def _end(self, request: HttpRequest, reason: str) -> None:
        session = LoginSession.objects.filter(pk=sessions.number(request.session), ended_at=None).first()
        if session:
            sessions.end(session=session, reason=reason, request=request)
        logout(request)
        messages.info(request, gettext("您已较长时间未操作或登录时间过长，为保护账号已自动退出，请重新登录。"))


class SecondFactorMiddleware:
    """Send officials who have no second factor to set one up before anything else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request, or redirect (reading) or refuse (writing)."""
        if not has_session(request) or not isinstance(request.user, User) or not self._missing(request.user):
            return self.get_response(request)
        if request.path_info.startswith(OPEN_WITHOUT_SECOND_FACTOR):
            return self.get_response(request)
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(reverse("mfa_index"))
        return HttpResponseForbidden(
            gettext("请先设置两步验证，再办理业务。"), content_type="text/plain; charset=utf-8"
        )

    def _missing(self, user: User) -> bool:
        if user.demo and settings.DEMO_ACCOUNTS:
            return False
        if not grants_of(user).official:
            return False
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return not get_second_factor_adapter().is_mfa_enabled(user, types=kinds)
