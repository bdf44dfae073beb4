"""One's own keys: those that read one's cases are made here; whatever bears one's name can be revoked here."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shetong.accounts import rules
from shetong.accounts.forms import OwnKeyForm
from shetong.accounts.models import ApiKey
from shetong.accounts.services import api_keys
from shetong.accounts.views.office import confirmed
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.core.errors import DomainError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@confirmed
def key_list(request: HttpRequest) -> HttpResponse:
    """List one's keys; a POST makes one that reads one's cases, whose secret is shown once, on this answer."""
    user = current_user(request)
    form = OwnKeyForm(request.POST if request.method == "POST" else None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        until = datetime.combine(form.cleaned_data["expires_on"], time.min)
        try:
            _key, secret = api_keys.create(
                owner=user,
                label=form.cleaned_data["label"],
                scopes=sorted(rules.OWN_SCOPES),
                rate_class=api_keys.OWN_RATE_CLASSES[-1],
                expires_at=timezone.make_aware(until),
                actor=user,
            )
            form = OwnKeyForm()
        except DomainError as error:
            # The form asks for the day, the service for the moment.
            if day := error.fields.pop("expires_at", ""):
                error.fields["expires_on"] = day
            add_errors(form, error)
    context = {
        "form": form,
        "secret": secret,
        "keys": ApiKey.objects.filter(owner=user).order_by("-id"),
        "now": timezone.now(),
        "scopes": rules.API_SCOPES,
    }
    return render(request, "accounts/own_keys.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own keys."""
    user = current_user(request)
    key = get_object_or_404(ApiKey, pk=pk, owner=user)
    try:
        api_keys.revoke(key=key, reason=gettext("持有人吊销"), actor=user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, gettext("密钥已吊销，立即失效。"))
    return redirect("accounts:own-keys")
