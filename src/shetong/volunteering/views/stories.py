"""Thanks and stories: read by everybody, written by who is logged in, looked at in the office."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError
from shetong.volunteering.forms_honours import StoryForm
from shetong.volunteering.models import Story, StoryKind
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.services import honours as services
from shetong.volunteering.views.hall import _blame
from shetong.volunteering.views.parts import part


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """Show the published texts."""
    kind = request.GET.get("kind", "")
    rows = part(request, queries.published(kind=kind if kind in StoryKind.values else ""), size=20)
    context = {"rows": rows, "kinds": StoryKind.choices, "kind": kind, "demo": any(row.demo for row in rows)}
    return render(request, "volunteering/stories.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def write(request: HttpRequest) -> HttpResponse:
    """Write a word of thanks or a story; show what became of one's own."""
    user = current_user(request)
    form = StoryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            services.write(author=user, kind=StoryKind(given.pop("kind")), **given)
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("已经提交，审核以后发布。"))
            return redirect("volunteering:story-write")
    context = {"form": form, "rows": part(request, Story.objects.filter(author=user).order_by("-id"), size=20)}
    return render(request, "volunteering/story_write.html", context, status=422 if form.is_bound else 200)


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def office_decide(request: HttpRequest, grants: Grants, pk: int, act: str) -> HttpResponseBase:
    """Publish a text, return it, or take it down."""
    if act not in ("publish", "return", "remove"):
        raise Http404
    try:
        services.decide(actor=current_user(request), story_id=pk, act=act, reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("volunteering:office-honours")
