"""The volunteer's pages in the service hall: registration, sign-ups, profile, one's own data."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.errors import DomainError
from shetong.volunteering.forms import QUARTERS, WEEKDAYS, GuardianForm, ProfileForm, RegistrationForm, TimesField
from shetong.volunteering.models import ConsentPurpose, Shift, SignupState, Volunteer, VolunteerState
from shetong.volunteering.queries import signups as queries
from shetong.volunteering.queries.honours import star_name
from shetong.volunteering.services import erasure, guardians, holdings, places, signups, tokens, volunteers
from shetong.volunteering.services.volunteers import Registration
from shetong.volunteering.views.calendar import calendar_of
from shetong.volunteering.views.portal import volunteer_of


@never_cache
@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show one's registration and sign-ups: what comes, what waits and where in the queue."""
    who = volunteer_of(request)
    if who is None:
        return redirect("volunteering:register")
    rows = [
        {"signup": signup, "queue": queries.queue_place(signup), "open": signup.state in _OPEN}
        for signup in queries.of_volunteer(who)[:50]
    ]
    suspended = who.suspensions.filter(ended_at__isnull=True).first() if who.state == VolunteerState.SUSPENDED else None
    context = {"volunteer": who, "rows": rows, "star": star_name(who), "suspension": suspended}
    return render(request, "volunteering/hall.html", context)


