"""A team's page for everybody, and its people's: colleagues, members, trainings, what it says of itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.asked import whole
from shetong.core.errors import DomainError
from shetong.volunteering.forms import division_code
from shetong.volunteering.forms_people import StaffForm, TeamChangeForm, TrainingForm
from shetong.volunteering.models import (
    Activity,
    ActivityState,
    Membership,
    MembershipState,
    StaffRole,
    Team,
    TeamState,
    Training,
)
from shetong.volunteering.queries import marks, staff
from shetong.volunteering.services import members, teams
from shetong.volunteering.views.hall import _blame
from shetong.volunteering.views.portal import volunteer_of


@require_safe
def public(request: HttpRequest, number: str) -> HttpResponse:
    """Show a team to everybody: who it is, what it does, how to join it."""
    team = Team.objects.select_related("organisation", "parent").filter(number=number).first()
    if team is None or team.state not in (TeamState.ACTIVE, TeamState.SUSPENDED):
        raise Http404
    who = volunteer_of(request)
    mine = who.memberships.filter(team=team).order_by("-id").first() if who else None
    recruiting = Activity.objects.filter(team=team, state=ActivityState.RECRUITING).order_by("-published_at")
    context = {
        "team": team, "place": divisions.full_name(team.division_code),
        "members": team.memberships.filter(state=MembershipState.MEMBER).count(),
        "activities": recruiting[:20], "mine": mine,
        "marked": bool(team.organisation_id and marks.is_marked(team.organisation_id)),
        "branches": team.branches.filter(state=TeamState.ACTIVE).order_by("name")[:50],
    }  # fmt: skip
    return render(request, "volunteering/team.html", context)


@never_cache
@require_safe
@login_required
def page(request: HttpRequest, team: int) -> HttpResponse:
    """Show a team to the people who work for it."""
    return _page(request, _team(request, team))


@require_POST
@login_required
def act(request: HttpRequest, team: int, name: str) -> HttpResponse:
    """Carry out an act on a team: its words, a role, a member, a training."""
    found = _team(request, team)
    user = current_user(request)
    try:
        if name == "change":
            return _change(request, found)
        if name == "grant":
            return _grant(request, found)
        if name == "training":
            return _training(request, found)
        if name == "end-role":
            teams.end_role(actor=user, role_id=_number(request))
        elif name in ("admit", "refuse"):
            _own_membership(found, _number(request))
            teams.decide(
                actor=user, membership_id=_number(request), admits=name == "admit",
                reason=request.POST.get("reason", ""),
            )  # fmt: skip
        elif name == "withdraw-training":
            if not Training.objects.filter(pk=_number(request), team=found).exists():
                raise Http404
            members.withdraw_training(actor=user, training_id=_number(request), reason=request.POST.get("reason", ""))
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经保存。"))
    return redirect("volunteering:organise-team", team=found.pk)


def _change(request: HttpRequest, team: Team) -> HttpResponse:
    form = TeamChangeForm(request.POST)
    if form.is_valid():
        given = dict(form.cleaned_data)
        questions = given.pop("questions")
        given["division_code"] = division_code(given["division_code"])
        try:
            members.change_team(actor=current_user(request), team_id=team.pk, values=given, questions=questions)
        except DomainError as error:
            _blame(form, error)
        else:
            return _saved(request, team)
    return _page(request, team, change=form)


def _grant(request: HttpRequest, team: Team) -> HttpResponse:
    form = StaffForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            members.grant_by_number(
                actor=current_user(request), team_id=team.pk, number=given["number"], role=StaffRole(given["role"])
            )
        except DomainError as error:
            _blame(form, error)
        else:
            return _saved(request, team)
    return _page(request, team, colleague=form)


def _training(request: HttpRequest, team: Team) -> HttpResponse:
    form = TrainingForm(request.POST)
    if form.is_valid():
        given = form.values()
        try:
            volunteer = members.known(given.pop("number"))
            teams.record_training(actor=current_user(request), team_id=team.pk, volunteer=volunteer, **given)
        except DomainError as error:
            _blame(form, error)
        else:
            return _saved(request, team)
    return _page(request, team, training=form)


def _saved(request: HttpRequest, team: Team) -> HttpResponse:
    messages.success(request, _("已经保存。"))
    return redirect("volunteering:organise-team", team=team.pk)


def _number(request: HttpRequest) -> int:
    return whole(request.POST.get("pk", "")) or 0


def _own_membership(team: Team, pk: int) -> None:
    if not Membership.objects.filter(pk=pk, team=team).exists():
        raise Http404


def _team(request: HttpRequest, pk: int) -> Team:
    found = Team.objects.select_related("organisation").filter(pk=pk).first()
    if found is None or not staff.holds(current_user(request), pk, StaffRole.TIMEKEEPER):
        raise Http404
    return found


def _page(
    request: HttpRequest, team: Team, *, change: TeamChangeForm | None = None, colleague: StaffForm | None = None,
    training: TrainingForm | None = None,
) -> HttpResponse:  # fmt: skip
    user = current_user(request)
    initial = {
        **{name: getattr(team, name) for name in ("address", "contact", "contact_phone", "about", "admits_members")},
        "division_code": divisions.full_name(team.division_code),
        "questions": members.write_questions(team.questions),
    }
    applied = team.memberships.filter(state=MembershipState.APPLIED).select_related("volunteer").order_by("pk")
    context: dict[str, Any] = {
        "team": team,
        "leads": staff.holds(user, team.pk, StaffRole.LEADER),
        "organises": staff.holds(user, team.pk, StaffRole.ORGANISER),
        "staff": team.staff.filter(until__isnull=True).select_related("user").order_by("pk"),
        "applied": [
            (each, [(question, answer) for question, answer in each.answers.items() if answer])
            for each in applied[:100]
        ],
        "members": team.memberships.filter(state=MembershipState.MEMBER).select_related("volunteer")[:200],
        "trainings": team.trainings.select_related("volunteer").order_by("-id")[:100],
        "templates": team.templates.order_by("title"),
        "change": change or TeamChangeForm(initial=initial), "colleague": colleague or StaffForm(),
        "training": training or TrainingForm(),
    }  # fmt: skip
    bound = change or colleague or training
    context["bound"] = bound
    return render(request, "volunteering/organise_team.html", context, status=422 if bound else 200)
