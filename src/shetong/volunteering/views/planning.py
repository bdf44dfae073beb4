"""The organiser's further acts on activities: changing them, templates, cancelling one session."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.errors import DomainError
from shetong.volunteering.forms_activities import ActivityForm, PostForm, SessionChangeForm, ShiftForm
from shetong.volunteering.models import ActivityTemplate, Post, Session, Shift, StaffRole
from shetong.volunteering.queries import staff
from shetong.volunteering.rules import posts
from shetong.volunteering.services import activities, cancelling, changing
from shetong.volunteering.views.hall import _blame
from shetong.volunteering.views.organiser import _activity


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is written of an activity; who signed up is told of what matters to them."""
    activity = _activity(request, pk)
    initial = {name: getattr(activity, name) for name in ActivityForm.base_fields if hasattr(activity, name)}
    initial["division_code"] = divisions.full_name(activity.division_code)
    if activity.longitude is not None:
        initial["spot"] = f"{activity.longitude},{activity.latitude}"
    form = ActivityForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            activities.change(actor=current_user(request), activity_id=pk, values=form.values())
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("已经保存。有变化的，报名的人会收到通知。"))
            return redirect("volunteering:organise-activity", pk=pk)
    context = {"form": form, "heading": _("修改活动"), "button": _("保存")}
    return render(request, "volunteering/activity_form.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a session to another time or place; its people are told the old and the new."""
    session = _session(request, pk)
    form = SessionChangeForm(
        request.POST if request.method == "POST" else None, initial=SessionChangeForm.shown(session)
    )
    if request.method == "POST" and form.is_valid():
        try:
            displaced = changing.change_session(actor=current_user(request), session_id=pk, to=form.when())
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("已经保存，报名的人都会收到通知。"))
            if displaced:
                told = _("有%(count)d人在新的时间已有别的班次，已请他们选择，名额为他们保留。")
                messages.success(request, told % {"count": displaced})
            return redirect("volunteering:organise-activity", pk=session.activity_id)
    return _session_page(request, session, form)


@require_POST
@login_required
def change_shift(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how many places a shift has, and how many may wait."""
    shift = Shift.objects.filter(pk=pk).first()
    if shift is None:
        raise Http404
    session = _session(request, shift.session_id)
    form = ShiftForm.of(shift, request.POST)
    if form.is_valid():
        room, limit = form.cleaned_data["places"], form.cleaned_data["waiting_limit"]
        try:
            changing.change_shift(actor=current_user(request), shift_id=pk, room=room, waiting_limit=limit)
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(
                request, _("名额已经改为%(places)d个，候补最多%(limit)d人。") % {"places": room, "limit": limit}
            )
            return redirect("volunteering:change-session", pk=session.pk)
    return _session_page(request, session, SessionChangeForm(initial=SessionChangeForm.shown(session)), form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a post and its shifts to come."""
    post = Post.objects.filter(pk=pk).first()
    if post is None:
        raise Http404
    activity = _activity(request, post.activity_id)
    shown = {name: getattr(post, name) for name in posts.WRITTEN}
    form = PostForm(request.POST if request.method == "POST" else None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            kept = changing.change_post(actor=current_user(request), post_id=pk, values=form.values())
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("已经保存。有变化的，报名的人会收到通知。"))
            if kept:
                told = _("有%(count)d场已录用的人多于新的名额，这几场保留原来录用的人数。")
                messages.success(request, told % {"count": len(kept)})
            return redirect("volunteering:organise-activity", pk=activity.pk)
    context = {"form": form, "post": post, "activity": activity}
    return render(request, "volunteering/change_post.html", context, status=422 if form.is_bound else 200)


def _session(request: HttpRequest, pk: int) -> Session:
    session = Session.objects.filter(pk=pk).first()
    if session is None:
        raise Http404
    session.activity = _activity(request, session.activity_id)
    return session


def _session_page(
    request: HttpRequest, session: Session, form: SessionChangeForm, changed: ShiftForm | None = None
) -> HttpResponse:
    shifts = [
        (shift, changed if changed and changed.prefix == f"shift-{shift.pk}" else ShiftForm.of(shift))
        for shift in session.shifts.select_related("post").order_by("post")
    ]
    context = {"session": session, "activity": session.activity, "form": form, "shifts": shifts, "changed": changed}
    bound = form.is_bound or changed is not None
    return render(request, "volunteering/change_session.html", context, status=422 if bound else 200)


@require_POST
@login_required
def keep_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an activity as a template of its team."""
    _activity(request, pk)
    try:
        activities.keep_template(actor=current_user(request), activity_id=pk, title=request.POST.get("title", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("模板已经保存，下次可以在“组织志愿活动”中选用。"))
    return redirect("volunteering:organise-activity", pk=pk)


@require_POST
@login_required
def draft_from(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an activity from a template."""
    template = ActivityTemplate.objects.filter(pk=pk).first()
    if template is None or not staff.holds(current_user(request), template.team_id, StaffRole.ORGANISER):
        raise Http404
    try:
        activity = activities.draft_from(actor=current_user(request), template_id=pk)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("volunteering:organise")
    messages.success(request, _("已按模板建立草稿，请排场次后发布。"))
    return redirect("volunteering:organise-activity", pk=activity.pk)


@require_POST
@login_required
def cancel_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel one session; everybody who signed up for it is told."""
    activity = _session(request, pk).activity
    try:
        cancelling.cancel_session(actor=current_user(request), session_id=pk, reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("这一场已经取消，报名的人都会收到通知。"))
    return redirect("volunteering:organise-activity", pk=activity.pk)
