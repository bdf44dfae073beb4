"""The clock of a case, derived from its events: replayable on any day, with its working shown.

From 《中华人民共和国行政许可法》. Intake: five working days from receipt, silence is acceptance (第三十二条). Decision:
the matter's own limit from acceptance, extended at most once (第四十二条), without the time of special procedures
(第四十五条) and nothing else. Delivery: ten working days from the decision (第四十四条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from shetong.casework.models.choices import Act
from shetong.casework.rules.matters import Limits
from shetong.core import statutes, working_days
from shetong.core.working_days import Excluded, Period


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as the clock sees it: what, on which day (in China), and its details."""

    act: Act
    day: date
    detail: Mapping[str, Any]


class Phase(StrEnum):
    """Which limit is running."""

    INTAKE = "intake"
    DECISION = "decision"
    DELIVERY = "delivery"


class Light(StrEnum):
    """How near the end is: green up to half of the period, then amber, red from four fifths, overdue after the end."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    OVERDUE = "overdue"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Clock:
    """A running limit. ``due`` is ``None`` while a special procedure stops it; ``counted`` is in the period's unit."""

    phase: Phase
    started: date
    period: Period
    due: date | None
    promised: Period | None
    promised_due: date | None
    excluded: tuple[Excluded, ...]
    extension: Period | None
    counted: int
    light: Light
    certain: bool

    @property
    def days_left(self) -> int:
        """Return how many days of the period's unit are left, negative where it is over."""
        whole = self.period.number + (self.extension.number if self.extension else 0)
        return whole - self.counted


def clock(events: Iterable[Happened], limits: Limits, *, rules_on: date | None, today: date) -> Clock | None:
    """Return the limit running on ``today``, ``None`` where none is. ``rules_on``: the day whose law the case keeps."""
    phase: Phase | None = None
    started: date | None = None
    excluded: list[Excluded] = []
    extension: int = 0
    for event in events:
        if event.day > today:
            break
        if event.act is Act.SUBMIT:
            phase, started = Phase.INTAKE, event.day
        elif event.act in (Act.ACCEPT, Act.DEEM_ACCEPTED):
            # What is deemed accepted counts from receipt.
            phase = Phase.DECISION
            started = started if event.act is Act.DEEM_ACCEPTED and started else event.day
        elif event.act is Act.SUSPEND:
            excluded.append(Excluded(event.day, None, str(event.detail.get("procedure", ""))))
        elif event.act is Act.RESUME and excluded:
            excluded[-1] = Excluded(excluded[-1].first, event.day, excluded[-1].provision)
        elif event.act is Act.EXTEND:
            extension = int(event.detail.get("days", 0))
        elif event.act in (Act.APPROVE, Act.REFUSE):
            phase, started = Phase.DELIVERY, event.day
        elif event.act in _ENDING:
            phase = None
    if phase is None or started is None:
        return None
    law = rules_on or started
    if phase is Phase.DECISION:
        return _running(phase, started, limits.legal(law), today, limits.promised, tuple(excluded), extension)
    return _running(phase, started, _general(phase, law), today)


WARNINGS = (Light.AMBER, Light.RED, Light.OVERDUE)


def turns_on(running: Clock, today: date) -> date | None:
    """Return the next day after ``today`` on which the light of a running limit changes, ``None`` where none will."""
    if running.due is None or running.light is Light.OVERDUE:
        return None
    whole = Period(running.period.number + (running.extension.number if running.extension else 0), running.period.unit)
    counted, day = running.counted, today
    while day <= running.due:
        day += working_days.DAY
        counted += working_days.used(day - working_days.DAY, whole, day, running.excluded)
        if _light(counted, whole.number, running.due, day) is not running.light:
            return day
    return None


# Acts that begin a limit of their own, whatever was before, and acts that no limit knows; a property test compares.
BEGINNING = (Act.SUBMIT, Act.ACCEPT, Act.APPROVE, Act.REFUSE)
UNTIMED = (
    Act.FORWARD, Act.SEND_BACK, Act.ASK_OPINION, Act.GIVE_OPINION, Act.ORDER_CHECK, Act.RECORD_CHECK,
)  # fmt: skip
_ENDING = (
    Act.ASK_CORRECTION, Act.NOT_ACCEPT, Act.DELIVER, Act.ARCHIVE, Act.WITHDRAW, Act.TERMINATE, Act.DISCARD,
)  # fmt: skip


def intake_period(on: date) -> Period:
    """Return within how many working days an authority must speak, else the application is accepted."""
    return _general(Phase.INTAKE, on)


def _general(phase: Phase, on: date) -> Period:
    held = statutes.in_force("intake_notice" if phase is Phase.INTAKE else "delivery", on=on)
    return Period(held.value, held.unit, held.provision)


def _running(
    phase: Phase,
    started: date,
    period: Period,
    today: date,
    promised: Period | None = None,
    excluded: tuple[Excluded, ...] = (),
    extension: int = 0,
) -> Clock:
    whole = Period(period.number + extension, period.unit, period.provision)
    end = working_days.due(started, whole, excluded)
    counted = working_days.used(started, whole, today, excluded)
    return Clock(
        phase=phase,
        started=started,
        period=period,
        due=end,
        promised=promised,
        promised_due=working_days.due(started, promised, excluded) if promised else None,
        excluded=excluded,
        extension=Period(extension, period.unit, period.provision) if extension else None,
        counted=counted,
        light=_light(counted, whole.number, end, today),
        certain=end is None or working_days.announced(end),
    )


def _light(counted: int, whole: int, end: date | None, today: date) -> Light:
    if end is None:
        return Light.STOPPED
    if today > end:
        return Light.OVERDUE
    if counted * 5 >= whole * 4:
        return Light.RED
    return Light.AMBER if counted * 2 >= whole else Light.GREEN
