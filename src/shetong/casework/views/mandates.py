"""Who acts for one's organisations: authorised colleagues, invitations, what was revoked."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.casework.queries import mandates as queries
from shetong.casework.services import invitations, mandates
from shetong.core.errors import DomainError


class InviteForm(forms.Form):
    """Whom to invite."""

    note = forms.CharField(
        label=gettext_lazy("邀请谁"), help_text=gettext_lazy("写清是谁，例如“办公室王同事”，便于以后核对。"),
        max_length=60, required=False,
    )  # fmt: skip


class AcceptForm(forms.Form):
    """The code that one was given."""

    code = forms.CharField(
        label=gettext_lazy("邀请码"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show the organisations that one acts for, with everybody who does."""
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    accept_form: forms.Form | None = None,
    invite: tuple[str, forms.Form] | None = None,
    code: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = [
        (one, invite[1] if invite and invite[0] == one.code else InviteForm(prefix=one.code))
        for one in queries.bodies(current_user(request))
    ]
    context = {
        "bodies": shown,
        "accept_form": accept_form or AcceptForm(),
        "failed": [form for form in (accept_form, invite[1] if invite else None) if form],
        "new_code": code,
        "user_id": current_user(request).pk,
    }
    return render(request, "casework/mandates.html", context, status=status)


@never_cache
@require_POST
@login_required
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """Invite somebody and show the code, this once."""
    form = InviteForm(request.POST, prefix=code)
    form.is_valid()
    try:
        _made, secret = invitations.invite(
            organisation_code=code, actor=current_user(request), note=form.cleaned_data.get("note", "")
        )
    except DomainError as error:
        form.add_error("note", error.message)
        return _page(request, invite=(code, form), status=error.status)
    return _page(request, code=(code, f"{secret[:5]} {secret[5:]}"))


@never_cache
@require_POST
@login_required
def accept(request: HttpRequest) -> HttpResponse:
    """Accept an invitation."""
    form = AcceptForm(request.POST)
    form.is_valid()
    try:
        mandate = invitations.accept(code=form.cleaned_data.get("code", ""), actor=current_user(request))
    except DomainError as error:
        form.add_error("code", error.message)
        return _page(request, accept_form=form, status=error.status)
    messages.success(request, _("您现在可以为%(name)s办事。") % {"name": mandate.organisation_name})
    return redirect("casework:mandates")


@require_POST
@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a mandate."""
    try:
        mandate = mandates.revoke(mandate_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经撤销为%(name)s办事的授权。") % {"name": mandate.organisation_name})
    return redirect("casework:mandates")


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    try:
        invitations.withdraw(invitation_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("邀请已经撤回。"))
    return redirect("casework:mandates")