_OPEN = (SignupState.APPLIED, SignupState.WAITING, SignupState.OFFERED, SignupState.HELD)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Register as a volunteer under one's real name."""
    if volunteer_of(request) is not None:
        return redirect("volunteering:hall")
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            volunteer = volunteers.register(
                user=current_user(request),
                given=Registration(
                    name=given["name"], identity_number=given["identity_number"], phone=given["phone"],
                    consents=given["consents"], emergency=given["emergency"], profile=form.profile(),
                ),
            )  # fmt: skip
        except DomainError as error:
            _blame(form, error)
        else:
            if volunteer.state == "pending":
                return redirect("volunteering:guardian")
            messages.success(request, _("注册完成，您的志愿者编号是 %(number)s。") % {"number": volunteer.number})
            return redirect(_next(request))
    chosen = request.POST.getlist("consents")
    purposes = [(code, label, code in chosen, code in volunteers.NEEDED) for code, label in ConsentPurpose.choices]
    context = {"form": form, "purposes": purposes, "next": request.GET.get("next", "")}
    return render(request, "volunteering/register.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def guardian(request: HttpRequest) -> HttpResponse:
    """Ask a guardian for their consent, and take the code that they were sent."""
    who = _own(request)
    form = GuardianForm(request.POST if "name" in request.POST else None)
    if request.method == "POST":
        try:
            if "code" in request.POST:
                guardians.give(user=current_user(request), code=request.POST["code"])
                messages.success(request, _("注册完成，您的志愿者编号是 %(number)s。") % {"number": who.number})
                return redirect("volunteering:hall")
            form.is_valid()
            guardians.ask(user=current_user(request), **form.cleaned_data)
            messages.success(request, _("同意码已经发给监护人，请向监护人询问。"))
            return redirect("volunteering:guardian")
        except DomainError as error:
            if form.is_bound:
                _blame(form, error)
            else:
                messages.error(request, error.message)
                return redirect("volunteering:guardian")
    asked = who.guardian_consents.filter(revoked_at__isnull=True, given_at__isnull=True).exists()
    context = {"form": form, "asked": asked, "volunteer": who}
    return render(request, "volunteering/guardian.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Change skills, place and wishes."""
    who = _own(request)
    spot = f"{who.longitude},{who.latitude}" if who.longitude is not None else ""
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={
            "division_code": divisions.full_name(who.division_code) if who.division_code else "", "spot": spot,
            "reach_km": who.reach_km, "skills": who.skills, "languages": who.languages, "fields_": who.fields,
            "times": TimesField.ticked(who.times),
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            volunteers.change_profile(user=current_user(request), profile=form.profile())
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("资料已经保存。"))
            return redirect("volunteering:hall")
    context = {"form": form, "volunteer": who, "week": week(form), "quarters": QUARTERS}
    return render(request, "volunteering/profile.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def sign_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign up for a shift and go back to the activity, or to what is missing first."""
    who = volunteer_of(request)
    shift = Shift.objects.select_related("post__activity").filter(pk=pk).first()
    if shift is None:
        raise Http404
    back = f"/volunteering/activities/{shift.post.activity.number}/"
    if who is None:
        return redirect(f"/hall/volunteering/register/?next={back}")
    try:
        answer = signups.sign_up(shift_id=pk, volunteer_id=who.pk)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(back)
    if answer.state == SignupState.WAITING:
        messages.success(
            request, _("名额已满，您已进入候补，现在是第 %(place)d 位。有名额时会通知您。") % {"place": answer.queue}
        )
    elif answer.state == SignupState.APPLIED:
        messages.success(request, _("报名已经提交，等待发起团体审核。"))
    else:
        messages.success(request, _("报名成功。请准时参加；不能参加的，请尽早取消，把名额让给别人。"))
    return redirect(back)


@require_POST
@login_required
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Withdraw or confirm one of one's sign-ups."""
    acts: dict[str, Any] = {"withdraw": places.withdraw, "confirm": places.confirm}
    if name not in acts or queries.one_of(_own(request).pk, pk) is None:
        raise Http404
    try:
        acts[name](signup_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经取消报名。") if name == "withdraw" else _("已经确认，请准时参加。"))
    return redirect("volunteering:hall")


@never_cache
@require_safe
@login_required
def own_calendar(request: HttpRequest) -> HttpResponse:
    """Hand out one's own shifts as iCalendar."""
    who = _own(request)
    rows = queries.of_volunteer(who).filter(state__in=(SignupState.HELD, SignupState.OFFERED, SignupState.PRESENT))
    entries = [(signup.shift.post.activity, signup.shift.session) for signup in rows[:200]]
    return HttpResponse(calendar_of(_("我的志愿服务"), entries), content_type="text/calendar; charset=utf-8")


@never_cache
@require_safe
@login_required
def own_data(request: HttpRequest) -> HttpResponse:
    """Hand out everything that is kept of oneself."""
    _own(request)
    response = JsonResponse(holdings.export(user=current_user(request)), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="volunteer.json"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """End one's registration after a question."""
    who = _own(request)
    if request.method == "POST":
        erasure.erase(user=current_user(request))
        messages.success(request, _("志愿者注册已经注销，个人信息已经删除。"))
        return redirect("volunteering:find")
    return render(request, "volunteering/leave.html", {"volunteer": who})


@never_cache
@require_POST
@login_required
def token(request: HttpRequest) -> HttpResponse:
    """Show a new token for one's own program, once; or end all of them."""
    who = _own(request)
    if request.POST.get("do") == "end":
        tokens.end_all(volunteer=who, actor=current_user(request))
        messages.success(request, _("以前的令牌都已失效。"))
        return redirect("volunteering:hall")
    return render(request, "volunteering/token.html", {"token": tokens.issue(who)})


def week(form: ProfileForm) -> list[tuple[Any, list[Any]]]:
    """Return the days of a week with the boxes of their quarters."""
    boxes = list(form["times"])
    return [(day, boxes[4 * number : 4 * number + 4]) for number, day in enumerate(WEEKDAYS)]


def _own(request: HttpRequest) -> Volunteer:
    who = volunteer_of(request)
    if who is None:
        raise Http404
    return who


def _next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    return wanted if wanted.startswith("/volunteering/") else "volunteering:hall"


def _blame(form: Any, error: DomainError) -> None:
    names = {"fields": "fields_"}
    for name, text in error.fields.items():
        known = names.get(name, name)
        form.add_error(known if known in form.fields else None, text)
    if not error.fields:
        form.add_error(None, error.message)
