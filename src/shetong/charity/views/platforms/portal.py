"""For everybody: the list of designated platforms, one platform with its pages, and complaints about what it shows."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts import client
from shetong.charity.models import ActivityPage, PageState, Platform
from shetong.charity.queries.platforms import standing
from shetong.charity.services.platforms import complaints
from shetong.core.errors import DomainError, InvalidInputError
from shetong.registry.services import api_rates

SHOWN = 100
# Complaints that one address may make in an hour.
MOST_COMPLAINTS = 5


@require_safe
def platforms(request: HttpRequest) -> HttpResponse:
    """List designated platforms, and those that left."""
    today = timezone.localdate()
    context = {
        "designated": standing.designated(today),
        "left": Platform.objects.filter(withdrawn_on__lte=today).order_by("-withdrawn_on", "pk")[:SHOWN],
        "demo": Platform.objects.filter(demo=True).exists(),
    }
    return render(request, "charity/platforms/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def platform(request: HttpRequest, code: str) -> HttpResponse:
    """Show a platform with what it publishes now; take a complaint about it."""
    found = get_object_or_404(Platform, code=code)
    asked = {"page": "", "text": "", "contact": ""}
    errors: dict[str, str] = {}
    if request.method == "POST":
        asked = {name: request.POST.get(name, "").replace("\0", "") for name in asked}
        try:
            if len(asked["text"].strip()) >= complaints.SHORTEST and not _allowed(request):
                raise InvalidInputError(
                    "", fields={"text": _("提交次数过多，请一小时以后再试；情况紧急的，请直接联系民政部门。")}
                )
            made = complaints.make(platform=found, **asked)
        except DomainError as error:
            errors = error.fields
        else:
            text = _("已经转给平台，平台应当在%(day)s前答复。") % {"day": made.due_on.isoformat()}
            messages.success(request, text)
            return redirect("charity:platform", code=found.code)
    pages = ActivityPage.objects.select_related("activity__plan__organisation").filter(
        platform=found, state=PageState.PUBLISHED
    )
    context = {
        "platform": found,
        "designated": found.designated(timezone.localdate()),
        "pages": pages.order_by("-published_at")[:SHOWN],
        "asked": asked,
        "errors": errors,
    }
    return render(request, "charity/platforms/platform.html", context, status=422 if errors else 200)


def _allowed(request: HttpRequest) -> bool:
    subject = f"platform-complaint {client.address(request)}"
    return api_rates.spend(subject, limit=MOST_COMPLAINTS, window=3600).allowed
