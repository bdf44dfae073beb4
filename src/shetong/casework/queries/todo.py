"""An officer's work: open cases of the jurisdictions in which something may be done, the next due first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission, holds
from shetong.casework.models import OPEN_STATES, Mention, Opinion, SiteCheck, State
from shetong.core import divisions
from shetong.store import rows

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
class Listed:
    """What lists show of a case; ``holder``: the name of who holds it, empty where nobody does."""

    pk: int
    number: str
    matter: str
    state: str
    step: str
    subject_name: str
    authority_name: str
    holder: str
    waits_for: str
    submitted_at: datetime | None
    accepted_on: date | None
    next_on: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Todo:
    """A page of an officer's work. ``next_cursor`` is empty on the last page."""

    tabs: tuple[Tab, ...]
    cases: tuple[Listed, ...]
    next_cursor: str
    today: date
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def total(self) -> int:
        """Return how many cases the chosen tab has."""
        return next((tab.total for tab in self.tabs if tab.current), 0)


TITLES = {
    "all": N_("全部在办"),
    "mine": N_("我承办的"),
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
# What each tab holds; one's own work includes that of the colleagues for whom one acts.
_TABS: dict[str, tuple[str, Callable[[list[int], date], list[Any]]]] = {
    "all": ("true", lambda _people, _today: []),
    "mine": ("holder_id = ANY(%s)", lambda people, _today: [people]),
    "new": ("state = 'submitted'", lambda _people, _today: []),
    "free": ("holder_id IS NULL AND state <> 'correction'", lambda _people, _today: []),
    "today": ("next_on = %s", lambda _people, today: [today]),
    "overdue": ("next_on < %s", lambda _people, today: [today]),
    "soon": ("next_on > %s AND next_on <= %s", lambda _people, today: [today, today + timedelta(days=SOON)]),
    "waiting": ("waits_for <> ''", lambda _people, _today: []),
}
_LISTED = """
    SELECT c.id, coalesce(c.number, ''), c.matter, c.state, c.step, c.subject_name, c.authority_name,
           coalesce(nullif(u.display_name, ''), u.username, ''), c.waits_for, c.submitted_at, c.accepted_on, c.next_on,
           c.due_on
    FROM casework_case c
"""


class _Condition:
    """Conditions joined by AND, with their values in order."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.values: list[Any] = []

    def add(self, part: str, *values: Any) -> _Condition:
        self._parts.append(part)
        self.values += values
        return self

    def __str__(self) -> str:
        return " AND ".join(f"({part})" for part in self._parts)


def todo(user: User, grants: Grants, wanted: Wanted | None = None) -> Todo:
    """Return a page of the open cases that ``user`` may see, with exact totals. Two queries."""
    asked = cleaned(wanted or Wanted(), grants)
    today = timezone.localdate()
    tabs = {name: (part, values(_people(user, grants), today)) for name, (part, values) in _TABS.items()}
    open_ones = _open(grants, asked)
    counted = ", ".join(f"count(*) FILTER (WHERE {part})" for part, _ in tabs.values())
    totals = rows.fetch(
        f"SELECT {counted} FROM casework_case WHERE {open_ones}",  # noqa: S608 - put together from constants
        [*(value for _, values in tabs.values() for value in values), *open_ones.values],
    )[0]
    part, values = tabs[asked.tab]
    found = _listed(_after(open_ones.add(part, *values), asked), asked, PAGE + 1)
    return Todo(
        tabs=tuple(Tab(name, TITLES[name], total, name == asked.tab) for name, total in zip(tabs, totals, strict=True)),
        cases=tuple(found[:PAGE]),
        next_cursor=_cursor(found[PAGE - 1], asked) if len(found) > PAGE else "",
        today=today,
        wanted=asked,
    )


def export(user: User, grants: Grants, wanted: Wanted) -> list[Listed]:
    """Return the cases of a list, all of its pages up to :data:`EXPORT_LIMIT`."""
    asked = cleaned(wanted, grants)
    part, values = _TABS[asked.tab]
    chosen = _open(grants, asked).add(part, *values(_people(user, grants), timezone.localdate()))
    return _listed(chosen, asked, EXPORT_LIMIT)


def _people(user: User, grants: Grants) -> list[int]:
    return [user.pk, *{one.principal for one in grants.lent}]


def _listed(chosen: _Condition, asked: Wanted, limit: int) -> list[Listed]:
    """Return the cases that a condition leaves, in the order asked for."""
    _, column, descending = SORTS[asked.sort]
    order = f"{column} {'DESC' if descending else 'ASC'} NULLS LAST"
    found = rows.fetch(
        f"{_LISTED} JOIN (SELECT id FROM casework_case WHERE {chosen} ORDER BY {order}, id LIMIT %s) AS chosen"  # noqa: S608
        f" ON chosen.id = c.id LEFT JOIN accounts_user u ON u.id = c.holder_id ORDER BY c.{order}, c.id",
        [*chosen.values, limit],
    )
    return [Listed(*row) for row in found]


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


def _open(grants: Grants, wanted: Wanted) -> _Condition:
    """Return the condition of the open cases that the viewer may see and looks for."""
    chosen = _Condition().add(_OPEN)
    reach = grants.jurisdictions(Permission.CASE_VIEW)
    if divisions.NATION not in reach:
        bounds = [_bounds(code) for code in reach]
        chosen.add(" OR ".join([_WITHIN] * len(bounds)) or "false", *(bound for pair in bounds for bound in pair))
    if wanted.division:
        chosen.add(_WITHIN, *_bounds(wanted.division))
    if wanted.matter:
        chosen.add("matter = %s", wanted.matter)
    if wanted.holder == "none":
        chosen.add("holder_id IS NULL")
    elif wanted.holder:
        chosen.add("holder_id = %s", int(wanted.holder))
    if wanted.text:
        looked_for = "position(%s IN subject_name) > 0 OR starts_with(number, %s)"
        chosen.add(looked_for, wanted.text, wanted.text.upper())
    return chosen


_OPEN = "state IN ({})".format(", ".join(f"'{state}'" for state in OPEN_STATES))
_WITHIN = "authority_division BETWEEN %s AND %s"


def _bounds(division: str) -> tuple[str, str]:
    prefix = divisions.prefix(division)
    return prefix.ljust(6, "0"), prefix.ljust(6, "9")


def within(division: str) -> Q:
    """Return the condition that a case belongs to an authority of a division or of one below."""
    low, high = _bounds(division)
    return Q(authority_division__gte=low, authority_division__lte=high)


def _after(chosen: _Condition, wanted: Wanted) -> _Condition:
    """Add what follows a cursor ``value.id`` (``-`` for no value); a cursor that is none gives the first page."""
    value, _, number = wanted.cursor.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return chosen
    _, column, descending = SORTS[wanted.sort]
    if value == "-":
        return chosen.add(f"{column} IS NULL AND id > %s", int(number))
    read: Callable[[str], date] = date.fromisoformat if column == "next_on" else datetime.fromisoformat
    try:
        last = read(value)
    except ValueError:
        return chosen
    if isinstance(last, datetime) and timezone.is_naive(last):
        return chosen
    beyond = f"{column} {'<' if descending else '>'} %s OR ({column} = %s AND id > %s) OR {column} IS NULL"
    return chosen.add(beyond, last, last, int(number))


def _cursor(case: Listed, wanted: Wanted) -> str:
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
        low, high = _bounds(jurisdiction)
        reach |= Q(asked_division__gte=low, asked_division__lte=high)
    waiting = (State.REVIEWING, State.SUSPENDED)
    found = Opinion.objects.filter(reach, answered_at__isnull=True, case__state__in=waiting)
    return found.exclude(asked_division="").select_related("case").order_by("asked_at", "pk")
