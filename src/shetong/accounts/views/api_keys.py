"""Keys of programs: list, make, revoke."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from shetong.accounts import rules
from shetong.accounts.forms import ApiKeyForm
from shetong.accounts.models import ApiKey, User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import api_keys
from shetong.accounts.views.office import confirmed, office, refused
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.core.errors import DomainError, ForbiddenError

MOST_SHOWN = 200


@require_http_methods(["GET", "POST"])
@office(Permission.API_KEYS_MANAGE)
@confirmed
def key_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """List the keys; a new key's secret is shown once, on the answer to the form."""
    form = ApiKeyForm(request.POST or None)
    made: tuple[ApiKey, str] | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        owner = User.objects.filter(username__iexact=given["owner"].strip(), is_active=True).first()
        if owner is None:
            form.add_error("owner", gettext("没有这个用户名的账号，请核对。"))
        else:
            try:
                made = api_keys.create(
                    owner=owner,
                    label=given["label"],
                    scopes=given["scopes"],
                    rate_class=given["rate_class"],
                    expires_at=timezone.make_aware(datetime.combine(given["expires_on"], time.min)),
                    actor=current_user(request),
                )
                form = ApiKeyForm()
            except ForbiddenError as error:
                return refused(request, error)
            except DomainError as error:
                add_errors(form, error)
    context = {
        "form": form,
        "made": made,
        "keys": ApiKey.objects.select_related("owner").order_by("-id")[:MOST_SHOWN],
        "now": timezone.now(),
        "rates": rules.RATE_CLASSES,
    }
    return render(request, "accounts/api_keys.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.API_KEYS_MANAGE)
def key_revoke(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Revoke a key."""
    key = get_object_or_404(ApiKey, pk=pk)
    try:
        api_keys.revoke(key=key, reason=request.POST.get("reason", ""), actor=current_user(request))
    except ForbiddenError as error:
        return refused(request, error)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, gettext("密钥已吊销，立即失效。"))
    return redirect("accounts:api-keys")
