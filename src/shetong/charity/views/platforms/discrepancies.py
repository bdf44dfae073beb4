"""Discrepancies worked off by both sides: the platform's, the charity's and the office's page of one list."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import grants_of
from shetong.accounts.rules import NATIONAL, Permission
from shetong.accounts.views.own import current_user
from shetong.casework.queries import mandates
from shetong.charity.models import Discrepancy, PlatformMember, Side
from shetong.charity.rules.platform_errors import ALL
from shetong.charity.services.platforms import reconciliation
from shetong.charity.views import words
from shetong.core.errors import DomainError

PAGE = 50


@never_cache
@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What is open of the platforms and organisations that one acts for."""
    user = current_user(request)
    codes = [mandate.organisation_code for mandate in mandates.organisations(user)]
    mine = Discrepancy.objects.filter(reconciliation__platform__members__user=user) | Discrepancy.objects.filter(
        organisation__uscc__in=codes
    )
    return render(request, "charity/platforms/discrepancies.html", {"rows": rows(mine.distinct(), user)})


@login_required
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what one's side says."""
    user = current_user(request)
    found = get_object_or_404(Discrepancy.objects.select_related("reconciliation", "organisation"), pk=pk)
    side = side_of(user, found)
    if side is None:
        raise Http404
    try:
        reconciliation.say(
            discrepancy=found,
            side=side,
            text=request.POST.get("text", ""),
            settles=request.POST.get("settles") == "1",
            actor=user,
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("说明已经记下，对方可以看到。"))
    if side is Side.OFFICE:
        return redirect("charity:office-platform", code=found.reconciliation.platform.code)
    return redirect("charity:discrepancies")


def side_of(user: User, discrepancy: Discrepancy) -> Side | None:
    """For whom somebody speaks of a discrepancy; ``None`` for strangers."""
    platform = discrepancy.reconciliation.platform_id
    if PlatformMember.objects.filter(platform_id=platform, user=user, left_at__isnull=True).exists():
        return Side.PLATFORM
    organisation = discrepancy.organisation
    if organisation is not None and mandates.holds(user, organisation.public_code):
        return Side.CHARITY
    where = organisation.division_code if organisation else NATIONAL
    return Side.OFFICE if grants_of(user).may(Permission.CASE_REVIEW, where) else None


def rows(found: QuerySet[Discrepancy], user: User) -> list[dict[str, object]]:
    """Lines of the list, those that are open first."""
    chosen: Iterable[Discrepancy] = (
        found.filter(closed_at__isnull=True)
        .select_related("reconciliation__platform", "organisation")
        .prefetch_related("notes")
        .order_by("explained", "-pk")[:PAGE]
    )
    return [
        {
            "row": one,
            "kind": _(str(one.get_kind_display())),
            "theirs": "" if one.theirs is None else words.money(one.theirs),
            "ours": "" if one.ours is None else words.money(one.ours),
            "hint": _(ALL[one.hint].title) if one.hint in ALL else "",
            "notes": [(_(str(note.get_side_display())), note) for note in one.notes.all()],
            "may": side_of(user, one) is not None,
        }
        for one in chosen
    ]
