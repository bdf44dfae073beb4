"""The disclosure calendar (信息公开): what a charity must publish and by when, derived from facts and law.

Pure: the same facts give the same duties on every day. Times come from :mod:`shetong.core.statutes` as in force on the
day on which a time begins to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from shetong.charity.models.choices import DutyKind
from shetong.charity.rules.qualification import until as months_later
from shetong.core import statutes
from shetong.core.statutes import Unit

# Facts that a charity reports by itself, with the time that each starts.
FACT_KEYS = {
    DutyKind.CHANGE: "disclosure_basic",
    DutyKind.MAJOR_ASSET: "disclosure_major_asset",
    DutyKind.RELATED_PARTY: "disclosure_related_party",
    DutyKind.SETTLOR: "disclosure_settlor",
}
# What is due every year → whom it concerns: everybody, those with the qualification, those without.
_YEARLY = (
    (DutyKind.ANNUAL, "disclosure_annual", None),
    (DutyKind.RELATED_LIST, "disclosure_related_list", None),
    (DutyKind.PAY, "disclosure_pay", True),
    (DutyKind.MAJOR_PROJECTS, "disclosure_major_projects", False),
)


# What tells of a whole year, of a whole course, and of what goes on.
YEARLY = frozenset({*(kind for kind, _, _ in _YEARLY), DutyKind.TRUST_REPORT})
FINAL = frozenset({DutyKind.CAMPAIGN_FINAL, DutyKind.PROJECT_FINAL})
PROGRESS = frozenset({DutyKind.CAMPAIGN_PROGRESS, DutyKind.PROJECT_PROGRESS, DutyKind.RESCUE})


@dataclass(frozen=True, slots=True)
class Course:
    """A campaign or project: its number and name, first and last day (``None``: open), whether an emergency.

    ``told``: the days up to which its progress has been published.
    """

    number: str
    name: str
    starts_on: date
    ends_on: date | None
    emergency: bool = False
    told: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Trusteeship:
    """The time for which a charity is trustee of a trust. ``until``: the day on which it is so no more, ``None``: open.

    ``over``: it ended with the trust itself, not with another trustee.
    """

    number: str
    name: str
    since: date
    until: date | None = None
    over: bool = False

    def reports(self, year: int) -> bool:
        """Whether it owes the report of a year: who is trustee at its end does, or was the last one within it."""
        last = date(year, 12, 31)
        if self.since > last:
            return False
        return self.until is None or self.until > last or (self.over and self.until.year == year)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that a charity must publish within days: ``number`` of its row, what it was."""

    number: int
    kind: DutyKind
    happened_on: date
    summary: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the calendar is derived from. Periods end exclusively; ``since``: from when this platform keeps it."""

    charity: tuple[tuple[date, date | None], ...]
    public: tuple[tuple[date, date | None], ...]
    since: date
    campaigns: tuple[Course, ...] = ()
    projects: tuple[Course, ...] = ()
    trusts: tuple[Trusteeship, ...] = ()
    happened: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """One thing to publish by ``due_on``, about the time from ``period_from`` to ``period_to`` (both inclusive)."""

    due_on: date
    kind: DutyKind
    subject: str
    period_from: date
    period_to: date
    about: str = field(compare=False, default="")
    provision: str = field(compare=False, default="")

    @property
    def key(self) -> tuple[str, str, date]:
        """What makes it the same duty when facts change."""
        return self.kind, self.subject, self.period_from


def duties(facts: Facts, until: date) -> tuple[Duty, ...]:
    """Return what falls due from ``facts.since`` to ``until`` (both inclusive), the earliest first."""
    found = [*_basic(facts), *_yearly(facts, until), *_reports(facts, until), *_happened(facts)]
    for course in facts.campaigns:
        found += _course(course, DutyKind.CAMPAIGN_PROGRESS, DutyKind.CAMPAIGN_FINAL, until)
        found += _rescue(course, until)
    for course in facts.projects:
        found += _course(course, DutyKind.PROJECT_PROGRESS, DutyKind.PROJECT_FINAL, until)
    return tuple(sorted(duty for duty in found if facts.since <= duty.due_on <= until))


def _basic(facts: Facts) -> Iterator[Duty]:
    for start, _end in facts.charity:
        if (due := _after("disclosure_basic", start)) is not None:
            yield Duty(due[0], DutyKind.BASIC, "", start, start, "", due[1])


def _yearly(facts: Facts, until: date) -> Iterator[Duty]:
    if not facts.charity:
        return
    first = min(start for start, _ in facts.charity).year
    for year in range(max(first, facts.since.year - 1), until.year + 1):
        start, end = date(year, 1, 1), date(year, 12, 31)
        if not _held(facts.charity, end):
            continue
        for kind, key, public in _YEARLY:
            if public is not None and _held(facts.public, end) is not public:
                continue
            if (due := _after(key, end)) is not None:
                yield Duty(due[0], kind, "", start, end, f"{year}年度", due[1])


def _reports(facts: Facts, until: date) -> Iterator[Duty]:
    """A trustee reports every year in which its trust existed."""
    for trust in facts.trusts:
        for year in range(max(trust.since.year, facts.since.year - 1), until.year + 1):
            end = date(year, 12, 31)
            if trust.reports(year) and (due := _after("trust_report", end)) is not None:
                start = max(date(year, 1, 1), trust.since)
                yield Duty(
                    due[0], DutyKind.TRUST_REPORT, trust.number, start, end, f"{trust.name}（{year}年度）", due[1]
                )


def _happened(facts: Facts) -> Iterator[Duty]:
    for one in facts.happened:
        if (due := _after(FACT_KEYS[one.kind], one.happened_on)) is not None:
            yield Duty(due[0], one.kind, str(one.number), one.happened_on, one.happened_on, one.summary, due[1])


def _course(course: Course, progress: DutyKind, final: DutyKind, until: date) -> Iterator[Duty]:
    yield from _progress(course, progress, until)
    if course.ends_on is not None and (due := _after("disclosure_final", course.ends_on)) is not None:
        yield Duty(due[0], final, course.number, course.starts_on, course.ends_on, course.name, due[1])


def _progress(course: Course, kind: DutyKind, until: date) -> Iterator[Duty]:
    """What runs longer than the threshold is told of at every interval until it ends; the final report follows."""
    if not statutes.holds("disclosure_threshold", on=course.starts_on):
        return
    threshold = statutes.value("disclosure_threshold", on=course.starts_on)
    if course.ends_on is not None and course.ends_on <= months_later(course.starts_on, threshold):
        return
    done, begun, base = 0, course.starts_on, course.starts_on
    while begun <= until and statutes.holds("disclosure_progress", on=begun):
        held = statutes.in_force("disclosure_progress", on=begun)
        done += held.value
        due = months_later(base, done)
        if course.ends_on is not None and due > course.ends_on:
            return
        yield Duty(due, kind, course.number, begun, due, course.name, held.provision)
        told = _told(course, begun, due)
        # What was told early starts the next interval early, so that no two reports are further apart than one.
        base, done = (base, done) if told is None else (told, 0)
        begun = (told or due) + timedelta(days=1)


def _rescue(course: Course, until: date) -> Iterator[Duty]:
    if not course.emergency:
        return
    begun, last = course.starts_on, min(course.ends_on or until, until)
    while begun <= last and statutes.holds("disclosure_rescue", on=begun):
        held = statutes.in_force("disclosure_rescue", on=begun)
        due = begun + timedelta(days=held.value - 1)
        yield Duty(due, DutyKind.RESCUE, course.number, begun, due, course.name, held.provision)
        begun = (_told(course, begun, due) or due) + timedelta(days=1)


def _told(course: Course, begun: date, due: date) -> date | None:
    """Return the first day within an interval up to which progress was published."""
    return min((day for day in course.told if begun <= day <= due), default=None)


def opens(kind: DutyKind, period_from: date, period_to: date) -> date:
    """Return the first day on which a duty can be met: nothing is reported of a time before that time has come."""
    if kind in YEARLY:
        return period_to + timedelta(days=1)
    return period_to if kind in FINAL else period_from


def _after(key: str, day: date) -> tuple[date, str] | None:
    """Return the last day of a time that ``day`` starts and its provision; ``None`` where no law asks for it.

    The time begins to run on the day after, by the law of that day: what a year's end starts follows the new year's.
    """
    first = day + timedelta(days=1)
    if not statutes.holds(key, on=first):
        return None
    held = statutes.in_force(key, on=first)
    if held.unit is Unit.MONTH:
        return months_later(day, held.value), held.provision
    return day + timedelta(days=held.value), held.provision


def _held(spans: tuple[tuple[date, date | None], ...], day: date) -> bool:
    return any(start <= day and (end is None or day < end) for start, end in spans)
