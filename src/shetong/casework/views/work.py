"""An officer's work: the list with its filters, several cases at once, the list as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.deputies import colleagues
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework import catalogue
from shetong.casework.models import State, WaitsFor
from shetong.casework.queries import desk
from shetong.casework.queries import todo as queries
from shetong.casework.queries.todo import SORTS, Listed, Wanted
from shetong.casework.services import batch
from shetong.core import divisions
from shetong.core.asked import whole
from shetong.core.errors import DomainError, InvalidInputError
from shetong.core.spreadsheets import inert

HEADINGS = (
    "办件编号", "组织", "事项", "状态", "等待", "环节", "办理机关", "承办人", "提交时间",
    "受理日期", "应当先办的日期", "法定期限届满日",
)  # fmt: skip
_KEPT = ("tab", "matter", "division", "holder", "text", "sort")


@require_safe
@office(Permission.CASE_VIEW)
def work(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show what is to be done, the next due first."""
    return _show(request, grants)


def _show(request: HttpRequest, grants: Grants, results: list[batch.Result] | None = None) -> HttpResponse:
    user = current_user(request)
    shown = queries.todo(user, grants, _wanted(request))
    chief = grants.anywhere(Permission.CASE_ASSIGN)
    reach = grants.jurisdictions(Permission.CASE_VIEW)
    context = {
        "todo": shown,
        "rows": _rows(shown),
        "besides": queries.besides(user, grants),
        "matters": catalogue.matters(),
        "divisions": _divisions(reach),
        "colleagues": colleagues(reach, Permission.CASE_REVIEW)[: desk.MOST_COLLEAGUES],
        "sorts": [(name, title) for name, (title, _column, _down) in SORTS.items()],
        "query": _query(shown.wanted),
        "filters": _query(shown.wanted, without=("tab",)),
        "kept": [(name, value) for name in _KEPT if (value := getattr(shown.wanted, name))],
        "results": results,
        "may_accept": grants.anywhere(Permission.CASE_ACCEPT),
        "may_assign": chief,
        "principals": {one.principal: one.principal_name for one in grants.lent},
    }
    return render(request, "casework/work.html", context)


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the list in words: fifty of them are most of a page, so the template only writes them down."""

    pk: int
    address: str
    name: str
    tick: str
    about: str
    waits: str
    light: str
    day: str
    until: str
    place: str
    number: str


def _rows(shown: queries.Todo) -> list[Row]:
    titles = {matter.code: _(matter.title) for matter in catalogue.matters()}
    states = {state.value: _(state.label) for state in State}
    awaited = {whom.value: _("等待%(whom)s") % {"whom": _(whom.label)} for whom in WaitsFor}
    tick, until = _("勾选 %(name)s"), _("%(day)s 到期")
    before, _zero, after = reverse("casework:desk-case", kwargs={"pk": 0}).rpartition("0")
    found = []
    for case in shown.cases:
        title, day = titles.get(case.matter, case.matter), case.next_on.isoformat() if case.next_on else ""
        name = case.subject_name or title
        found.append(
            Row(
                pk=case.pk,
                address=f"{before}{case.pk}{after}",
                name=name,
                tick=tick % {"name": name},
                about=f"{title} · {states[case.state]}",
                waits=awaited[case.waits_for] if case.waits_for else "",
                light=_light(case.next_on, shown.today),
                day=day,
                until=until % {"day": day} if day else "",
                place=f"{case.authority_name} · {case.holder}" if case.holder else case.authority_name,
                number=case.number,
            )
        )
    return found


def _light(due: date | None, today: date) -> str:
    """Return ``red`` for a case that is late, ``yellow`` for one due today."""
    if due is None or due > today:
        return ""
    return "red" if due < today else "yellow"


def _wanted(request: HttpRequest) -> Wanted:
    given = request.GET if request.method != "POST" else request.POST
    return Wanted(**{name: given.get(name, "") or getattr(Wanted(), name) for name in (*_KEPT, "cursor")})


def _query(wanted: Wanted, without: tuple[str, ...] = ()) -> str:
    usual = Wanted()
    kept = {name: getattr(wanted, name) for name in _KEPT if name not in without}
    return urlencode({name: value for name, value in kept.items() if value and value != getattr(usual, name)})


def _divisions(jurisdictions: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the divisions to choose from: one's own and those right below."""
    codes = [code for own in jurisdictions for code in (own, *(one.code for one in divisions.children(own)))]
    return [(code, divisions.full_name(code) or _("全国")) for code in dict.fromkeys(codes)]


@require_POST
@office(Permission.CASE_VIEW)
def batch_act(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Accept, take or give away the ticked cases, each judged by itself; say what became of each."""
    user = current_user(request)
    ticked = [number for value in request.POST.getlist("case") if (number := whole(value)) is not None]
    name = request.POST.get("do", "")
    try:
        if name == "accept":
            results = batch.accept(case_ids=ticked, actor=user)
        elif name == "take":
            results = batch.take(case_ids=ticked, actor=user)
        elif name == "assign":
            results = _give(request, grants, ticked)
        else:
            raise InvalidInputError(_("没有选择要办理的操作，请点击列表下方的按钮办理。"))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(f"{request.path.removesuffix('batch/')}?{_query(_wanted(request))}")
    return _show(request, grants, results)


def _give(request: HttpRequest, grants: Grants, ticked: list[int]) -> list[batch.Result]:
    given = request.POST.get("to", "")
    reach = grants.jurisdictions(Permission.CASE_VIEW)
    people = colleagues(reach, Permission.CASE_REVIEW)
    to = people.filter(pk=number).first() if (number := whole(given)) is not None else None
    if to is None:
        raise InvalidInputError(_("请选择把勾选的办件交给谁。"))
    return batch.assign(case_ids=ticked, actor=current_user(request), to=to, note=request.POST.get("note", ""))


@require_safe
@office(Permission.CASE_VIEW)
def export(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Hand out the list as a CSV table; the export itself is recorded."""
    user = current_user(request)
    wanted = _wanted(request)
    audit.record(
        actor=user, action="case.export", target="case:list", detail={"tab": wanted.tab, "limit": queries.EXPORT_LIMIT},
        request=request,
    )  # fmt: skip
    response = StreamingHttpResponse(_lines(queries.export(user, grants, wanted)), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="cases-{timezone.localdate()}.csv"'
    return response


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


def _lines(found: Iterable[Listed]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    named = {matter.code: matter for matter in catalogue.matters()}
    yield "\ufeff" + writer.writerow(HEADINGS)
    for case in found:
        matter = named.get(case.matter)
        cells = (
            case.number,
            case.subject_name,
            matter.title if matter else case.matter,
            State(case.state).label,
            WaitsFor(case.waits_for).label if case.waits_for else "",
            matter.step(case.step).title if matter and case.step else "",
            case.authority_name,
            case.holder,
            f"{timezone.localtime(case.submitted_at):%Y-%m-%d %H:%M}" if case.submitted_at else "",
            *(str(day or "") for day in (case.accepted_on, case.next_on, case.due_on)),
        )
        yield writer.writerow([inert(cell) for cell in cells])
