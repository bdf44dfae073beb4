"""Trials of a changed rule: past cases tried one after another, nothing written; and the trials that were kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework.models import Act, Case, CaseEvent, CaseMaterial, State, Trial
from shetong.casework.queries import matters
from shetong.casework.queries.todo import within
from shetong.casework.rules import trials as rules
from shetong.casework.rules.clock import Happened
from shetong.casework.rules.matters import Authority, Matter, Values
from shetong.casework.rules.trials import Change, Outcome, Past
from shetong.core import divisions, statutes
from shetong.core.errors import DomainError
from shetong.core.findings import Finding, Severity

CHUNK = 200
# Rows that are kept with a trial; totals are of all cases.
MOST_ROWS = 2_000
MOST_CASES = 200_000


@dataclass(frozen=True, slots=True)
class Row:
    """A past case that would have gone otherwise."""

    case_id: int
    number: str
    name: str
    outcomes: tuple[Outcome, ...]
    decided_on: date
    due: date | None
    tried_due: date | None
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the row as it is stored and exported."""
        return {
            "case": self.case_id,
            "number": self.number,
            "name": self.name,
            "outcomes": [str(one) for one in self.outcomes],
            "decided_on": str(self.decided_on),
            "due": str(self.due or ""),
            "tried_due": str(self.tried_due or ""),
            "reasons": list(self.reasons),
        }


@dataclass(slots=True)
class Tally:
    """What came out of a trial: cases tried, how many by outcome, the rows that differ, the parameters checks read."""

    tried: int = 0
    by_outcome: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    read: set[str] = field(default_factory=set)

    def as_json(self, change: Change) -> dict[str, Any]:
        """Return totals and rows, and which changed parameters no check of any case read."""
        return {
            "unread": sorted(set(change.parameters) - self.read),
            "tried": self.tried,
            "by_outcome": {str(one): self.by_outcome[one] for one in Outcome},
            "rows": [row.as_json() for row in self.rows],
        }


def past(matter: str, division_code: str, first_day: date, last_day: date) -> QuerySet[Case]:
    """Return the cases of a matter that were decided in a period by the authorities of a division."""
    rows = Case.objects.filter(
        matter=matter, accepted_on__isnull=False, decided_on__gte=first_day, decided_on__lte=last_day
    )
    return rows.filter(within(division_code)) if divisions.prefix(division_code) else rows


def run(
    cases: QuerySet[Case],
    change: Change,
    open_form: Callable[[Case], Values],
    progress: Callable[[int], None] = lambda _done: None,
) -> Tally:
    """Try a change on past cases. ``open_form``: the answers of a case in the clear, for the checks; pure otherwise.

    ``progress`` is told how many are done. Four queries for every :data:`CHUNK` cases, beside those of the checks.
    """
    tally = Tally()
    known: dict[tuple[str, date | None], Matter] = {}
    for chunk in _chunks(cases):
        events, handed_in, granted = _events(chunk), _materials(chunk), _granted(chunk)
        for case in chunk:
            key = (case.authority_division, case.rules_on)
            if key not in known:
                known[key] = matters.in_force(case.matter, *key)
            matter = known[key]
            row = _try(case, matter, change, open_form, events[case.pk], handed_in.get(case.pk, frozenset()),
                       case.pk in granted, tally.read)  # fmt: skip
            tally.tried += 1
            tally.by_outcome.update(str(one) for one in row.outcomes)
            if row.outcomes != (Outcome.SAME,) and len(tally.rows) < MOST_ROWS:
                tally.rows.append(row)
        progress(tally.tried)
    return tally


def _chunks(cases: QuerySet[Case]) -> Iterator[list[Case]]:
    after = 0
    while chunk := list(cases.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield chunk
        after = chunk[-1].pk


def _events(chunk: list[Case]) -> dict[int, list[Happened]]:
    found: dict[int, list[Happened]] = {case.pk: [] for case in chunk}
    rows = CaseEvent.objects.filter(case__in=found).order_by("case_id", "number")
    for case_id, act, moment, detail in rows.values_list("case_id", "act", "recorded_at", "detail"):
        found[case_id].append(Happened(Act(act), timezone.localdate(moment), detail))
    return found


def _materials(chunk: list[Case]) -> dict[int, frozenset[str]]:
    there = CaseMaterial.objects.filter(case__in=[case.pk for case in chunk], removed_at__isnull=True)
    found: dict[int, set[str]] = {}
    for case_id, code in there.values_list("case_id", "code"):
        found.setdefault(case_id, set()).add(code)
    return {case_id: frozenset(codes) for case_id, codes in found.items()}


def _granted(chunk: list[Case]) -> set[int]:
    granted = CaseEvent.objects.filter(case__in=[case.pk for case in chunk], act=Act.APPROVE)
    return set(granted.values_list("case_id", flat=True))


def _try(
    case: Case,
    matter: Matter,
    change: Change,
    open_form: Callable[[Case], Values],
    events: list[Happened],
    handed_in: frozenset[str],
    granted: bool,
    read: set[str],
) -> Row:
    accepted, decided = case.accepted_on or date.min, case.decided_on or date.min
    now: tuple[Finding, ...] = ()
    then: tuple[Finding, ...] = ()
    if change.parameters:
        values = open_form(case)
        now = _check(case, matter, values)
        with statutes.trial(change.parameters) as asked:
            then = _check(case, matter, values)
        read |= asked
    one = Past(tuple(events), case.rules_on or accepted, accepted, decided, granted, handed_in, now, then)
    verdict = rules.judge(one, matter, rules.changed(matter, change), change)
    return Row(
        case.pk, case.number or "", case.subject_name, verdict.outcomes, decided, verdict.due,
        verdict.promised_due or verdict.tried_due, verdict.reasons,
    )  # fmt: skip


def _check(case: Case, matter: Matter, values: Values) -> tuple[Finding, ...]:
    authority = Authority(case.authority_name, case.authority_division)
    subject = "" if case.founds else case.subject_code
    try:
        return tuple(matter.checks(values, authority, case.rules_on or date.min, subject))
    except DomainError as error:
        # A body that has ended since cannot be checked any more; both runs say so and nothing differs.
        return (Finding(error.code, Severity.NOTE, error.message),)


def kept(grants: Grants) -> QuerySet[Trial]:
    """Return the trials of the divisions whose matters the viewer manages, the latest first."""
    rows = Trial.objects.select_related("asked_by")
    codes = [
        code for code in rows.values_list("division_code", flat=True).order_by().distinct()
        if grants.may(Permission.MATTER_MANAGE, code)
    ]  # fmt: skip
    return rows.filter(division_code__in=codes).order_by("-pk")


def decided_states() -> tuple[State, ...]:
    """Return the states of cases that were decided."""
    return (State.APPROVED, State.REFUSED, State.DELIVERED, State.ARCHIVED)
