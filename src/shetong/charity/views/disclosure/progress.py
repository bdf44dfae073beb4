"""A project's progress in the hall: milestones, reports with photographs, end and final report."""

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
from shetong.casework.queries import mandates
from shetong.charity.disclosure_forms import PHOTOS, EndForm, MilestoneForm, ReportForm, blame
from shetong.charity.models import DutyKind, Milestone, Project, ProjectState
from shetong.charity.services import disclosure, progress
from shetong.core.asked import day, whole
from shetong.core.errors import DomainError


@never_cache
@require_safe
@login_required
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Show how a project goes and what can be written of it."""
    return _page(request, _found(request, number), {})


@require_POST
@login_required
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Carry out an act: milestone, reach, report, late (progress that was not told while it ran), end."""
    project = _found(request, number)
    user = current_user(request)
    if name == "reach":
        return _reach(request, project)
    form = _form(name, project, request)
    if form.is_valid():
        try:
            said = _do(name, project, form, request, user)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, said)
            return redirect("charity:own-progress", number=number)
    return _page(request, project, {name: form})


def _form(name: str, project: Project, request: HttpRequest) -> Any:
    if name == "milestone":
        return MilestoneForm(request.POST, prefix="milestone")
    if name == "end":
        return EndForm(request.POST, prefix="end")
    if name in ("report", "late"):
        return ReportForm(_kind(project, name), request.POST, request.FILES, prefix=name)
    raise Http404


def _do(name: str, project: Project, form: Any, request: HttpRequest, user: Any) -> str:
    given = form.cleaned_data
    if name == "milestone":
        progress.add_milestone(project=project.number, actor=user, **given)
        return _("节点已经增加。")
    if name == "end":
        progress.end(project=project.number, actor=user, **given)
        return _("项目已经结束，请在期限内公布终期报告。")
    photos = []
    for at in range(1, PHOTOS + 1):
        upload = given.get(f"photo{at}")
        if upload:
            photos.append(progress.Photo(upload.read(), given.get(f"caption{at}", "")))
    progress.report(
        project=project.number, title=given["title"], covers_to=given["covers_to"], parts=form.parts(), photos=photos,
        actor=user, final=_kind(project, name) == DutyKind.PROJECT_FINAL,
    )  # fmt: skip
    return _("已经公布，并写入公开日志。")


def _reach(request: HttpRequest, project: Project) -> HttpResponse:
    milestone = Milestone.objects.filter(pk=whole(request.POST.get("milestone", "")) or 0, project=project).first()
    if milestone is None:
        raise Http404
    reached = day(request.POST.get("reached_on", ""))
    try:
        if reached is None:
            messages.error(request, _("请填写完成日期。"))
        else:
            progress.reach_milestone(milestone_id=milestone.pk, reached_on=reached, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("charity:own-progress", number=project.number)


def _kind(project: Project, name: str = "report") -> DutyKind:
    ended = project.state == ProjectState.ENDED and name != "late"
    return DutyKind.PROJECT_FINAL if ended else DutyKind.PROJECT_PROGRESS


def _page(request: HttpRequest, project: Project, bound: dict[str, Any]) -> HttpResponse:
    context = {
        "organisation": project.organisation,
        "project": project,
        "state": _(str(ProjectState(project.state).label)),
        "milestones": project.milestones.order_by("due_on", "pk"),
        "reports": project.reports.order_by("-published_at").prefetch_related("photos")[:20],
        "milestone_form": bound.get("milestone") or MilestoneForm(prefix="milestone"),
        "end_form": bound.get("end") or EndForm(prefix="end"),
        "report_form": bound.get("report") or ReportForm(_kind(project), prefix="report"),
        "final": project.state == ProjectState.ENDED,
        "late_form": (bound.get("late") or ReportForm(DutyKind.PROJECT_PROGRESS, prefix="late"))
        if project.state != ProjectState.RUNNING and disclosure.owes(project, DutyKind.PROJECT_PROGRESS)
        else None,
        "failed": list(bound.values()),
    }
    return render(request, "charity/disclosure/progress.html", context, status=422 if bound else 200)


def _found(request: HttpRequest, number: str) -> Project:
    found = Project.objects.select_related("organisation").filter(number=number.upper()).first()
    if found is None or not mandates.holds(current_user(request), found.organisation.public_code):
        raise Http404
    return found
