"""An officer's work: open cases of the jurisdictions in which something may be done, the next due first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission, holds
from shetong.casework.models import OPEN_STATES, Case, Mention, Opinion, SiteCheck, State, WaitsFor
from shetong.core import divisions

PAGE = 50
SOON = 3
EXPORT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer looks for.

    ``division``: an authority's division or one above; ``holder``: an account's number, ``"none"`` for cases that
    nobody holds; ``sort``: one of :data:`SORTS`.
    """

    tab: str = "all"
    matter: str = ""
    division: str = ""
    holder: str = ""
    text: str = ""
    sort: str = "due"
    cursor: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything beside the tab is asked for."""
        return bool(self.matter or self.division or self.holder or self.text)


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
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def total(self) -> int:
        """Return how many cases the chosen tab has."""
        return next((tab.total for tab in self.tabs if tab.current), 0)


TITLES = {
    "all": N_("全部在办"),
    "mine": N_("我经办的"),
    "new": N_("新收待受理"),
    "free": N_("待领取"),
    "today": N_("今日到期"),
    "overdue": N_("已逾期"),
    "soon": N_("即将到期"),
    "waiting": N_("等待他人"),
}
# By what lists are sorted: a name, the column, whether the greatest comes first.
SORTS: dict[str, tuple[str, str, bool]] = {
    "due": (N_("到期日"), "next_on", False),
    "newest": (N_("最近提交"), "submitted_at", True),
    "oldest": (N_("最早提交"), "submitted_at", False),
}


def todo(user: User, grants: Grants, wanted: Wanted | None = None) -> Todo:
    """Return a page of the open cases that ``user`` may see, with exact totals. Two queries."""
    asked = cleaned(wanted or Wanted(), grants)
    today = timezone.localdate()
    rows = _narrowed(authorised(grants, division=asked.division), asked)
    filters = tab_filters(user, grants, today)
    totals = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in filters.items()})
    _, column, descending = SORTS[asked.sort]
    order = F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)
    ordered = rows.filter(filters[asked.tab]).order_by(order, "id").select_related("holder")
    found = list(_after(ordered.defer("form", "sealed"), asked)[: PAGE + 1])
    return Todo(
        tabs=tuple(Tab(name, TITLES[name], totals[name], name == asked.tab) for name in filters),
        cases=tuple(found[:PAGE]),
        next_cursor=_cursor(found[PAGE - 1], asked) if len(found) > PAGE else "",
        today=today,
        wanted=asked,
    )


def export(user: User, grants: Grants, wanted: Wanted) -> Iterator[Case]:
    """Return the cases of a list, all of its pages up to :data:`EXPORT_LIMIT`."""
    asked = cleaned(wanted, grants)
    rows = _narrowed(authorised(grants, division=asked.division), asked)
    _, column, descending = SORTS[asked.sort]
    order = F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)
    filters = tab_filters(user, grants, timezone.localdate())
    chosen = rows.filter(filters[asked.tab]).order_by(order, "id").select_related("holder")
    return chosen.defer("form", "sealed")[:EXPORT_LIMIT].iterator(chunk_size=1_000)


def cleaned(wanted: Wanted, grants: Grants) -> Wanted:
    """Return what is asked for with what nobody can mean left out: unknown tabs and sorts, foreign divisions."""
    division = wanted.division if re.fullmatch(r"[1-9]\d{5}", wanted.division) else ""
    holder = wanted.holder if wanted.holder == "none" or re.fullmatch(r"\d{1,18}", wanted.holder) else ""
    inside = any(holds(code, division) or holds(division, code) for code in grants.jurisdictions(Permission.CASE_VIEW))
    return replace(
        wanted,
        tab=wanted.tab if wanted.tab in TITLES else "all",
        sort=wanted.sort if wanted.sort in SORTS else "due",
        division=division if division and inside else "",
        holder=holder,
        matter=wanted.matter[:24],
        text=wanted.text.replace("\x00", "").strip()[:100],
    )


def authorised(grants: Grants, permission: Permission = Permission.CASE_VIEW, *, division: str = "") -> QuerySet[Case]:
    """Return the open cases of the authorities that ``permission`` reaches, within ``division`` where one is named."""
    rows = Case.objects.filter(reached(grants, permission), state__in=OPEN_STATES)
    return rows.filter(within(division)) if division else rows


def reached(grants: Grants, permission: Permission) -> Q:
    """Return the condition that a case belongs to an authority that ``permission`` reaches."""
    reach = Q(pk__in=[])
    for jurisdiction in grants.jurisdictions(permission):
        if not divisions.prefix(jurisdiction):
            return Q()
        reach |= within(jurisdiction)
    return reach


def within(division: str) -> Q:
    """Return the condition that a case belongs to an authority of a division or of one below."""
    prefix = divisions.prefix(division)
    return Q(authority_division__gte=prefix.ljust(6, "0"), authority_division__lte=prefix.ljust(6, "9"))


def tab_filters(user: User, grants: Grants, today: date) -> dict[str, Q]:
    """Return what each tab holds. One's own work includes that of the colleagues for whom one acts."""
    people = [user.pk, *{one.principal for one in grants.lent}]
    return {
        "all": Q(),
        "mine": Q(holder__in=people),
        "new": Q(state=State.SUBMITTED),
        "free": Q(holder__isnull=True) & ~Q(state=State.CORRECTION),
        "today": Q(next_on=today),
        "overdue": Q(next_on__lt=today),
        "soon": Q(next_on__gt=today, next_on__lte=today + timedelta(days=SOON)),
        "waiting": ~Q(waits_for=WaitsFor.NOBODY),
    }


