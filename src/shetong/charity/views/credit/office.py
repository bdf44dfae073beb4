"""The office's pages of credit: records with their course, notices, decisions, answers; honours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.charity import states
from shetong.charity.credit_forms import DecisionForm, HonourForm, NoticeForm, ReasonForm
from shetong.charity.disclosure_forms import blame
from shetong.charity.models import CreditAct, CreditDocument, CreditGrade, CreditKind, CreditRecord, CreditSubject
from shetong.charity.queries import credit as queries
from shetong.charity.services import credit, honours
from shetong.core import pii
from shetong.core.asked import whole
from shetong.core.errors import DomainError, NotFoundError
from shetong.registry.models import Authority, CreditReferral, Organisation

PAGE = 50
# Acts of the office that need a reason alone.
SIMPLE = (
    CreditAct.STATE,
    CreditAct.DISMISS,
    CreditAct.UPHOLD,
    CreditAct.CORRECT,
    CreditAct.REPAIR,
    CreditAct.REFUSE_REPAIR,
)


@require_safe
@office(Permission.CHARITY_SUPERVISE)
def records(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """List the records of the jurisdiction and the honours."""
    held = grants.jurisdictions(Permission.CHARITY_SUPERVISE)
    page = Paginator(queries.records(held), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(one, _shown(one), _(str(one.get_state_display())), _(str(one.get_kind_display()))) for one in page],
        "honours": queries.honours(timezone.localdate()),
        "may_decide": grants.anywhere(Permission.CREDIT_DECIDE),
    }
    return render(request, "charity/credit/records.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CHARITY_SUPERVISE)
def notice(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Give notice; with ``referral`` in the address, of what was handed over."""
    referral = _referral(grants, request.GET.get("referral", ""))
    initial = _from_referral(referral) if referral else None
    form = NoticeForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = _notify(form.cleaned_data, referral, grants, request)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经告知，对方可以在%(day)s前陈述、申辩。") % {"day": made.heard_by})
            return redirect("charity:office-credit-record", pk=made.pk)
    context = {"form": form, "referral": referral, "heading": _("拟记入慈善信用记录的告知"), "button": _("告知")}
    return render(request, "charity/credit/form.html", context, status=422 if form.errors else 200)


def _notify(
    given: dict[str, Any], referral: CreditReferral | None, grants: Grants, request: HttpRequest
) -> CreditRecord:
    organisation = None
    if code := given["organisation"].strip().upper():
        organisation = Organisation.objects.select_related("authority").filter(uscc=code).first()
        if organisation is None:
            raise NotFoundError(_("登记簿中没有这家组织，请核对统一社会信用代码。"))
    held = grants.jurisdictions(Permission.CHARITY_SUPERVISE)
    return credit.notify(
        kind=CreditKind(given["kind"]), subject=CreditSubject(given["subject"]), facts=given["facts"],
        provision=given["provision"], actor=current_user(request), division_code=held[0] if held else "",
        organisation=organisation, name=given["name"], identity_number=given["identity_number"], referral=referral,
    )  # fmt: skip


def _referral(grants: Grants, text: str) -> CreditReferral | None:
    """What was handed over and waits in the officer's jurisdiction; for others there is no such page."""
    if not text:
        return None
    waiting = queries.referrals(grants.jurisdictions(Permission.CHARITY_SUPERVISE))
    found = waiting.filter(pk=whole(text) or 0).first()
    if found is None:
        raise Http404
    return found


def _from_referral(referral: CreditReferral) -> dict[str, str]:
    facts = "；".join(f"{label}：{value}" for label, value in referral.facts)
    return {
        "subject": CreditSubject.CHARITY.value,
        "kind": CreditKind.BREACH.value,
        "organisation": referral.organisation.public_code,
        "facts": f"{referral.ground}。{facts}。",
        "provision": referral.provision,
    }


