"""The supervising body's side (业务主管单位): what it was asked, and its answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework.desk_forms import AnswerForm
from shetong.casework.models import State
from shetong.casework.queries import cases, desk, matters
from shetong.casework.queries.todo import PAGE, asked_opinions
from shetong.casework.services import opinions
from shetong.casework.views.desk import blame
from shetong.core.errors import DomainError


@require_safe
@office(Permission.OPINION_GIVE)
def opinion_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show the opinions that wait for the viewer's body, the oldest first."""
    rows = [(one, matters.in_force(one.case.matter, "").title) for one in asked_opinions(grants)[:PAGE]]
    return render(request, "casework/opinions.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.OPINION_GIVE)
def opinion(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show what was asked beside the application; a POST answers."""
    found = desk.for_body(grants, pk)
    if found is None:
        raise Http404
    user, case = current_user(request), found.case
    form = AnswerForm(request.POST if request.method == "POST" else None, prefix="answer")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            opinions.give(opinion_id=pk, actor=user, agrees=given["agrees"] == "1", answer=given["answer"])
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("意见已经反馈。"))
            return redirect("casework:opinions")
    else:
        audit.record(actor=user, action="case.view", target=case, jurisdiction=case.authority_division, request=request)
    context = {
        "opinion": found,
        "page": cases.page(case),
        "case": case,
        "form": form,
        "open": found.answered_at is None and case.state in (State.REVIEWING, State.SUSPENDED),
    }
    return render(request, "casework/opinion.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.CASE_VIEW)
def entered(request: HttpRequest, grants: Grants, pk: int, opinion: int) -> HttpResponse:
    """Enter the answer of a body that does not use the platform, or that answered otherwise."""
    case = cases.for_officer(grants, pk)
    if case is None or not case.opinions.filter(pk=opinion).exists():
        raise Http404
    if request.POST.get("agrees") not in ("0", "1"):
        messages.error(request, _("请选择同意或者不同意。"))
        return redirect("casework:desk-case", pk=pk)
    try:
        opinions.give(
            opinion_id=opinion,
            actor=current_user(request),
            agrees=request.POST.get("agrees") == "1",
            answer=request.POST.get("answer", "")[:4_000],
            answered_by=request.POST.get("answered_by", ""),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("意见已经录入。"))
    return redirect("casework:desk-case", pk=pk)
