"""The organiser's pages of service time: a session's code, list and end; the team's records."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.core.asked import whole
from shetong.core.errors import DomainError
from shetong.volunteering.forms_hours import CorrectionForm, RecordForm, local
from shetong.volunteering.models import (
    COUNTED,
    HOLDING,
    Objection,
    PresenceAct,
    RecordState,
    ServiceRecord,
    Session,
    Signup,
    SignupState,
    StaffRole,
    Team,
)
from shetong.volunteering.queries import records as queries
from shetong.volunteering.queries import staff
from shetong.volunteering.rules.hours import whole_minutes
from shetong.volunteering.services import attendance, closing, leaving, objections
from shetong.volunteering.services import hours as services
from shetong.volunteering.views.hall import _blame
from shetong.volunteering.views.hours import row


@never_cache
@require_safe
@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has a place in a session, who came and left, and the records that wait."""
    session = _session(request, pk)
    signups = (
        Signup.objects.filter(shift__session=session, state__in=HOLDING)
        .select_related("volunteer", "shift__post").prefetch_related("presences").order_by("shift", "ticket")
    )  # fmt: skip
    records = ServiceRecord.objects.filter(signup__shift__session=session).exclude(state__in=("void", "superseded"))
    by_signup = {record.signup_id: row(record) for record in records.order_by("pk").prefetch_related("doubts")}
    now = timezone.now()
    context = {
        "session": session, "activity": session.activity, "ended": session.during.upper <= now,
        "rows": [_row(signup, by_signup.get(signup.pk)) for signup in signups],
        "from": f"{timezone.localtime(session.during.lower):%H:%M}",
        "to": f"{timezone.localtime(min(now, session.during.upper)):%H:%M}",
    }  # fmt: skip
    return render(request, "volunteering/session.html", context)


def _row(signup: Signup, record: dict[str, Any] | None) -> dict[str, Any]:
    presences = list(signup.presences.all())
    left = leaving.last(presences)
    return {
        "signup": signup, "state": SignupState(signup.state).label, "record": record,
        "came": next((one for one in presences if one.act == PresenceAct.IN), None), "left": left,
        "also": [one for one in presences if one.act == PresenceAct.OUT and one != left],
        "open": signup.state in (SignupState.HELD, SignupState.PRESENT, SignupState.ABSENT),
    }  # fmt: skip


@never_cache
@require_safe
@login_required
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the changing code; once open the page needs no network."""
    session = _session(request, pk)
    try:
        secret = attendance.open_code(actor=current_user(request), session_id=pk)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("volunteering:session", pk=pk)
    context = {
        "session": session, "activity": session.activity, "secret": secret.hex(),
        "now": f"{timezone.now().timestamp():.3f}",
        "address": request.build_absolute_uri(reverse("volunteering:check-in")),
    }  # fmt: skip
    return render(request, "volunteering/session_code.html", context)


@require_POST
@login_required
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Put people on the list, note who did not come, confirm records, close the session."""
    session = _session(request, pk)
    user = current_user(request)
    chosen = [number for one in request.POST.getlist("signup") if (number := whole(one)) is not None]
    mine = Signup.objects.filter(pk__in=chosen, shift__session=session)
    try:
        if name == "list":
            _list(request, session, list(mine.values_list("pk", flat=True)))
        elif name == "absent":
            done = attendance.mark_absent(actor=user, signup_ids=list(mine.values_list("pk", flat=True)))
            messages.success(request, _("%(number)d人记为未到。") % {"number": done})
        elif name == "confirm":
            waiting = ServiceRecord.objects.filter(signup__in=mine, state=RecordState.PENDING)
            waiting = waiting.exclude(corrections__state=RecordState.PENDING)
            tell_confirmed(request, services.confirm(actor=user, record_ids=waiting.values_list("pk", flat=True)))
        elif name == "close":
            closing.close(session_id=pk, actor=user)
            messages.success(request, _("场次已经关闭，没有签退的人按结束时间计。请核对并确认时长。"))
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, " ".join([error.message, *error.fields.values()]))
    return redirect("volunteering:session", pk=pk)


