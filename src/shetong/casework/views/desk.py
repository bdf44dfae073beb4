"""A case on one screen, and each act on a page of its own that two thumbs can manage."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework.desk_forms import DeedForm, HandOverForm, NoteForm, RecordForm
from shetong.casework.models import OPEN_STATES, Case, State
from shetong.casework.queries import cases, desk, knowledge
from shetong.casework.services import assignment, checks, notes, resubmission, submission
from shetong.casework.views import deeds as acts
from shetong.casework.views.deeds import DEEDS, fitting
from shetong.core.asked import whole
from shetong.core.errors import DomainError
from shetong.core.findings import Finding, Severity


@require_safe
@office(Permission.CASE_VIEW)
def case_page(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show a case: form, findings, history, notes, and what can be done."""
    case = _case(grants, pk)
    user = current_user(request)
    audit.record(actor=user, action="case.view", target=case, jurisdiction=case.authority_division, request=request)
    notes.seen(case_id=case.pk, user=user)
    return show(request, grants, case)


def show(
    request: HttpRequest, grants: Grants, case: Case, name: str = "", form: Any = None, status: int = 200
) -> HttpResponse:
    """Draw the screen; ``name`` and ``form``: the act that was tried, with what was typed."""
    shown = cases.office_page(case)
    found = findings(shown)
    user = current_user(request)
    deeds = []
    for key, deed in fitting(shown).items():
        own = form if key == name and form is not None else deed.form(prefix=key)
        own.fit(shown, found)
        deeds.append({"name": key, "deed": deed, "form": own})
    people = desk.reviewers(case.authority_division)[: desk.MOST_COLLEAGUES]
    context = {
        "page": shown,
        "case": case,
        "deeds": deeds,
        "open": name,
        "changes": resubmission.changes(case, shown.matter) if case.corrections else None,
        "findings": found,
        "seen_divisions": {
            one.division for one in found if one.case and grants.may(Permission.CASE_VIEW, one.division)
        },
        "phrases": desk.phrases(user, [case.authority_division]),
        "articles": knowledge.of_matter(case.matter, case.authority_division),
        "note_form": form if name == "note" else NoteForm(prefix="note"),
        "hand_over": form if name == "hand-over" else HandOverForm(people, prefix="hand-over"),
        "record_form": form if name.startswith("record-") else None,
        "records": _records(shown, user, name, form),
        "open_states": OPEN_STATES,
        "may_take": case.state in OPEN_STATES and case.holder_id is None,
        "holds": case.holder_id in {user.pk, *(one.principal for one in grants.lent)},
        "may_assign": grants.may(Permission.CASE_ASSIGN, case.authority_division),
        "today": timezone.localdate(),
        "largest": settings.UPLOAD_LARGEST,
        "largest_mb": settings.UPLOAD_LARGEST // 1_048_576,
        "may_ask": grants.may(Permission.QUESTION_ASK, case.authority_division),
    }
    return render(request, "casework/desk_case.html", context, status=status)


def _records(shown: cases.CasePage, user: User, name: str, form: Any) -> list[dict[str, Any]]:
    """Return the checks of a case, each with the form for its record where the viewer was one of its officers."""
    rows = []
    for check in shown.checks:
        mine = check.recorded_at is None and user.pk in check.officers
        key = f"record-{check.pk}"
        rows.append({"check": check, "form": (form if name == key else RecordForm(prefix=key)) if mine else None})
    return rows


def findings(shown: cases.CasePage) -> list[Finding]:
    """Return what the system's checks find in an open case."""
    if shown.case.state not in OPEN_STATES:
        return []
    try:
        found = submission.check(shown.case, shown.matter)
    except DomainError as error:
        found = [Finding(error.code, Severity.WARN, error.message)]
    return [*found, *_of_the_supervising_body(shown)]


