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
from shetong.volunteering.forms import ActivityForm
from shetong.volunteering.models import ActivityTemplate, Session, StaffRole
from shetong.volunteering.queries import staff
from shetong.volunteering.services import activities, cancelling
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
    return render(request, "volunteering/form.html", context, status=422 if form.is_bound else 200)


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
    session = Session.objects.filter(pk=pk).first()
    if session is None:
        raise Http404
    activity = _activity(request, session.activity_id)
    try:
        cancelling.cancel_session(actor=current_user(request), session_id=pk, reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("这一场已经取消，报名的人都会收到通知。"))
    return redirect("volunteering:organise-activity", pk=activity.pk)