def _list(request: HttpRequest, session: Session, signups: list[int]) -> None:
    came = _at(session, request.POST.get("from", ""))
    if came is None or not signups:
        messages.error(request, _("请选择人员并填写到达时间。"))
        return
    left = _at(session, request.POST.get("to", ""), after=came)
    marked = attendance.mark_each(
        actor=current_user(request), signup_ids=signups, came=came, left=left,
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    if marked:
        messages.success(request, _("已为%(number)d人点名。") % {"number": marked})
    if rest := len(signups) - marked:
        messages.warning(
            request,
            _("%(number)d人没有改动：已经签到签退的，请用“更正”；没有录用的，请先录用。") % {"number": rest},
        )


def _at(session: Session, given: str, *, after: datetime | None = None) -> datetime | None:
    """Return the moment at which a clock shows ``given`` about the time of a session, which may pass midnight.

    ``after``: when the person came, for the time when they left.
    """
    try:
        clock = time.fromisoformat(given)
    except ValueError:
        return None
    begins, ends = timezone.localtime(session.during.lower), timezone.localtime(session.during.upper)
    moment = begins.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    first = after or begins - timedelta(minutes=settings.VOLUNTEER_EARLY_MINUTES)
    following = moment + timedelta(days=1)
    if moment < first and following <= ends + timedelta(minutes=settings.VOLUNTEER_OVERTIME_MINUTES):
        moment = following
    # Who is entered as from the very minute in which the session began, came with its beginning.
    same = moment == begins.replace(second=0, microsecond=0)
    return session.during.lower if same else moment


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def records(request: HttpRequest, team: int) -> HttpResponse:
    """Show a team's records to confirm and its objections; write down service by hand."""
    found = _team(request, team)
    form = RecordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add(
                actor=current_user(request), team_id=team, volunteer_number=form.cleaned_data["volunteer_number"],
                values=form.values(), reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("已经补录，须由另一名工作人员确认，公示期满后计入。"))
            return redirect("volunteering:team-records", team=team)
    waiting = list(queries.to_confirm(found)[:200])
    context = {
        "team": found, "form": form, "rows": [row(record) for record in waiting],
        "objections": queries.objections_of(found)[:100],
    }  # fmt: skip
    return render(request, "volunteering/team_records.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def confirm(request: HttpRequest, team: int) -> HttpResponse:
    """Confirm the records chosen."""
    found = _team(request, team)
    chosen = [number for one in request.POST.getlist("record") if (number := whole(one)) is not None]
    mine = ServiceRecord.objects.filter(pk__in=chosen, team=found)
    tell_confirmed(request, services.confirm(actor=current_user(request), record_ids=mine.values_list("pk", flat=True)))
    return redirect("volunteering:team-records", team=team)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a record or make it void, with the reason."""
    record = ServiceRecord.objects.select_related("team", "volunteer", "activity").filter(pk=pk).first()
    if (
        record is None
        or record.team is None
        or not staff.holds(current_user(request), record.team.pk, StaffRole.ORGANISER)
    ):
        raise Http404
    # All of the time is the usual case: then a change of the end alone changes what counts.
    part = record.minutes if record.minutes < whole_minutes(record.during.lower, record.during.upper) else None
    initial = {"start": local(record.during.lower), "end": local(record.during.upper), "minutes": part}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        form.is_valid()
        try:
            if request.POST.get("do") == "void":
                form = CorrectionForm(request.POST)
                services.void(actor=current_user(request), record_id=pk, reason=request.POST.get("reason", ""))
                messages.success(request, _("记录已作废。"))
                return redirect("volunteering:team-records", team=record.team.pk)
            if form.is_valid():
                made = services.correct(actor=current_user(request), record_id=pk, **form.cleaned_data)
                messages.success(
                    request,
                    _("已经更正。")
                    if made.state == RecordState.CONFIRMED
                    else _("更正已提交，由另一名工作人员确认后生效。")
                    if record.state in COUNTED
                    else _("更正已提交，确认后计入。"),
                )
                return redirect("volunteering:team-records", team=record.team.pk)
        except DomainError as error:
            _blame(form, error)
    context = {
        "form": form, "row": row(record), "events": record.events.order_by("number"), "record": record,
        "flagged": record.state == RecordState.FLAGGED,
    }  # fmt: skip
    return render(request, "volunteering/correct.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an objection."""
    found = Objection.objects.select_related("record").filter(pk=pk).first()
    if found is None or found.record.team_id is None:
        raise Http404
    team = _team(request, found.record.team_id)
    try:
        objections.answer(
            actor=current_user(request), objection_id=pk, keeps=request.POST.get("do") == "keep",
            text=request.POST.get("text", ""),
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经答复。"))
    return redirect("volunteering:team-records", team=team.pk)


def tell_confirmed(request: HttpRequest, done: services.Confirmed) -> None:
    """Say what became of the records that were to be confirmed."""
    if done.counted:
        messages.success(request, _("已确认%(number)d条，时长已计入。") % {"number": len(done.counted)})
    if done.announced:
        messages.success(request, _("%(number)d条补录开始公示，期满无异议即计入。") % {"number": len(done.announced)})
    if done.flagged:
        messages.warning(request, _("%(number)d条存疑，已交志愿服务管理部门核实。") % {"number": len(done.flagged)})
    for sentence in sorted(set(done.refused.values())):
        messages.error(request, sentence)


def _session(request: HttpRequest, pk: int) -> Session:
    session = Session.objects.select_related("activity__team").filter(pk=pk).first()
    if session is None or not staff.holds(current_user(request), session.activity.team_id, StaffRole.TIMEKEEPER):
        raise Http404
    return session


def _team(request: HttpRequest, pk: int) -> Team:
    team = Team.objects.filter(pk=pk).first()
    if team is None or not staff.holds(current_user(request), pk, StaffRole.TIMEKEEPER):
        raise Http404
    return team