@require_safe
@office(Permission.CHARITY_SUPERVISE)
def record(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Show a record with its course and what can be done."""
    return _page(request, grants, _found(grants, pk), {})


@require_POST
@office(Permission.CHARITY_SUPERVISE)
def act(request: HttpRequest, grants: Grants, pk: int, name: str) -> HttpResponseBase:
    """Carry out an act on a record."""
    found = _found(grants, pk)
    if name not in {one.value for one in (*SIMPLE, CreditAct.DECIDE)}:
        raise Http404
    form: Any = DecisionForm(request.POST) if name == CreditAct.DECIDE else ReasonForm(request.POST, prefix=name)
    if form.is_valid():
        try:
            _do(CreditAct(name), found, form.cleaned_data, request)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经办理。"))
            return redirect("charity:office-credit-record", pk=pk)
    return _page(request, grants, found, {name: form})


def _do(act: CreditAct, found: CreditRecord, given: dict[str, Any], request: HttpRequest) -> None:
    actor, reason = current_user(request), given["reason"]
    if act is CreditAct.DECIDE:
        credit.decide(
            record_id=found.pk, document=CreditDocument(given["document"]), document_number=given["document_number"],
            document_on=given["document_on"], decision_number=given["decision_number"],
            grade=CreditGrade(given["grade"]), reason=reason, actor=actor, months=given["months"],
        )  # fmt: skip
    elif act is CreditAct.STATE:
        credit.state(record_id=found.pk, statement=reason, actor=actor)
    elif act is CreditAct.DISMISS:
        credit.dismiss(record_id=found.pk, reason=reason, actor=actor)
    elif act is CreditAct.UPHOLD:
        credit.answer_objection(record_id=found.pk, upheld=True, reason=reason, actor=actor)
    elif act is CreditAct.CORRECT:
        credit.correct(record_id=found.pk, reason=reason, actor=actor)
    else:
        credit.answer_repair(record_id=found.pk, granted=act is CreditAct.REPAIR, reason=reason, actor=actor)


def _found(grants: Grants, pk: int) -> CreditRecord:
    try:
        found = queries.record(pk)
    except NotFoundError as error:
        raise Http404 from error
    if not grants.may(Permission.CHARITY_SUPERVISE, found.division_code):
        raise Http404
    return found


def _page(request: HttpRequest, grants: Grants, found: CreditRecord, bound: dict[str, Any]) -> HttpResponse:
    decides = grants.may(Permission.CREDIT_DECIDE, found.division_code)
    open_acts = [
        (one.value, _(str(one.label)), bound.get(one.value) or ReasonForm(prefix=one.value))
        for one in SIMPLE
        if states.after(found.state, one) is not None and (decides or one is CreditAct.STATE)
    ]
    context = {
        "record": found,
        "name": _shown(found),
        "state": _(str(found.get_state_display())),
        "subject": _(str(CreditSubject(found.subject).label)),
        "kind": _(str(found.get_kind_display())),
        "events": [(one, _(str(one.get_act_display()))) for one in found.events.order_by("pk")],
        "acts": open_acts,
        "decision": (bound.get("decide") or DecisionForm())
        if decides and states.after(found.state, CreditAct.DECIDE) is not None
        else None,
        "failed": list(bound.values()),
    }
    return render(request, "charity/credit/record.html", context, status=422 if bound else 200)


def _shown(found: CreditRecord) -> str:
    """Whom a record concerns as the office's list shows it: people masked."""
    if found.organisation is not None:
        return found.organisation.name
    sealed = found.name_sealed
    return pii.mask_name(pii.open_sealed(sealed, context=credit.CONTEXT)) if sealed is not None else ""


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CREDIT_DECIDE)
def honour(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Hold a donor in honour."""
    form = HonourForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        division = grants.jurisdictions(Permission.CREDIT_DECIDE)[0]
        authority = Authority.objects.filter(division_code=division).order_by("pk").first()
        try:
            if authority is None:
                raise NotFoundError(_("没有找到您所在的登记管理机关。"))
            honours.grant(authority=authority, actor=current_user(request), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经授予并公布。"))
            return redirect("charity:office-credit")
    context = {"form": form, "heading": _("授予守信激励"), "button": _("授予守信激励")}
    return render(request, "charity/credit/form.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.CREDIT_DECIDE)
def withdraw_honour(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Take an honour back."""
    try:
        honours.withdraw(honour_id=pk, reason=request.POST.get("reason", ""), actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经撤销。"))
    return redirect("charity:office-credit")
