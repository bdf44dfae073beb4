"""For a platform's engineers: their programs, the certification test, what is open with the authority."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.models import User
from shetong.accounts.views.own import current_user
from shetong.charity.models import Discrepancy, Platform, PlatformClient, PlatformEnvironment
from shetong.charity.queries.platforms import certification, supervision
from shetong.charity.rules import sandbox_world
from shetong.charity.services.platforms import access, complaints
from shetong.core.asked import whole
from shetong.core.errors import DomainError

SHOWN = 100


@never_cache
@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """List the platforms that one looks after."""
    found = Platform.objects.filter(members__user=current_user(request), members__left_at__isnull=True)
    return render(request, "charity/platforms/own.html", {"platforms": found.order_by("pk")})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def programs(request: HttpRequest, code: str) -> HttpResponse:
    """Show programs and the certification test; register a program."""
    user = current_user(request)
    platform = _own(user, code)
    asked = {name: request.POST.get(name, "") for name in ("environment", "public_key", "label")}
    errors: dict[str, str] = {}
    made = None
    if request.method == "POST":
        try:
            if asked["environment"] not in PlatformEnvironment.values:
                raise Http404
            made = access.create_client(
                platform=platform,
                environment=PlatformEnvironment(asked["environment"]),
                public_key=asked["public_key"],
                label=asked["label"].replace("\0", ""),
                actor=user,
            )
            asked = dict.fromkeys(asked, "")
        except DomainError as error:
            errors = error.fields or {"environment": error.message}
    steps = certification.progress(platform)
    context = {
        "platform": platform,
        "designated": platform.designated(timezone.localdate()),
        "clients": platform.clients.order_by("-pk")[:SHOWN],
        "steps": [(_(one.step.title), _(one.step.how), one.passed_at) for one in steps],
        "passed": sum(one.passed_at is not None for one in steps),
        "all": len(steps),
        "world": sandbox_world.WORLD,
        "asked": asked,
        "errors": errors,
        "made": made,
        "members": platform.members.filter(left_at__isnull=True).select_related("user").order_by("pk"),
        "unanswered": platform.complaints.filter(answered_at__isnull=True).count(),
        "open": Discrepancy.objects.filter(
            reconciliation__platform=platform, closed_at__isnull=True, explained=False
        ).count(),
    }
    return render(request, "charity/platforms/programs.html", context, status=422 if errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Revoke a program."""
    user = current_user(request)
    platform = _own(user, code)
    try:
        access.revoke_client(client=get_object_or_404(PlatformClient, pk=pk, platform=platform), actor=user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经吊销，它的令牌同时失效。"))
    return redirect("charity:platform-programs", code=platform.code)


@login_required
@require_POST
def member(request: HttpRequest, code: str) -> HttpResponse:
    """Add a colleague by name of account, or remove a member by number."""
    user = current_user(request)
    platform = _own(user, code)
    try:
        if leaving := request.POST.get("leaving", ""):
            access.remove_member(platform=platform, number=whole(leaving) or 0, actor=user)
        else:
            access.add_member(platform=platform, username=request.POST.get("username", ""), actor=user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("技术负责人已经更新。"))
    if not platform.members.filter(user=user, left_at__isnull=True).exists():
        return redirect("charity:own-platforms")
    return redirect("charity:platform-programs", code=platform.code)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def complained(request: HttpRequest, code: str) -> HttpResponse:
    """Show the complaints about a platform's pages, those without answer first; answer one."""
    user = current_user(request)
    platform = _own(user, code)
    number, text, fault = 0, "", ""
    if request.method == "POST":
        number, text = whole(request.POST.get("complaint", "")) or 0, request.POST.get("text", "")
        try:
            complaints.answer_by(user, number, text, platform=platform)
        except DomainError as error:
            fault = error.message
        else:
            messages.success(request, _("答复已经记下。"))
            return redirect("charity:platform-complained", code=platform.code)
    context = {
        "platform": platform,
        "complaints": supervision.complaints_of(platform.pk)[:SHOWN],
        "today": timezone.localdate(),
        "number": number,
        "text": text,
        "fault": fault,
    }
    return render(request, "charity/platforms/complained.html", context, status=422 if fault else 200)


def _own(user: User, code: str) -> Platform:
    return get_object_or_404(Platform, code=code, members__user=user, members__left_at__isnull=True)
