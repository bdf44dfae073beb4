"""Phrases (常用语): one's own and the authority's."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Select
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework.desk_forms import PhraseForm
from shetong.casework.queries import desk
from shetong.casework.services import phrases
from shetong.casework.views.desk import blame
from shetong.core import divisions
from shetong.core.errors import DomainError


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CASE_VIEW)
def page(request: HttpRequest, grants: Grants) -> HttpResponse:
    """List the phrases that one can use; a POST adds one."""
    user = current_user(request)
    chief = grants.jurisdictions(Permission.CASE_ASSIGN)
    form = PhraseForm(request.POST if request.method == "POST" else None)
    own = ("", _("我自己"))
    form.fields["division_code"].widget = Select(
        choices=[own, *((code, divisions.full_name(code) or _("全国")) for code in chief)]
    )
    if request.method == "POST" and form.is_valid():
        try:
            phrases.add(actor=user, **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("常用语已经添加。"))
            return redirect("casework:phrases")
    rows = [
        (one, one.owner_id == user.pk or grants.may(Permission.CASE_ASSIGN, one.division_code))
        for one in desk.phrases(user, grants.jurisdictions(Permission.CASE_VIEW))
    ]
    context = {"form": form, "rows": rows, "chief": bool(chief)}
    return render(request, "casework/phrases.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.CASE_VIEW)
def remove(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Delete a phrase."""
    try:
        phrases.remove(phrase_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("常用语已经删去。"))
    return redirect("casework:phrases")