def _narrowed(rows: QuerySet[Case], wanted: Wanted) -> QuerySet[Case]:
    if wanted.matter:
        rows = rows.filter(matter=wanted.matter)
    if wanted.holder:
        rows = rows.filter(holder__isnull=True) if wanted.holder == "none" else rows.filter(holder=int(wanted.holder))
    if wanted.text:
        rows = rows.filter(Q(subject_name__contains=wanted.text) | Q(number__startswith=wanted.text.upper()))
    return rows


def _after(rows: QuerySet[Case], wanted: Wanted) -> QuerySet[Case]:
    """Return what follows a cursor ``value.id`` (``-`` for no value); a cursor that is none gives the first page."""
    value, _, number = wanted.cursor.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return rows
    _, column, descending = SORTS[wanted.sort]
    if value == "-":
        return rows.filter(**{f"{column}__isnull": True}, id__gt=int(number))
    read: Callable[[str], date] = date.fromisoformat if column == "next_on" else datetime.fromisoformat
    try:
        last = read(value)
    except ValueError:
        return rows
    if isinstance(last, datetime) and timezone.is_naive(last):
        return rows
    beyond = Q(**{f"{column}__{'lt' if descending else 'gt'}": last})
    return rows.filter(beyond | Q(**{column: last}, id__gt=int(number)) | Q(**{f"{column}__isnull": True}))


def _cursor(case: Case, wanted: Wanted) -> str:
    value = getattr(case, SORTS[wanted.sort][1])
    return f"{value.isoformat() if value else '-'}.{case.pk}"


@dataclass(frozen=True, slots=True)
class Besides:
    """What else waits for an officer: opinions asked of his body, checks to record, notes that name him."""

    opinions: int
    checks: tuple[SiteCheck, ...]
    mentions: tuple[Mention, ...]


def besides(user: User, grants: Grants) -> Besides:
    """Return what waits beside the cases. Three queries at most."""
    checks = SiteCheck.objects.filter(
        officers__contains=[user.pk], recorded_at__isnull=True, case__state__in=OPEN_STATES
    )
    mentions = Mention.objects.filter(user=user, seen_at__isnull=True).select_related("note__author", "note__case")
    return Besides(
        opinions=asked_opinions(grants).count() if grants.anywhere(Permission.OPINION_GIVE) else 0,
        checks=tuple(checks.select_related("case").order_by("planned_on", "pk")[:PAGE]),
        mentions=tuple(mentions.order_by("-pk")[:PAGE]),
    )


def asked_opinions(grants: Grants) -> QuerySet[Opinion]:
    """Return the opinions that the viewer's body was asked for and has not given, the oldest first."""
    reach = Q(pk__in=[])
    for jurisdiction in grants.jurisdictions(Permission.OPINION_GIVE):
        prefix = divisions.prefix(jurisdiction)
        reach |= Q(asked_division__gte=prefix.ljust(6, "0"), asked_division__lte=prefix.ljust(6, "9"))
    rows = Opinion.objects.filter(reach, answered_at__isnull=True, case__state=State.REVIEWING)
    return rows.exclude(asked_division="").select_related("case").order_by("asked_at", "pk")
