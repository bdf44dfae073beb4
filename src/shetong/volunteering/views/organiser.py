"""The organiser's pages in the service hall: teams, activities, posts, sessions, who signed up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.errors import DomainError
from shetong.volunteering.forms import TeamForm, division_code
from shetong.volunteering.forms_activities import ActivityForm, PostForm, SessionsForm
from shetong.volunteering.models import Activity, Signup, SignupState, StaffRole, TeamKind
from shetong.volunteering.queries import activities as queries
from shetong.volunteering.queries import staff
from shetong.volunteering.services import activities, cancelling, places, teams
from shetong.volunteering.views.hall import _blame

PAGE, SHIFTS = 50, 20


@never_cache
@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show one's teams and their activities."""
    user = current_user(request)
    context = {"teams": staff.teams_of(user), "activities": queries.of_organiser(user)[:50]}
    return render(request, "volunteering/organise.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_team(request: HttpRequest) -> HttpResponse:
    """Begin a team."""
    form = TeamForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["division_code"] = division_code(given["division_code"])
        try:
            teams.found(actor=current_user(request), kind=TeamKind(given.pop("kind")), values=given)
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("团体已经提交，核实以后就可以发起活动。"))
            return redirect("volunteering:organise")
    context = {"form": form, "heading": _("建立志愿团体"), "button": _("提交")}
    return render(request, "volunteering/form.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_activity(request: HttpRequest, team: int) -> HttpResponse:
    """Begin an activity of a team."""
    user = current_user(request)
    if not staff.holds(user, team, StaffRole.ORGANISER):
        raise Http404
    form = ActivityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        given = {name: value for name, value in values.items() if value != "" or name in ("title", "content")}
        try:
            activity = activities.draft(actor=user, team_id=team, values=given)
        except DomainError as error:
            _blame(form, error)
        else:
            return redirect("volunteering:organise-activity", pk=activity.pk)
    context = {"form": form, "heading": _("发起活动"), "button": _("保存，去设岗位")}
    return render(request, "volunteering/activity_form.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@login_required
def activity_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an activity to its organisers: what is missing, posts, sessions, sign-ups."""
    activity = _activity(request, pk)
    return _page(request, activity, PostForm(), SessionsForm())


@require_POST
@login_required
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Carry out an act on an activity: post, sessions, publish, close, reopen, cancel, template."""
    activity = _activity(request, pk)
    user = current_user(request)
    given = {"actor": user, "activity_id": pk}
    post, sessions = PostForm(), SessionsForm()
    try:
        if name == "post":
            post = PostForm(request.POST)
            if not post.is_valid():
                return _page(request, activity, post, sessions, status=422)
            activities.add_post(**given, values=post.values())  # type: ignore[arg-type]
        elif name == "sessions":
            sessions = SessionsForm(request.POST)
            if not sessions.is_valid():
                return _page(request, activity, post, sessions, status=422)
            activities.add_sessions(
                actor=user, activity_id=pk, starts_at=sessions.starts_at(), minutes=sessions.cleaned_data["minutes"],
                rule=sessions.cleaned_data["rule"], until=sessions.last_day(),
            )  # fmt: skip
        elif name == "publish":
            done = activities.publish(actor=user, activity_id=pk)
            messages.success(request, _("已提交审核。") if done.state == "review" else _("已经发布，开始招募。"))
        elif name in ("close", "reopen"):
            getattr(activities, name)(actor=user, activity_id=pk)
        elif name == "cancel":
            cancelling.cancel(actor=user, activity_id=pk, reason=request.POST.get("reason", ""))
            messages.success(request, _("活动已经取消，报名的人都会收到通知。"))
        else:
            raise Http404
    except DomainError as error:
        form = post if name == "post" else sessions
        if name in ("post", "sessions"):
            _blame(form, error)
            return _page(request, activity, post, sessions, status=422)
        messages.error(request, error.message + " ".join(error.fields.values()))
    return redirect("volunteering:organise-activity", pk=pk)


@require_POST
@login_required
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Admit or refuse somebody who signed up."""
    signup = Signup.objects.select_related("shift__post").filter(pk=pk).first()
    if signup is None or name not in ("admit", "refuse"):
        raise Http404
    activity = _activity(request, signup.shift.post.activity_id)
    try:
        if name == "admit":
            places.admit(signup_id=pk, actor=current_user(request))
        else:
            places.refuse(signup_id=pk, actor=current_user(request), reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("volunteering:organise-activity", pk=activity.pk)


def _activity(request: HttpRequest, pk: int) -> Activity:
    activity = Activity.objects.select_related("team").filter(pk=pk).first()
    if activity is None or not staff.holds(current_user(request), activity.team_id, StaffRole.ORGANISER):
        raise Http404
    return activity


def _page(request: HttpRequest, activity: Activity, post: Any, sessions: Any, *, status: int = 200) -> HttpResponse:
    past = request.GET.get("show") == "past"
    shifts, signed = queries.organisers_shifts(activity, past=past), queries.organisers_signups(activity)
    context = {
        "activity": activity, "post_form": post, "session_form": sessions,
        "now": timezone.now(),
        "posts": activity.posts.order_by("pk"),
        "place": divisions.full_name(activity.division_code),
        "past": past, "past_query": "show=past&" if past else "",
        "has_past": queries.organisers_shifts(activity, past=not past).exists(),
        "shifts": Paginator(shifts, SHIFTS).get_page(request.GET.get("shifts")),
        "applied": signed.filter(state=SignupState.APPLIED).count(),
        "signups": Paginator(signed, PAGE).get_page(request.GET.get("signups")),
    }  # fmt: skip
    return render(request, "volunteering/organise_activity.html", context, status=status)
