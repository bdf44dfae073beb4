"""Stars and honours: for everybody, for the volunteer, and in the office."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError, NotFoundError
from shetong.volunteering.forms_honours import HonourForm
from shetong.volunteering.models import (
    Honour,
    Partner,
    PartnerState,
    StarAward,
    StarState,
    Story,
    StoryState,
    Team,
    Volunteer,
)
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.rules import service_certificates, stars
from shetong.volunteering.services import honours as services
from shetong.volunteering.services import members
from shetong.volunteering.services import stars as star_services
from shetong.volunteering.views.hall import _blame, _own
from shetong.volunteering.views.parts import part


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """Show everybody who reached a star lately, and the honours of authorities."""
    awarded = part(request, queries.announced(), size=30, name="stars")
    honoured = part(request, queries.honours(), size=30, name="honours")
    people = [award.volunteer for award in awarded] + [each.volunteer for each in honoured if each.volunteer]
    names = queries.public_names(people)
    context = {
        "awards": [(award, names[award.volunteer_id], stars.NAMES[award.star]) for award in awarded],
        "awarded": awarded, "honoured": honoured,
        "honours": [(each, each.team.name if each.team else names[each.volunteer_id or 0]) for each in honoured],
        "thresholds": [
            (stars.NAMES[star], least // 60) for star, least in stars.thresholds(timezone.localdate()).items()
        ],
    }  # fmt: skip
    return render(request, "volunteering/honours.html", context)


@never_cache
@require_safe
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Show one's stars, what is missing to the next, and one's honours."""
    who = _own(request)
    minutes, today = queries.confirmed_minutes(who.pk), timezone.localdate()
    ahead = stars.missing(minutes, today)
    highest = queries.highest_star(who)
    context = {
        "volunteer": who, "hours": service_certificates.hours(minutes),
        "highest": highest, "highest_name": stars.NAMES[highest.star] if highest else "",
        "awards": [(award, stars.NAMES[award.star]) for award in who.stars.order_by("-star", "-awarded_at")],
        "next": (stars.NAMES[ahead[0]], service_certificates.hours(ahead[1])) if ahead else None,
        "honours": who.honours.filter(revoked_at__isnull=True).order_by("-granted_on"),
    }  # fmt: skip
    return render(request, "volunteering/own_honours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.VOLUNTEERING_MANAGE)
def office_page(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Record honours; look at stars in doubt, texts and partners that wait."""
    form = HonourForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            volunteer, team = _receiver("".join(given.pop("receiver").split()).upper())
            services.grant(actor=current_user(request), volunteer=volunteer, team=team, **given)
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("表彰已经记录，本人会收到通知。"))
            return redirect("volunteering:office-honours")
    places = grants.jurisdictions(Permission.VOLUNTEERING_MANAGE)
    doubted = StarAward.objects.filter(queries.within(places, "volunteer__division_code"), state=StarState.REVIEW)
    starred = part(request, doubted.select_related("volunteer").order_by("pk"), size=20, name="stars")
    stories = Story.objects.filter(queries.within(places), state__in=(StoryState.REVIEW, StoryState.PUBLISHED))
    partners = Partner.objects.filter(queries.within(places)).exclude(state=PartnerState.CLOSED)
    honours = Honour.objects.filter(queries.within(places)).select_related("volunteer", "team")
    context = {
        "form": form, "starred": starred,
        "stars": [
            (award, stars.NAMES[award.star], service_certificates.hours(queries.confirmed_minutes(award.volunteer_id)))
            for award in starred
        ],
        # What waits comes first: “review” is behind “published” and “pending” behind “active” in the alphabet.
        "stories": part(request, stories.order_by("-state", "pk"), size=20, name="stories"),
        "partners": part(request, partners.order_by("-state", "pk"), size=20, name="partners"),
        "honours": part(request, honours.order_by("-id"), size=30, name="honours"),
    }  # fmt: skip
    return render(request, "volunteering/office_honours.html", context, status=422 if form.is_bound else 200)


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def office_revoke(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Take an honour back."""
    try:
        services.revoke(actor=current_user(request), honour_id=pk, reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("volunteering:office-honours")


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def office_star(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Withdraw a star whose hours fell."""
    try:
        star_services.withdraw(actor=current_user(request), award_id=pk, reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("volunteering:office-honours")


def _receiver(number: str) -> tuple[Volunteer | None, Team | None]:
    if number.startswith("T"):
        team = Team.objects.filter(number=number).first()
        if team is None:
            raise NotFoundError(
                _("没有这个编号的团体，请核对。"), fields={"receiver": _("没有这个编号的团体，请核对。")}
            )
        return None, team
    try:
        return members.known(number), None
    except NotFoundError as error:
        raise NotFoundError(error.message, fields={"receiver": error.message}) from error
