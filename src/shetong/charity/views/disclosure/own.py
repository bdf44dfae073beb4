"""A charity's own pages of disclosure: what is due, what it publishes, figures of its years."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.views.own import current_user
from shetong.casework.queries import mandates
from shetong.charity.disclosure_forms import CorrectionForm, FactForm, FiguresForm, PartsForm, blame, written_figures
from shetong.charity.models import CreditRecord, Disclosure, DisclosureDuty, DutyKind, Project
from shetong.charity.queries import disclosure as queries
from shetong.charity.rules import disclosure as rules
from shetong.charity.services import annual_figures, disclosure
from shetong.charity.views import words
from shetong.charity.views.disclosure import saying
from shetong.core.errors import DomainError, NotFoundError
from shetong.registry.models import Organisation

View = Callable[..., HttpResponseBase]


def own(view: View) -> View:
    """Let in who acts for the organisation of the address ``code``; for others there is no such page."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponseBase:
        organisation = Organisation.objects.select_related("authority").filter(uscc=code.upper()).first()
        if organisation is None or not mandates.holds(current_user(request), organisation.public_code):
            raise Http404
        return view(request, organisation, **kwargs)

    return guarded


@never_cache
@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """List the charities that one acts for, with what is next; who acts for one alone goes right there."""
    found = queries.of_agent(current_user(request))
    if len(found) == 1:
        return redirect("charity:own-disclosure", code=found[0].public_code)
    today = timezone.localdate()
    rows = []
    for organisation in found:
        waiting = queries.open_duties(organisation)
        late = sum(duty.due_on < today for duty in waiting)
        rows.append({"organisation": organisation, "next": waiting[0] if waiting else None, "late": late})
    return render(request, "charity/disclosure/home.html", {"rows": rows})


@require_safe
@own
def calendar(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show what is due, the years, the projects and what was published."""
    disclosure.refresh(organisation)
    today = timezone.localdate()
    context = {
        "organisation": organisation,
        "duties": [saying.duty(one, today) for one in queries.open_duties(organisation)],
        "years": [saying.year(one) for one in queries.judged(organisation)],
        "last_year": today.year - 1,
        "projects": Project.objects.filter(organisation=organisation).order_by("-pk")[:50],
        "entries": queries.entries(organisation, most=10),
        "records": CreditRecord.objects.filter(organisation=organisation).order_by("-pk"),
    }
    return render(request, "charity/disclosure/calendar.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """Write and publish what a duty asks for."""
    found = _duty(request, pk)
    code = found.organisation.public_code
    if found.kind in (DutyKind.PROJECT_PROGRESS, DutyKind.PROJECT_FINAL):
        return redirect("charity:own-progress", number=found.subject)
    form = PartsForm(found.kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            disclosure.publish(duty_id=pk, parts=form.parts(), actor=current_user(request))
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经公布，并写入公开日志。"))
            return redirect("charity:own-disclosure", code=code)
    today = timezone.localdate()
    opens = rules.opens(DutyKind(found.kind), found.period_from, found.period_to)
    context = {
        "organisation": found.organisation,
        "duty": saying.duty(found, today),
        "opens": opens if today < opens else None,
        "form": form,
        "figures": [(_(label), words.money(amount)) for label, amount in queries.from_books(found)],
        "annual": found.kind == DutyKind.ANNUAL,
        "year": found.period_to.year,
    }
    return render(request, "charity/disclosure/duty.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def fact(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Report something that must be published within days."""
    form = FactForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["kind"] = DutyKind(given["kind"])
        try:
            disclosure.report_fact(organisation=organisation, actor=current_user(request), **given)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经列入信息公开事项，请在期限内公布。"))
            return redirect("charity:own-disclosure", code=organisation.public_code)
    return _form(request, organisation, form, _("登记应当公开的事项"), _("登记"))


@require_http_methods(["GET", "HEAD", "POST"])
@own
def year(request: HttpRequest, organisation: Organisation, year: int) -> HttpResponse:
    """Fill in the figures of a year and see how they stand to the table."""
    held = queries.latest_figures(organisation).get(year)
    initial = written_figures(held) if held else None
    form = FiguresForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            annual_figures.record(
                organisation=organisation, figures=form.figures(year), actor=current_user(request),
                excuse=form.cleaned_data["excuse"],
            )  # fmt: skip
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经保存，比例已经重新计算。"))
            return redirect("charity:own-year", code=organisation.public_code, year=year)
    judged = next((saying.year(one) for one in queries.judged(organisation) if one.figures.year == year), None)
    context = {"organisation": organisation, "form": form, "number": year, "judged": judged}
    return render(request, "charity/disclosure/year.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a published entry; the first one stays."""
    entry = _entry(request, pk)
    form = CorrectionForm(entry.kind, request.POST if request.method == "POST" else None, written=dict(entry.content))
    if request.method == "POST" and form.is_valid():
        try:
            disclosure.correct(
                entry_id=pk, parts=form.parts(), explanation=form.cleaned_data["explanation"],
                actor=current_user(request),
            )  # fmt: skip
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("更正已经公布在原来的内容下面。"))
            return redirect("charity:disclosure-entry", pk=(entry.corrects_id or entry.pk))
    return _form(request, entry.organisation, form, _("更正：%(title)s") % {"title": entry.title}, _("公布更正"))


def _form(
    request: HttpRequest, organisation: Organisation, form: forms.Form, heading: str, button: str
) -> HttpResponse:
    context = {"organisation": organisation, "form": form, "heading": heading, "button": button}
    return render(request, "charity/disclosure/form.html", context, status=422 if form.errors else 200)


def _duty(request: HttpRequest, pk: int) -> DisclosureDuty:
    try:
        found = queries.duty(pk)
    except NotFoundError as error:
        raise Http404 from error
    if not mandates.holds(current_user(request), found.organisation.public_code):
        raise Http404
    return found


def _entry(request: HttpRequest, pk: int) -> Disclosure:
    try:
        found = queries.entry(pk)
    except NotFoundError as error:
        raise Http404 from error
    if not mandates.holds(current_user(request), found.organisation.public_code):
        raise Http404
    return found
