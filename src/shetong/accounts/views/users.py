"""Accounts and roles for administrators."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shetong.accounts import rules
from shetong.accounts.forms import EndForm, GrantForm, InviteForm
from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.queries import users as queries
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, lockout, roles
from shetong.accounts.services import users as services
from shetong.accounts.views.office import confirmed, office, refused
from shetong.accounts.views.own import current_user, event_id
from shetong.core.errors import DomainError, ForbiddenError

# Where a session keeps the accounts that were found by their whole names, so many of them.
_NAMED, MOST_NAMED = "accounts-named", 20


def add_errors(form: forms.Form, error: DomainError) -> None:
    """Put a refusal's sentences where they belong: at the fields it names, else above the form."""
    named = {name: text for name, text in error.fields.items() if name in form.fields}
    for name, text in named.items():
        form.add_error(name, text)
    if not named:
        form.add_error(None, error.message)


@require_GET
@office(Permission.ACCOUNTS_MANAGE)
def user_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """List officials' accounts."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = queries.page(grants, query=query, before=event_id(request.GET.get("before", "")))
    # Whom one knows by the whole name, one may open: to give a first role.
    whole = query.casefold() or "-"
    named = [one.pk for one in page.users if whole in (one.username.casefold(), one.email.casefold())]
    if named:
        request.session[_NAMED] = [*request.session.get(_NAMED, []), *named][-MOST_NAMED:]
    return render(request, "accounts/users.html", {"page": page, "q": query})


def _subject(request: HttpRequest, grants: Grants, pk: int) -> User:
    """Return an account of the viewer's jurisdictions, or one that he found by its whole name. Raises ``Http404``."""
    subject = get_object_or_404(User, pk=pk)
    if not queries.visible(grants, subject) and pk not in request.session.get(_NAMED, []):
        raise Http404
    return subject


@require_http_methods(["GET", "POST"])
@office(Permission.ACCOUNTS_MANAGE)
@confirmed
def user_new(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Make an account; afterwards show, once, the address where its owner sets the password."""
    first = next(iter(grants.jurisdictions(Permission.ACCOUNTS_MANAGE)), "")
    form = InviteForm(request.POST or None, initial={"division_code": first})
    if request.method == "POST" and form.is_valid():
        try:
            user, path = services.invite(**form.cleaned_data, actor=current_user(request), request=request)
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
        else:
            return render(
                request,
                "accounts/user_invited.html",
                {"subject": user, "link": request.build_absolute_uri(path)},
            )
    return render(request, "accounts/user_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@office(Permission.ACCOUNTS_MANAGE)
def user_page(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show one account with its roles, past and present; looking is recorded."""
    subject = _subject(request, grants, pk)
    audit.record(actor=current_user(request), action="account.view", target=subject, request=request)
    return _show(request, grants, subject, GrantForm())


def _show(request: HttpRequest, grants: Grants, subject: User, form: GrantForm) -> HttpResponse:
    now = timezone.now()
    assignments = [
        {
            "assignment": assignment,
            "live": assignment.valid_to is None or assignment.valid_to > now,
            "manageable": queries.manageable(grants, assignment),
        }
        for assignment in subject.role_assignments.select_related("granted_by", "ended_by").order_by("-granted_at")
    ]
    context = {
        "subject": subject,
        "own": subject.pk == current_user(request).pk,
        "assignments": assignments,
        "form": form,
        "locked": lockout.is_locked(subject),
        "jurisdictions": grants.jurisdictions(Permission.ACCOUNTS_MANAGE),
    }
    return render(request, "accounts/user.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.ACCOUNTS_MANAGE)
@confirmed
def role_grant(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Grant a role."""
    subject = _subject(request, grants, pk)
    form = GrantForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        until = given["valid_to"]
        try:
            roles.grant(
                user=subject,
                role=given["role"],
                division_code=given["division_code"].strip(),
                reason=given["reason"],
                valid_to=timezone.make_aware(datetime.combine(until, time.min)) if until else None,
                actor=current_user(request),
                request=request,
            )
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
        else:
            name = gettext(rules.ROLES[given["role"]].name_zh)
            messages.success(request, gettext("已授予“%(role)s”角色。") % {"role": name})
            return redirect("accounts:user", pk=pk)
    return _show(request, grants, subject, form)


@require_http_methods(["GET", "POST"])
@office(Permission.ACCOUNTS_MANAGE)
@confirmed
def role_end(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Ask for the reason, then end a role."""
    assignment = get_object_or_404(RoleAssignment.objects.select_related("user"), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            roles.end(
                assignment=assignment,
                reason=form.cleaned_data["reason"],
                actor=current_user(request),
                request=request,
            )
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
        else:
            messages.success(request, gettext("已终止该角色。"))
            return redirect("accounts:user", pk=assignment.user_id)
    context = {"form": form, "assignment": assignment}
    return render(request, "accounts/role_end.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.ACCOUNTS_MANAGE)
def user_unlock(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Let a locked-out person try again."""
    subject = get_object_or_404(User, pk=pk)
    try:
        services.unlock(user=subject, actor=current_user(request), request=request)
    except ForbiddenError as error:
        return refused(request, error)
    messages.success(request, gettext("已解除登录限制，可以重新登录。"))
    return redirect("accounts:user", pk=pk)


@require_POST
@office(Permission.ACCOUNTS_MANAGE)
@confirmed
def user_active(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Disable or enable an account."""
    subject = get_object_or_404(User, pk=pk)
    active = request.POST.get("active") == "1"
    try:
        services.set_active(user=subject, active=active, actor=current_user(request), request=request)
    except ForbiddenError as error:
        return refused(request, error)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, gettext("账号已启用。") if active else gettext("账号已停用，其全部会话已结束。"))
    return redirect("accounts:user", pk=pk)