def _of_the_supervising_body(shown: cases.CasePage) -> list[Finding]:
    """Return what the officer should know of the joint opinion: not asked, or against the application."""
    if not shown.matter.joint_opinion or shown.case.state != State.REVIEWING or not cases.supervised(shown):
        return []
    against = [one.asked_of for one in shown.opinions if one.agrees is False]
    if against:
        message = _("%(body)s不同意本项申请，请核实后再作决定。") % {"body": "、".join(against)}
        return [Finding("opinion-against", Severity.WARN, message)]
    if not shown.opinions:
        message = _("还没有在平台上征求业务主管单位的意见，请核对申请人提交的批准文件，或者征求意见。")
        return [Finding("opinion-not-asked", Severity.NOTE, message)]
    return []


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CASE_VIEW)
def act(request: HttpRequest, grants: Grants, pk: int, name: str) -> HttpResponse:
    """Show one act on a page of its own, or do it; what is wrong is said beside its form, with what was typed."""
    case = _case(grants, pk)
    if name in ("take", "give-back"):
        return _assign(request, case, name)
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404
    if request.method != "POST":
        return _ask(request, case, name, deed.form(prefix=name))
    if "insert" in request.POST:
        return _ask(request, case, name, _with_phrase(request, case, name))
    shown = cases.page(case)
    form = deed.form(request.POST, prefix=name)
    form.fit(shown, [])
    if form.is_valid():
        if deed.confirm and form.complete() and "confirmed" not in request.POST:
            return _ask(request, case, name, form, confirm=True)
        try:
            deed.run(pk, current_user(request), form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已办理：%(act)s。") % {"act": acts.of(name, shown.matter.nature).title})
            return redirect("casework:desk-case", pk=pk)
    case.refresh_from_db()
    return show(request, grants, case, name, form, status=422)


def blame(form: Any, error: DomainError) -> None:
    """Put a refusal's sentences at the fields they name, else above the form."""
    for place, message in (error.fields or {"": error.message}).items():
        form.add_error(place if place in form.fields else None, message)


def _ask(request: HttpRequest, case: Case, name: str, form: DeedForm, *, confirm: bool = False) -> HttpResponse:
    shown = cases.page(case)
    found = findings(shown)
    if not confirm:
        form.fit(shown, found)
    context = {
        "page": shown,
        "case": case,
        "name": name,
        "deed": acts.of(name, shown.matter.nature),
        "form": form,
        "confirm": confirm,
        "open_states": OPEN_STATES,
        "fits": name in fitting(shown),
        "findings": found,
        "phrases": desk.phrases(current_user(request), [case.authority_division]),
    }
    return render(request, "casework/desk_act.html", context)


def _with_phrase(request: HttpRequest, case: Case, name: str) -> DeedForm:
    """Return the form with the chosen phrase after what was typed, for browsers without scripts."""
    kind = DEEDS[name].form
    typed = {key.removeprefix(f"{name}-"): value for key, value in request.POST.items() if key.startswith(f"{name}-")}
    chosen = request.POST.get("phrase", "")
    known = desk.phrases(current_user(request), [case.authority_division])
    phrase = known.filter(pk=number).first() if (number := whole(chosen)) is not None else None
    if phrase is not None and kind.text:
        before = str(typed.get(kind.text, "")).rstrip()
        typed[kind.text] = f"{before}\n{phrase.text}" if before else phrase.text
    return kind(prefix=name, initial=typed)


def _assign(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("casework:desk-case", pk=case.pk)
    run = assignment.take if name == "take" else assignment.give_back
    try:
        run(case_id=case.pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("casework:desk-case", pk=case.pk)


@require_POST
@office(Permission.CASE_VIEW)
def hand_over(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Give a case to a colleague, with a word."""
    case = _case(grants, pk)
    form = HandOverForm(desk.reviewers(case.authority_division), request.POST, prefix="hand-over")
    if form.is_valid():
        try:
            assignment.assign(case_id=pk, actor=current_user(request), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已交给%(name)s。") % {"name": form.cleaned_data["to"].get_full_name()})
            return redirect("casework:desk-case", pk=pk)
    return show(request, grants, case, "hand-over", form, status=422)


@require_POST
@office(Permission.CASE_VIEW)
def note(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Write a note between officers."""
    case = _case(grants, pk)
    form = NoteForm(request.POST, prefix="note")
    if form.is_valid():
        try:
            notes.write(case_id=pk, actor=current_user(request), text=form.cleaned_data["text"])
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("便笺已经写上。"))
            return redirect("casework:desk-case", pk=pk)
    return show(request, grants, case, "note", form, status=422)


@require_POST
@office(Permission.CASE_VIEW)
def record_check(request: HttpRequest, grants: Grants, pk: int, check: int) -> HttpResponse:
    """Record what a check found."""
    case = _case(grants, pk)
    if not case.checks.filter(pk=check).exists():
        raise Http404
    key = f"record-{check}"
    form = RecordForm(request.POST, prefix=key)
    if form.is_valid():
        try:
            checks.note_down(check_id=check, actor=current_user(request), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("核查结果已经记录。"))
            return redirect("casework:desk-case", pk=pk)
    return show(request, grants, case, key, form, status=422)


def _case(grants: Grants, pk: int) -> Case:
    case = cases.for_officer(grants, pk)
    if case is None:
        raise Http404
    return case
