"""Regional differences of matters, and trials of changed rules on past cases."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework import catalogue
from shetong.casework.models import MatterVariant, Trial, TrialState
from shetong.casework.queries import matters
from shetong.casework.queries import trials as trial_queries
from shetong.casework.rules.matters import Material, Matter
from shetong.casework.rules.trials import Change, Outcome
from shetong.casework.services import trials, variants
from shetong.casework.views.desk import blame
from shetong.core import statutes
from shetong.core.errors import DomainError, NotFoundError
from shetong.core.spreadsheets import inert
from shetong.core.statutes import Unit
from shetong.core.working_days import Period

PAGE = 50
UNITS = [("working_day", gettext_lazy("工作日")), ("day", gettext_lazy("日"))]
OUTCOMES = {
    Outcome.SAME: gettext_lazy("不变"),
    Outcome.LATE: gettext_lazy("本来按时，将会逾期"),
    Outcome.IN_TIME: gettext_lazy("本来逾期，将会按时"),
    Outcome.REFUSED: gettext_lazy("本来准予，将不符合条件"),
    Outcome.GRANTED: gettext_lazy("本来不予，不符合之处将不存在"),
    Outcome.DOUBTFUL: gettext_lazy("需要核对的事项不同"),
    Outcome.INCOMPLETE: gettext_lazy("将缺少材料"),
}


class DifferenceForm(forms.Form):
    """What a region does otherwise in a matter."""

    division_code = forms.CharField(label=gettext_lazy("行政区划代码"), max_length=6, required=False)
    promised_number = forms.IntegerField(
        label=gettext_lazy("承诺时限（选填）"), min_value=1, max_value=365, required=False
    )
    promised_unit = forms.ChoiceField(label=gettext_lazy("承诺时限的单位"), choices=UNITS, required=False)
    without_steps = forms.MultipleChoiceField(
        label=gettext_lazy("省去的环节"), required=False, widget=forms.SelectMultiple(attrs={"size": 4})
    )
    without_materials = forms.MultipleChoiceField(
        label=gettext_lazy("免交的材料"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    more_materials = forms.CharField(
        label=gettext_lazy("增加的材料（选填，一行一项）"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def __init__(self, matter: Matter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps: Any = self.fields["without_steps"]
        steps.choices = [(step.code, step.title) for step in matter.steps[:-1]]
        materials: Any = self.fields["without_materials"]
        materials.choices = [(material.code, material.title) for material in matter.materials]

    def titles(self) -> list[str]:
        """Return the added materials, one a line."""
        return [line.strip() for line in self.cleaned_data["more_materials"].splitlines() if line.strip()]


class VariantForm(DifferenceForm):
    """A difference with its days and its basis."""

    valid_from = forms.DateField(label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label=gettext_lazy("失效日期（选填，不含）"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=300, required=False)


class TrialForm(DifferenceForm):
    """What is tried, on which cases."""

    first_day = forms.DateField(label=gettext_lazy("决定日期自"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=gettext_lazy("至（含）"), widget=forms.DateInput(attrs={"type": "date"}))
    decision_number = forms.IntegerField(
        label=gettext_lazy("办理期限改为（选填）"), min_value=1, max_value=365, required=False
    )
    decision_unit = forms.ChoiceField(label=gettext_lazy("办理期限的单位"), choices=UNITS, required=False)
    parameter = forms.ChoiceField(label=gettext_lazy("改变的法定参数（选填）"), required=False)
    value = forms.IntegerField(
        label=gettext_lazy("参数改为"), required=False, help_text=gettext_lazy("金额以分为单位，其余按参数的单位。")
    )

    def __init__(self, matter: Matter, *args: Any, **kwargs: Any) -> None:
        super().__init__(matter, *args, **kwargs)
        chosen: Any = self.fields["parameter"]
        known = sorted(
            (one for one in statutes.parameters().values() if matter.tries(one.key)), key=lambda one: one.key
        )
        chosen.choices = [("", _("不改变")), *((one.key, f"{one.title}（{one.key}）") for one in known)]

    def change(self) -> Change:
        """Return what is tried."""
        given = self.cleaned_data
        named = given["parameter"] and given["value"] is not None
        return Change(
            decision=_period(given["decision_number"], given["decision_unit"]),
            promised=_period(given["promised_number"], given["promised_unit"]),
            without_steps=tuple(given["without_steps"]),
            without_materials=tuple(given["without_materials"]),
            more_materials=tuple(Material(f"trial-{at}", title) for at, title in enumerate(self.titles(), 1)),
            parameters={given["parameter"]: given["value"]} if named else {},
        )


def _period(number: int | None, unit: str) -> Period | None:
    return Period(number, Unit(unit)) if number else None


@require_safe
@office(Permission.MATTER_MANAGE)
def variant_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """List the differences of the divisions whose matters the viewer manages, by matter."""
    titles = {matter.code: matter.title for matter in catalogue.matters()}
    rows = [
        (row, titles.get(row.matter, row.matter))
        for row in matters.differences(grants)
    ]  # fmt: skip
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "matters": catalogue.matters(), "today": timezone.localdate()}
    return render(request, "casework/variants.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.MATTER_MANAGE)
def variant_new(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """Write a difference, look at the resulting guide, put it in force."""
    matter = _matter(code)
    first = next(iter(grants.jurisdictions(Permission.MATTER_MANAGE)), "")
    posted = request.method == "POST"
    start = {"division_code": first, "valid_from": timezone.localdate()}
    form = VariantForm(matter, request.POST if posted else None, initial=start)
    resulting = None
    if posted and form.is_valid():
        given = {**form.cleaned_data, "more_materials": form.titles()}
        try:
            row = variants.draft(matter=matter.code, **given)
            if request.POST.get("do") == "add":
                variants.add(row=row, actor=current_user(request))
                messages.success(request, _("地区差异已经记载，到生效日期起适用于新受理的办件。"))
                return redirect("casework:variants")
            resulting = matters.with_row(row)
        except DomainError as error:
            blame(form, error)
    context = {"form": form, "matter": matter, "resulting": resulting}
    return render(request, "casework/variant_new.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.MATTER_MANAGE)
def variant_end(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """End a difference on a day."""
    row = MatterVariant.objects.filter(pk=pk).first()
    if row is None or not grants.may(Permission.MATTER_MANAGE, row.division_code):
        raise Http404
    try:
        day = date.fromisoformat(request.POST.get("valid_to", ""))
    except ValueError:
        messages.error(request, _("请填写失效日期。"))
        return redirect("casework:variants")
    try:
        variants.end(variant_id=pk, valid_to=day, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经记载失效日期。"))
    return redirect("casework:variants")


@require_safe
@office(Permission.MATTER_MANAGE)
def trial_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """List the trials, and the matters on whose cases one can be run."""
    page = Paginator(trial_queries.kept(grants), PAGE).get_page(request.GET.get("page"))
    titles = {matter.code: matter.title for matter in catalogue.matters()}
    context = {"page": page, "rows": [(one, titles.get(one.matter, one.matter)) for one in page],
               "matters": catalogue.matters()}  # fmt: skip
    return render(request, "casework/trials.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.MATTER_MANAGE)
def trial_new(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """Say what is to be tried."""
    matter = _matter(code)
    today = timezone.localdate()
    start = {
        "division_code": next(iter(grants.jurisdictions(Permission.MATTER_MANAGE)), ""),
        "first_day": today - timedelta(days=365),
        "last_day": today,
    }
    form = TrialForm(matter, request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("division_code", "first_day", "last_day")}
        try:
            made = trials.ask(actor=current_user(request), matter=matter.code, change=form.change(), **given)
        except DomainError as error:
            blame(form, error)
        else:
            return redirect("casework:trial", pk=made.pk)
    context = {"form": form, "matter": matter}
    return render(request, "casework/trial_new.html", context, status=422 if form.errors else 200)


@require_safe
@office(Permission.MATTER_MANAGE)
def trial(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show how far a trial is and what came out; ``?as=json`` and ``?as=csv`` hand it out."""
    found = Trial.objects.select_related("asked_by").filter(pk=pk).first()
    if found is None or not grants.may(Permission.MATTER_MANAGE, found.division_code):
        raise Http404
    wanted = request.GET.get("as", "")
    if wanted == "json" and found.state == TrialState.DONE:
        return JsonResponse({"trial": found.pk, "change": found.change, **found.result})
    if wanted == "csv" and found.state == TrialState.DONE:
        return _table(found)
    result = found.result
    context = {
        "trial": found,
        "matter": _matter(found.matter),
        "running": found.state in (TrialState.WAITING, TrialState.RUNNING),
        "percent": found.done * 100 // found.cases if found.cases else 0,
        "unread": result.get("unread", []),
        "totals": [(OUTCOMES[one], result.get("by_outcome", {}).get(str(one), 0)) for one in Outcome],
        "rows": [
            {**row, "outcomes": [OUTCOMES[Outcome(one)] for one in row["outcomes"]]}
            for row in result.get("rows", [])[:PAGE]
        ],
        "more": max(len(result.get("rows", [])) - PAGE, 0),
    }
    return render(request, "casework/trial.html", context)


def _table(found: Trial) -> HttpResponse:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(("办件编号", "组织", "结果", "决定日期", "原期限", "试算期限", "原因"))
    for row in found.result["rows"]:
        outcomes = "、".join(str(OUTCOMES[Outcome(one)]) for one in row["outcomes"])
        cells = (row["number"], row["name"], outcomes, row["decided_on"], row["due"], row["tried_due"])
        writer.writerow([inert(str(cell)) for cell in (*cells, "；".join(row["reasons"]))])
    response = HttpResponse("\ufeff" + target.getvalue(), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="trial-{found.pk}.csv"'
    return response


def _matter(code: str) -> Matter:
    try:
        return catalogue.national(code)
    except NotFoundError:
        raise Http404 from None
