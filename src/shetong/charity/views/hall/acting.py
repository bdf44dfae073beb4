"""How pages of the hall act: fill in, read once more, confirm; and for whom."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shetong.accounts.views.own import current_user
from shetong.casework.queries import mandates
from shetong.charity.forms.fields import KeepingForm, blame
from shetong.charity.queries import keeping
from shetong.charity.services import deeds
from shetong.core.errors import DomainError
from shetong.registry.models import Organisation

View = Callable[..., HttpResponseBase]


def keeper(view: View) -> View:
    """Let in who acts for the organisation of the address ``code``; for others there is no such page."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponseBase:
        organisation = Organisation.objects.select_related("authority").filter(uscc=code.upper()).first()
        if organisation is None or not mandates.holds(current_user(request), organisation.public_code):
            raise Http404
        if not keeping.keeps_books(organisation):
            raise Http404
        return view(request, organisation, **kwargs)

    return guarded


def confirm(
    request: HttpRequest,
    form: KeepingForm,
    *,
    organisation: Organisation,
    heading: str,
    do: Callable[[], str],
    done: str,
    back: str,
    warning: str = "",
    about: list[dict[str, object]] | None = None,
) -> HttpResponse:
    """Show a form, then what was filled in, and do it when that was confirmed.

    ``do`` returns the address where the act is shown, and is carried out once however often the form is sent; ``done``
    is said afterwards, ``warning`` before. A refusal leads back to the form with what was typed.
    """
    context = {
        "organisation": organisation, "form": form, "heading": heading, "back": back, "warning": warning,
        "about": about or [],
    }  # fmt: skip
    if "look" in request.POST:
        form.pardon()
        return render(request, "charity/hall/act.html", context)
    if request.method != "POST" or not form.is_valid() or "change" in request.POST:
        bad = request.method == "POST" and "change" not in request.POST
        return render(request, "charity/hall/act.html", context, status=422 if bad else 200)
    if "confirmed" not in request.POST:
        return render(request, "charity/hall/act.html", {**context, "told": form.told(), "sent": form.sent()})
    try:
        address = deeds.once(
            key=form.deed_key, user=current_user(request), content=[("", request.path), *form.said()], do=do
        )
    except DomainError as error:
        if error.code == deeds.REUSED:
            form.renew()
        blame(form, error)
        return render(request, "charity/hall/act.html", context, status=error.status)
    messages.success(request, done)
    return redirect(address)


def sure() -> str:
    """What is said before an act that stays."""
    return _("记账后不能修改或者删除，只能另记一笔更正；同时写入公开日志，人人可以核验。")
