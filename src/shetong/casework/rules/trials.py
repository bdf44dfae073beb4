"""Trying a changed rule or time limit on past cases: pure, from what is stored of them to what would have been.

Clock and checks are run twice, as the rules are and as they would be; only what differs is told. So findings that both
runs share, such as the conflict of a body's name with itself since it was founded, say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from shetong.casework.models.choices import Act
from shetong.casework.rules.clock import Happened
from shetong.casework.rules.matters import Difference, Limits, Material, Matter, localised
from shetong.core import working_days
from shetong.core.findings import Finding, Severity
from shetong.core.statutes import Unit
from shetong.core.working_days import Excluded, Period


@dataclass(frozen=True, slots=True)
class Change:
    """What is tried. ``decision``: another limit for deciding; ``parameters``: other values of statutes by key.

    ``promised``, ``without_steps``, ``without_materials`` and ``more_materials`` as in a region's difference.
    """

    decision: Period | None = None
    promised: Period | None = None
    without_steps: tuple[str, ...] = ()
    without_materials: tuple[str, ...] = ()
    more_materials: tuple[Material, ...] = ()
    parameters: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the change as it is stored; :func:`from_json` reads it."""
        return {
            "decision": _spell(self.decision),
            "promised": _spell(self.promised),
            "without_steps": list(self.without_steps),
            "without_materials": list(self.without_materials),
            "more_materials": [{"code": one.code, "title": one.title} for one in self.more_materials],
            "parameters": dict(self.parameters),
        }


def from_json(stored: Mapping[str, Any]) -> Change:
    """Return a stored change. Raises ``ValueError`` or ``KeyError`` where it does not have the form."""
    return Change(
        decision=_read(stored.get("decision")),
        promised=_read(stored.get("promised")),
        without_steps=tuple(stored.get("without_steps", ())),
        without_materials=tuple(stored.get("without_materials", ())),
        more_materials=tuple(Material(one["code"], one["title"]) for one in stored.get("more_materials", ())),
        parameters={str(key): int(value) for key, value in stored.get("parameters", {}).items()},
    )


def _spell(period: Period | None) -> dict[str, Any] | None:
    return {"number": period.number, "unit": str(period.unit)} if period else None


def _read(stored: Any) -> Period | None:
    return Period(int(stored["number"]), Unit(stored["unit"])) if stored else None


def changed(matter: Matter, change: Change) -> Matter:
    """Return the matter as it would be. Raises ``ValueError`` for unknown steps and materials."""
    return localised(
        matter,
        (
            Difference(
                "",
                promised=change.promised,
                without_steps=change.without_steps,
                more_materials=change.more_materials,
                without_materials=change.without_materials,
            ),
        ),
    )


class Outcome(StrEnum):
    """How a past case would have gone otherwise."""

    SAME = "same"
    LATE = "late"  # decided in time, would have been late
    IN_TIME = "in-time"  # decided late, would have been in time
    REFUSED = "refused"  # granted, would have been refused
    GRANTED = "granted"  # refused, and the ground of refusal would be gone
    DOUBTFUL = "doubtful"  # other things to look at
    INCOMPLETE = "incomplete"  # would have been asked for what was not handed in


@dataclass(frozen=True, slots=True)
class Past:
    """A past case as it is tried: its events, whether granted, the materials handed in, findings of either run."""

    events: tuple[Happened, ...]
    rules_on: date
    accepted_on: date
    decided_on: date
    granted: bool
    materials: frozenset[str]
    findings_now: tuple[Finding, ...]
    findings_then: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would have been: outcomes, the two ends of the limit, days left on decision, and the new findings."""

    outcomes: tuple[Outcome, ...]
    due: date | None
    tried_due: date | None
    promised_due: date | None
    reasons: tuple[str, ...]


def judge(past: Past, matter: Matter, tried: Matter, change: Change) -> Verdict:
    """Return what would have become of a past case under ``tried``, the matter with the change."""
    due = due_on(past, matter.limits, None)
    tried_due = due_on(past, tried.limits, change.decision)
    promised_due = _promise(past, tried.limits) if change.promised else None
    outcomes: list[Outcome] = []
    was, would = _late(past, due), _late(past, tried_due) or _late(past, promised_due)
    if would and not was:
        outcomes.append(Outcome.LATE)
    elif was and not would:
        outcomes.append(Outcome.IN_TIME)
    before, after = _by_code(past.findings_now), _by_code(past.findings_then)
    added = [after[key] for key in after if key not in before]
    gone = [before[key] for key in before if key not in after]
    if past.granted and any(one.severity is Severity.REFUSE for one in added):
        outcomes.append(Outcome.REFUSED)
    elif not past.granted and any(one.severity is Severity.REFUSE for one in gone):
        outcomes.append(Outcome.GRANTED)
    elif added or gone:
        outcomes.append(Outcome.DOUBTFUL)
    lacking = [one for one in _more(matter, tried) if one.code not in past.materials]
    if lacking:
        outcomes.append(Outcome.INCOMPLETE)
    reasons = [one.message for one in (*added, *gone)] + [f"未提交“{one.title}”" for one in lacking]
    return Verdict(tuple(outcomes) or (Outcome.SAME,), due, tried_due, promised_due, tuple(reasons))


def due_on(past: Past, limits: Limits, decision: Period | None) -> date | None:
    """Return the last day for deciding a past case, with what was excluded and extended, as the clock counts."""
    period = decision or limits.legal(past.rules_on)
    extension = sum(int(one.detail.get("days", 0)) for one in past.events if one.act is Act.EXTEND)
    whole = Period(period.number + extension, period.unit, period.provision)
    return working_days.due(past.accepted_on, whole, _excluded(past.events))


def _promise(past: Past, limits: Limits) -> date | None:
    return working_days.due(past.accepted_on, limits.promised, _excluded(past.events)) if limits.promised else None


def _excluded(events: Iterable[Happened]) -> tuple[Excluded, ...]:
    spans: list[Excluded] = []
    for event in events:
        if event.act is Act.SUSPEND:
            spans.append(Excluded(event.day, None))
        elif event.act is Act.RESUME and spans:
            spans[-1] = replace(spans[-1], last=event.day)
    return tuple(spans)


def _late(past: Past, due: date | None) -> bool:
    return due is not None and past.decided_on > due


def _by_code(findings: Iterable[Finding]) -> dict[tuple[str, str, str], Finding]:
    return {(one.code, one.field, one.severity): one for one in findings}


def _more(matter: Matter, tried: Matter) -> list[Material]:
    known = {one.code for one in matter.materials if one.required}
    return [one for one in tried.materials if one.required and one.code not in known]
