"""The office's landing: what the viewer's roles allow."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shetong.accounts import entrances, rules
from shetong.accounts.entrances import Face
from shetong.accounts.queries.permissions import Grants, grants_of
from shetong.accounts.rules import Permission
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError, ForbiddenError

View = Callable[..., HttpResponseBase]


def office(permission: Permission | None = None) -> Callable[[View], View]:
    """Let in officials only, with ``permission`` somewhere where one is named; answers are never cached."""

    def wrap(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            grants = grants_of(current_user(request))
            allowed = grants.anywhere(permission) if permission else grants.official
            if not allowed:
                return refused(
                    request, ForbiddenError(gettext("您的账号没有使用此功能的权限，请联系本单位账号管理员。"))
                )
            request.grants = grants  # type: ignore[attr-defined] # read by the navigation
            return view(request, grants, *args, **kwargs)

        return guarded

    return wrap


def confirmed(view: View) -> View:
    """Ask for the password or second factor again where that was more than five minutes ago."""
    guarded: View = reauthentication_required(view)
    return guarded


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer with the error's status, mostly 403, and the sentence that says what to do."""
    return render(
        request, "accounts/refused.html", {"message": error.message, "waits": error.status == 503}, status=error.status
    )


@require_GET
@office()
def landing(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show each role that the viewer holds, where, and what it may do."""
    held = [
        {
            "role": rules.ROLES[role],
            "division": division,
            "permissions": [
                rules.PERMISSION_NAMES[permission]
                for permission in Permission
                if permission in rules.ROLES[role].permissions
            ],
        }
        for role, division in grants.held
        if role in rules.ROLES
    ]
    return render(
        request,
        "accounts/office.html",
        {
            "held": held,
            "places": entrances.entrances(Face.OFFICE, grants),
        },
    )
