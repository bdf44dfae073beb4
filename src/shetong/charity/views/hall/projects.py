"""A charity's projects in the hall: opened, budgeted, with the partners and people that spending names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.charity.forms.fields import KeepingForm, blame
from shetong.charity.forms.spending import BeneficiaryForm, BudgetForm, PartnerForm, ProjectForm
from shetong.charity.models import BeneficiaryCategory, Project
from shetong.charity.queries import flows, keeping
from shetong.charity.services import budgets, deeds, projects
from shetong.charity.views import words
from shetong.charity.views.hall.acting import confirm, keeper
from shetong.charity.views.hall.home import fund
from shetong.core.errors import DomainError
from shetong.registry.models import Organisation

PEOPLE = 50
FORMS: dict[str, type[KeepingForm]] = {"budget": BudgetForm, "partner": PartnerForm, "beneficiary": BeneficiaryForm}


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Open a project that is not raised for in public; public fundraising begins with a filed plan."""
    form = ProjectForm(request.POST if request.method == "POST" else None)

    def do() -> str:
        given = {name: value for name, value in form.cleaned_data.items() if name != "key"}
        made = projects.open_project(organisation=organisation, actor=current_user(request), **given)
        return _address(organisation, made)

    return confirm(
        request, form, organisation=organisation, heading=_("新建慈善项目"), do=do, done=_("项目已经建立。"),
        back=reverse("charity:account", args=[organisation.public_code]),
        warning=_("建立后项目立即公开。要公开募捐的，请先办理公开募捐方案备案。"),
    )  # fmt: skip


@require_safe
@keeper
def project(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    """Show a project's funds, budget, partners and people."""
    return _show(request, organisation, _found(organisation, number), {})


@require_POST
@keeper
def add(request: HttpRequest, organisation: Organisation, number: str, what: str) -> HttpResponse:
    """Add a line of the budget, a partner, or somebody who is helped."""
    found = _found(organisation, number)
    if what not in FORMS:
        raise Http404
    form, user = FORMS[what](request.POST, prefix=what), current_user(request)

    def do() -> str:
        _add(what, found, {name: value for name, value in form.cleaned_data.items() if name != "key"}, user)
        return f"{_address(organisation, found)}#{what}"

    if form.is_valid():
        try:
            deeds.once(key=form.deed_key, user=user, content=[("", request.path), *form.said()], do=do)
        except DomainError as error:
            if error.code == deeds.REUSED:
                form.renew()
            blame(form, error)
    if form.errors:
        return _show(request, organisation, found, {what: form})
    messages.success(request, _("已经添加。"))
    return redirect(f"{_address(organisation, found)}#{what}")


def _add(what: str, found: Project, given: dict[str, Any], actor: Any) -> None:
    if what == "budget":
        budgets.add_line(project=found, actor=actor, **given)
    elif what == "partner":
        projects.add_partner(project=found, actor=actor, **given)
    else:
        given["division_code"] = given.pop("division")
        given["category"] = BeneficiaryCategory(given["category"])
        projects.add_beneficiary(project=found, actor=actor, **given)


def _show(
    request: HttpRequest, organisation: Organisation, found: Project, bound: dict[str, KeepingForm]
) -> HttpResponse:
    people = list(
        keeping.beneficiaries(found, text=request.GET.get("who", "")[:40], before=request.GET.get("before", ""))[
            : PEOPLE + 1
        ]
    )
    who = request.GET.get("who", "")[:40]
    older = {"who": who, "before": people[PEOPLE - 1].pk} if len(people) > PEOPLE else {}
    context = {
        "organisation": organisation,
        "project": found,
        "who": who,
        "people_next": f"?{urlencode(older)}#beneficiary" if older else "",
        "people_first": f"?{urlencode({'who': who})}#beneficiary" if "before" in request.GET else "",
        "many": bool(who or older or "before" in request.GET),
        "figures": words.figures(flows.sums(flows.pools_of(project=found).filter(asset="CNY"))),
        "funds": [fund(pool) for pool in keeping.funds(organisation) if pool.project_id == found.pk],
        "budget": [(line, words.money(line.amount)) for line in found.budget_lines.order_by("pk")],
        "partners": found.partners.order_by("pk"),
        "people": [(one.pk, words.who(one)) for one in people[:PEOPLE]],
        "forms": {name: bound.get(name) or made(prefix=name) for name, made in FORMS.items()},
        "failed": list(bound.values()),
    }
    return render(request, "charity/hall/project.html", context, status=422 if bound else 200)


def _found(organisation: Organisation, number: str) -> Project:
    found = Project.objects.filter(organisation=organisation, number=number.upper()).first()
    if found is None:
        raise Http404
    return found


def _address(organisation: Organisation, found: Project) -> str:
    return reverse("charity:keep-project", args=[organisation.public_code, found.number])
