"""The office: one's work, and a case on one screen with everything that can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework import forms
from shetong.casework.models import OPEN_STATES, Act, Case
from shetong.casework.queries import cases, matters
from shetong.casework.queries.todo import todo
from shetong.casework.services import assignment, closing, decision, intake, review, submission
from shetong.core.errors import DomainError
from shetong.core.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Deed:
    """What an officer can press: the act, its form, and how its answers reach the service."""

    act: Act
    title: Any
    form: type[django_forms.Form]
    run: Callable[[int, User, dict[str, Any]], object]
    warning: bool = False
    first: bool = False


DEEDS: dict[str, Deed] = {
    "accept": Deed(
        Act.ACCEPT, gettext_lazy("受理"), forms.ReasonForm,
        lambda pk, user, given: intake.accept(case_id=pk, actor=user, reason=given["reason"]), first=True,
    ),
    "ask-correction": Deed(
        Act.ASK_CORRECTION, gettext_lazy("告知补正"), forms.CorrectionForm,
        lambda pk, user, given: intake.ask_correction(case_id=pk, actor=user, items=given["items"].splitlines()),
    ),
    "not-accept": Deed(
        Act.NOT_ACCEPT, gettext_lazy("不予受理"), forms.ReasonForm,
        lambda pk, user, given: intake.refuse_to_accept(case_id=pk, actor=user, reason=given["reason"]), warning=True,
    ),
    "forward": Deed(
        Act.FORWARD, gettext_lazy("审查通过，送下一步"), forms.ReasonForm,
        lambda pk, user, given: review.forward(case_id=pk, actor=user, opinion=given["reason"]), first=True,
    ),
    "send-back": Deed(
        Act.SEND_BACK, gettext_lazy("退回上一步"), forms.ReasonForm,
        lambda pk, user, given: review.send_back(case_id=pk, actor=user, reason=given["reason"]),
    ),
    "ask-opinion": Deed(
        Act.ASK_OPINION, gettext_lazy("征求意见"), forms.OpinionForm,
        lambda pk, user, given: review.ask_opinion(case_id=pk, actor=user, **given),
    ),
    "suspend": Deed(
        Act.SUSPEND, gettext_lazy("启动特别程序"), forms.ProcedureForm,
        lambda pk, user, given: review.suspend(case_id=pk, actor=user, **given),
    ),
    "resume": Deed(
        Act.RESUME, gettext_lazy("特别程序结束"), forms.ReasonForm,
        lambda pk, user, given: review.resume(case_id=pk, actor=user, result=given["reason"]), first=True,
    ),
    "extend": Deed(
        Act.EXTEND, gettext_lazy("延长期限"), forms.ExtensionForm,
        lambda pk, user, given: review.extend(case_id=pk, actor=user, **given),
    ),
    "approve": Deed(
        Act.APPROVE, gettext_lazy("准予"), forms.ReasonForm,
        lambda pk, user, given: decision.approve(case_id=pk, actor=user, reason=given["reason"]), first=True,
    ),
    "refuse": Deed(
        Act.REFUSE, gettext_lazy("不予"), forms.RefusalForm,
        lambda pk, user, given: decision.refuse(case_id=pk, actor=user, **given), warning=True,
    ),
    "terminate": Deed(
        Act.TERMINATE, gettext_lazy("终止办理"), forms.ReasonForm,
        lambda pk, user, given: closing.terminate(case_id=pk, actor=user, reason=given["reason"]), warning=True,
    ),
}  # fmt: skip


@require_safe
@office(Permission.CASE_VIEW)
def work(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show what is to be done, the next due first."""
    tab = request.GET.get("tab", "all")
    shown = todo(current_user(request), grants, tab=tab, cursor=request.GET.get("cursor", ""))
    rows = [(case, matters.in_force(case.matter, "")) for case in shown.cases]
    return render(request, "casework/work.html", {"todo": shown, "rows": rows, "tab": tab})


@require_safe
@office(Permission.CASE_VIEW)
def case_page(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show a case: form, findings, history, and what can be done."""
    case = _case(grants, pk)
    audit.record(
        actor=current_user(request),
        action="case.view",
        target=case,
        jurisdiction=case.authority_division,
        request=request,
    )
    return _show(request, case)


def _show(request: HttpRequest, case: Case, name: str = "", form: django_forms.Form | None = None) -> HttpResponse:
    shown = cases.page(case)
    possible = cases.possible(case)
    deeds = [
        {"name": key, "deed": deed, "form": form if key == name and form is not None else deed.form(prefix=key)}
        for key, deed in DEEDS.items()
        if deed.act in possible and _fits(deed, shown)
    ]
    return render(
        request,
        "casework/desk_case.html",
        {
            "page": shown,
            "case": case,
            "deeds": deeds,
            "open": name,
            "findings": _findings(shown),
            "may_take": case.state in OPEN_STATES and case.holder_id is None,
            "holds": case.holder_id == current_user(request).pk,
        },
        status=422 if name else 200,
    )


def _fits(deed: Deed, shown: cases.CasePage) -> bool:
    """Whether the deed belongs to the present step: deciding ones to the last, passing on to those before."""
    deciding = shown.case.step == shown.matter.deciding.code
    if deed.act in (Act.APPROVE, Act.REFUSE, Act.EXTEND, Act.TERMINATE):
        return deciding
    return not (deed.act == Act.FORWARD and deciding) and not (
        deed.act == Act.SEND_BACK and shown.case.step == shown.matter.steps[0].code
    )


def _findings(shown: cases.CasePage) -> list[Finding]:
    if shown.case.state not in OPEN_STATES:
        return []
    try:
        return submission.check(shown.case, shown.matter)
    except DomainError as error:
        return [Finding(error.code, Severity.WARN, error.message)]


@require_POST
@office(Permission.CASE_VIEW)
def act(request: HttpRequest, grants: Grants, pk: int, name: str) -> HttpResponse:
    """Do one act; what is wrong is said beside its form, with what was typed."""
    case = _case(grants, pk)
    user = current_user(request)
    if name in ("take", "give-back"):
        return _assign(request, case, name)
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404
    form = deed.form(request.POST, prefix=name)
    if form.is_valid():
        try:
            deed.run(pk, user, form.cleaned_data)
        except DomainError as error:
            for place, message in (error.fields or {"": error.message}).items():
                form.add_error(place if place in form.fields else None, message)
        else:
            messages.success(request, _("已办理：%(act)s。") % {"act": deed.title})
            return redirect("casework:desk-case", pk=pk)
    case.refresh_from_db()
    return _show(request, case, name, form)


def _assign(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    run = assignment.take if name == "take" else assignment.give_back
    try:
        run(case_id=case.pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("casework:desk-case", pk=case.pk)


def _case(grants: Grants, pk: int) -> Case:
    case = cases.for_officer(grants, pk)
    if case is None:
        raise Http404
    return case
