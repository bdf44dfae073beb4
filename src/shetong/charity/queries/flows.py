"""Where the money of a project or of an organisation came from and went, in sums; from counters, not from donations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from shetong.charity.models import MONEY, DailyFlow, Disbursement, FundraisingPlan, OutflowKind, Pool, Project
from shetong.registry.models import Organisation


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of some pools, in fen."""

    donations: int = 0
    donated: int = 0
    refunded: int = 0
    carried_in: int = 0
    carried_out: int = 0
    returned: int = 0
    spent: int = 0
    management: int = 0
    fundraising: int = 0

    @property
    def balance(self) -> int:
        """What is left."""
        came = self.donated + self.carried_in + self.returned
        return came - self.refunded - self.carried_out - self.spent - self.management - self.fundraising

    @property
    def out(self) -> int:
        """Everything spent, less what came back."""
        return self.spent + self.management + self.fundraising - self.returned


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of the money-flow picture: ``source`` and ``target`` are codes for which pages have words."""

    source: str
    target: str
    amount: int


def sums(pools: QuerySet[Pool]) -> Sums:
    """Add up the counters of pools: one query over as many rows as there are pools."""
    found = pools.aggregate(**{name: Sum(name) for name in Sums.__dataclass_fields__})
    return Sums(**{name: int(value or 0) for name, value in found.items()})


def pools_of(*, project: Project | None = None, organisation: Organisation | None = None) -> QuerySet[Pool]:
    """The pools of a project, of an organisation, or all."""
    found = Pool.objects.all()
    if project is not None:
        found = found.filter(project=project)
    if organisation is not None:
        found = found.filter(organisation=organisation)
    return found


def streams(pools: QuerySet[Pool]) -> list[Stream]:
    """The streams through pools: by channel in, by use out; they balance."""
    total = sums(pools)
    channels = (
        DailyFlow.objects.filter(pool__in=pools).values_list("channel").annotate(Sum("amount")).order_by("channel")
    )
    found = [Stream(f"in:{channel}", "pool", amount) for channel, amount in channels]
    found += [Stream("in:carried", "pool", total.carried_in), Stream("in:returned", "pool", total.returned)]
    kinds = Disbursement.objects.filter(pool__in=pools).values_list("kind").annotate(Sum("amount")).order_by("kind")
    out = dict(kinds)
    paid_back = out.pop(OutflowKind.REFUND, 0)
    found += [Stream("pool", f"out:{kind}", amount) for kind, amount in out.items()]
    found += [
        Stream("pool", "out:refunded", total.refunded - paid_back),
        Stream("pool", "out:refund", paid_back),
        Stream("pool", "held", total.balance),
    ]
    return [stream for stream in found if stream.amount > 0]


def by_month(pools: QuerySet[Pool] | None = None) -> list[tuple[date, int, int]]:
    """Month, number and fen of donations, oldest first."""
    rows = DailyFlow.objects.all() if pools is None else DailyFlow.objects.filter(pool__in=pools)
    months = rows.values_list("day__year", "day__month").annotate(Sum("donations"), Sum("amount"))
    return [
        (date(year, month, 1), count, amount)
        for year, month, count, amount in months.order_by("day__year", "day__month")
    ]


@dataclass(frozen=True, slots=True)
class National:
    """Figures of the whole country: money alone."""

    sums: Sums
    projects: int
    running: int
    organisations: int
    plans: int


def national() -> National:
    """The figures of the national overview; four queries over projects, pools and plans."""
    counted = Project.objects.aggregate(
        projects=Count("pk"), running=Count("pk", filter=Q(state="running")), of=Count("organisation", distinct=True)
    )
    return National(
        sums(Pool.objects.filter(asset=MONEY)),
        counted["projects"],
        counted["running"],
        counted["of"],
        FundraisingPlan.objects.count(),
    )


def newest_projects(*, before: int | None = None, most: int = 20, of: Organisation | None = None) -> list[Project]:
    """Projects, the newest first, ``most`` of them, older than the one numbered ``before``."""
    rows = Project.objects.select_related("organisation").order_by("-pk")
    if of is not None:
        rows = rows.filter(organisation=of)
    return list(rows.filter(pk__lt=before)[:most] if before else rows[:most])


def sums_by_project(projects: Iterable[Project]) -> dict[int, Sums]:
    """The sums of several projects in one query: money alone."""
    return _sums_by("project_id", Pool.objects.filter(project__in=list(projects)))


def sums_by_organisation(organisations: Iterable[Organisation]) -> dict[int, Sums]:
    """The sums of several organisations in one query: money alone."""
    return _sums_by("organisation_id", Pool.objects.filter(organisation__in=list(organisations)))


def _sums_by(column: str, pools: QuerySet[Pool]) -> dict[int, Sums]:
    names = tuple(Sums.__dataclass_fields__)
    rows = pools.filter(asset=MONEY).values_list(column).annotate(*(Sum(name) for name in names))
    return {row[0]: Sums(*(int(value or 0) for value in row[1:])) for row in rows}
