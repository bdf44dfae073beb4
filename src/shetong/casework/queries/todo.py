"""An officer's work: open cases of the jurisdictions in which something may be done, the next due first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework.models import OPEN_STATES, Case, State
from shetong.core import divisions

PAGE = 50
SOON = 3


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to look at the work, with its exact number of cases."""

    name: str
    title: str
    total: int
    current: bool


@dataclass(frozen=True, slots=True)
class Todo:
    """A page of an officer's work. ``next_cursor`` is empty on the last page."""

    tabs: tuple[Tab, ...]
    cases: tuple[Case, ...]
    next_cursor: str
    today: date


TITLES = {
    "all": "全部在办",
    "mine": "我领取的",
    "free": "待领取",
    "overdue": "已逾期",
    "soon": "即将到期",
    "waiting": "待申请人补正",
}


def todo(user: User, grants: Grants, *, tab: str = "all", matter: str = "", cursor: str = "") -> Todo:
    """Return a page of the open cases that ``user`` may see, with exact totals. Two queries."""
    today = timezone.localdate()
    cases = authorised(grants)
    filters = _filters(user, today)
    chosen = tab if tab in filters else "all"
    totals = cases.aggregate(**{name: Count("pk", filter=condition) for name, condition in filters.items()})
    rows = cases.filter(filters[chosen])
    if matter:
        rows = rows.filter(matter=matter)
    ordered = rows.order_by(F("next_on").asc(nulls_last=True), "id").select_related("holder")
    found = list(_after(ordered, cursor)[: PAGE + 1])
    return Todo(
        tabs=tuple(Tab(name, TITLES[name], totals[name], name == chosen) for name in filters),
        cases=tuple(found[:PAGE]),
        next_cursor=_cursor(found[PAGE - 1]) if len(found) > PAGE else "",
        today=today,
    )


def authorised(grants: Grants, permission: Permission = Permission.CASE_VIEW) -> QuerySet[Case]:
    """Return the open cases of the authorities that ``permission`` reaches."""
    reach = Q(pk__in=[])
    for jurisdiction in grants.jurisdictions(permission):
        prefix = divisions.prefix(jurisdiction)
        if not prefix:
            reach = Q()
            break
        reach |= Q(authority_division__gte=prefix.ljust(6, "0"), authority_division__lte=prefix.ljust(6, "9"))
    return Case.objects.filter(reach, state__in=OPEN_STATES)


def _filters(user: User, today: date) -> dict[str, Q]:
    return {
        "all": Q(),
        "mine": Q(holder=user),
        "free": Q(holder__isnull=True) & ~Q(state=State.CORRECTION),
        "overdue": Q(next_on__lt=today),
        "soon": Q(next_on__gte=today, next_on__lte=today + timedelta(days=SOON)),
        "waiting": Q(state=State.CORRECTION),
    }


def _after(rows: QuerySet[Case], cursor: str) -> QuerySet[Case]:
    """Return what follows a cursor ``date.id`` (``-`` for no date); a cursor that is none gives the first page."""
    day, _, number = cursor.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return rows
    if day == "-":
        return rows.filter(next_on__isnull=True, id__gt=int(number))
    try:
        last = date.fromisoformat(day)
    except ValueError:
        return rows
    return rows.filter(Q(next_on__gt=last) | Q(next_on=last, id__gt=int(number)) | Q(next_on__isnull=True))


def _cursor(case: Case) -> str:
    return f"{case.next_on or '-'}.{case.pk}"
