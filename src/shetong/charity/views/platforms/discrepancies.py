"""Discrepancies worked off by both sides: the platform's, the charity's and the office's page of one list."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
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
    speaker = Speaker(user)
    mine = Discrepancy.objects.filter(
        Q(reconciliation__platform__in=speaker.platforms) | Q(organisation__uscc__in=speaker.organisations)
    )
    return render(request, "charity/platforms/discrepancies.html", {"rows": rows(mine, user)})


@login_required
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what one's side says."""
    user = current_user(request)
    found = get_object_or_404(
        Discrepancy.objects.select_related("reconciliation__platform", "organisation__authority"), pk=pk
    )
    side = Speaker(user).side(found)
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


class Speaker:
    """For whom somebody speaks: platforms and organisations by their own people, others by their authority."""

    def __init__(self, user: User) -> None:
        member = PlatformMember.objects.filter(user=user, left_at__isnull=True)
        self.platforms = frozenset(member.values_list("platform_id", flat=True))
        self.organisations = frozenset(one.organisation_code for one in mandates.organisations(user))
        self.grants = grants_of(user)

    def side(self, discrepancy: Discrepancy) -> Side | None:
        """For whom of a discrepancy's sides; ``None`` for strangers."""
        if discrepancy.reconciliation.platform_id in self.platforms:
            return Side.PLATFORM
        organisation = discrepancy.organisation
        if organisation is not None and organisation.public_code in self.organisations:
            return Side.CHARITY
        where = organisation.authority.division_code if organisation else NATIONAL
        return Side.OFFICE if self.grants.may(Permission.CASE_REVIEW, where) else None


def rows(found: QuerySet[Discrepancy], user: User) -> list[dict[str, object]]:
    """Lines of the list, those that are open first. Four queries beside those of who speaks."""
    speaker = Speaker(user)
    chosen: Iterable[Discrepancy] = (
        found.filter(closed_at__isnull=True)
        .select_related("reconciliation__platform", "organisation__authority")
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
            "may": speaker.side(one) is not None,
        }
        for one in chosen
    ]
