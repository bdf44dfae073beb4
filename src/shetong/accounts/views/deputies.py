"""Acting for absent colleagues: who acts for whom, appoint, revoke."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from shetong.accounts import rules
from shetong.accounts.models import User
from shetong.accounts.queries import deputies as queries
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import LENDABLE, Permission
from shetong.accounts.services import deputies
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.core.errors import DomainError

MOST_PEOPLE = 300


class DeputyForm(forms.Form):
    """Who acts for whom, where, in what, from when to when."""

    principal = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("被代理人"))
    deputy = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("代理人"))
    division_code = forms.CharField(
        label=gettext_lazy("范围"),
        max_length=6,
        help_text=gettext_lazy("六位代码，末尾的零表示包含下级：110000 为北京市及各区，100000 为全国。"),
    )
    first_day = forms.DateField(label=gettext_lazy("首日"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=gettext_lazy("末日"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=300)

    def __init__(self, user: User, grants: Grants, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chief = grants.jurisdictions(Permission.CASE_ASSIGN)
        own = grants.jurisdictions(Permission.CASE_VIEW)
        people = queries.colleagues(own, Permission.CASE_VIEW)
        named: Any = self.fields["principal"]
        named.queryset = people.filter(pk=user.pk) if not chief else people
        named.initial = user.pk
        other: Any = self.fields["deputy"]
        other.queryset = people
        self.fields["division_code"].initial = own[0] if own else ""
        self.fields["first_day"].initial = timezone.localdate()


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CASE_VIEW)
def page(request: HttpRequest, grants: Grants) -> HttpResponse:
    """List deputyships; a POST appoints somebody."""
    user = current_user(request)
    posted = request.method == "POST"
    form = DeputyForm(user, grants, request.POST if posted else None)
    chosen = request.POST.getlist("scope") if posted else [str(Permission.CASE_ACCEPT), str(Permission.CASE_REVIEW)]
    if posted and form.is_valid():
        try:
            deputies.appoint(**form.cleaned_data, scope=chosen, actor=user)
        except DomainError as error:
            add_errors(form, error)
        else:
            messages.success(request, gettext("已设定代理。"))
            return redirect("accounts:deputies")
    context = {
        "form": form,
        "chosen": chosen,
        "lendable": [(str(one), gettext(rules.PERMISSION_NAMES[one])) for one in LENDABLE],
        "rows": [_row(one, user, grants) for one in queries.visible(user, grants)],
    }
    return render(request, "accounts/deputies.html", context, status=422 if form.errors else 200)


def _row(one: Any, user: User, grants: Grants) -> dict[str, Any]:
    today: date = timezone.localdate()
    ended = one.revoked_at is not None or one.last_day < today
    concerned = user.pk in (one.principal_id, one.deputy_id)
    return {
        "deputyship": one,
        "scope": [gettext(rules.PERMISSION_NAMES[Permission(code)]) for code in one.scope],
        "live": not ended and one.first_day <= today,
        "ended": ended,
        "revocable": not ended and (concerned or grants.own(Permission.CASE_ASSIGN, one.division_code)),
    }


@require_POST
@office(Permission.CASE_VIEW)
def revoke(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """End a deputyship at once."""
    try:
        deputies.revoke(deputyship_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, gettext("已撤销代理。"))
    return redirect("accounts:deputies")
