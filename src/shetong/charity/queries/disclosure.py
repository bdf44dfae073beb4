"""Disclosure as read: the facts that the calendar follows from, lists of what is due, entries, figures and ratios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework.queries import mandates
from shetong.charity.models import (
    MONEY,
    AnnualFigures,
    Disclosure,
    DisclosureDuty,
    DisclosureFact,
    DutyKind,
    FundraisingActivity,
    PlanState,
    ProgressReport,
    Project,
    ReportPhoto,
    TrustFiling,
    TrustFilingKind,
)
from shetong.charity.queries import flows
from shetong.charity.queries.bodies import public_on
from shetong.charity.queries.jurisdiction import within
from shetong.charity.rules import disclosure as rules
from shetong.charity.rules import ratios
from shetong.core.errors import NotFoundError
from shetong.registry.models import AttributeCode, Organisation

PAGE = 20
_CAMPAIGNS = (DutyKind.CAMPAIGN_PROGRESS, DutyKind.CAMPAIGN_FINAL, DutyKind.RESCUE)
_PROJECTS = (DutyKind.PROJECT_PROGRESS, DutyKind.PROJECT_FINAL)


def facts(organisation: Organisation) -> rules.Facts:
    """Return what an organisation's calendar follows from. Seven queries."""
    held = organisation.attributes.filter(code__in=(AttributeCode.CHARITY, AttributeCode.PUBLIC_FUNDRAISING))
    spans: dict[str, list[tuple[date, date | None]]] = {}
    for attribute in held.order_by("valid_from"):
        spans.setdefault(attribute.code, []).append((attribute.valid_from, attribute.valid_to))
    activities = FundraisingActivity.objects.filter(plan__organisation=organisation).select_related("plan")
    told = _told(organisation)
    return rules.Facts(
        charity=tuple(spans.get(AttributeCode.CHARITY, ())),
        public=tuple(spans.get(AttributeCode.PUBLIC_FUNDRAISING, ())),
        since=settings.DISCLOSURE_SINCE,
        campaigns=tuple(
            rules.Course(
                one.plan.number,
                one.plan.name,
                one.plan.starts_on,
                one.plan.ends_on,
                one.plan.emergency,
                told.get(one.plan.number, ()),
            )
            for one in activities.exclude(plan__state=PlanState.CANCELLED)
        ),
        projects=tuple(
            rules.Course(one.number, one.name, one.starts_on, one.ends_on, told=told.get(one.number, ()))
            for one in Project.objects.filter(organisation=organisation)
        ),
        trusts=tuple(_trusteeships(organisation)),
        happened=tuple(
            rules.Happened(one.pk, DutyKind(one.kind), one.happened_on, one.summary)
            for one in DisclosureFact.objects.filter(organisation=organisation)
        ),
    )


def _told(organisation: Organisation) -> dict[str, tuple[date, ...]]:
    """Return the days up to which progress was published, by number of the campaign or project. Two queries."""
    found: dict[str, set[date]] = {}
    reports = ProgressReport.objects.filter(project__organisation=organisation, final=False)
    for number, day in reports.values_list("project__number", "covers_to"):
        found.setdefault(number, set()).add(day)
    met = DisclosureDuty.objects.filter(
        organisation=organisation, kind__in=(DutyKind.CAMPAIGN_PROGRESS, DutyKind.RESCUE), fulfilled_on__isnull=False
    )
    for number, on in met.values_list("subject", "fulfilled_on"):
        if on is not None:
            found.setdefault(number, set()).add(on)
    return {number: tuple(sorted(days)) for number, days in found.items()}


def _trusteeships(organisation: Organisation) -> Iterator[rules.Trusteeship]:
    """Yield when an organisation has been trustee of which trust, from the filings in their order. One query."""
    code = organisation.public_code
    trusts = TrustFiling.objects.filter(trustee_code=code).values("trust")
    filings = TrustFiling.objects.filter(trust__in=trusts).select_related("trust").order_by("trust", "number")
    for trust, course in groupby(filings, key=lambda one: one.trust):
        since: date | None = None
        for one in course:
            ended = one.kind == TrustFilingKind.END
            if since is not None and (ended or one.trustee_code != code):
                yield rules.Trusteeship(trust.number, trust.name, since, one.filed_on, over=ended)
                since = None
            elif since is None and one.trustee_code == code and not ended:
                since = one.filed_on
        if since is not None:
            yield rules.Trusteeship(trust.number, trust.name, since)


def standing() -> QuerySet[DisclosureDuty]:
    """The calendar as it stands: without what facts no longer ask for."""
    return DisclosureDuty.objects.filter(withdrawn_at__isnull=True)


def open_duties(organisation: Organisation) -> list[DisclosureDuty]:
    """What an organisation has still to publish, the most urgent first."""
    return list(standing().filter(organisation=organisation, fulfilled_on__isnull=True).order_by("due_on", "pk"))


def overdue(jurisdictions: Iterable[str], today: date) -> QuerySet[DisclosureDuty]:
    """What is overdue with the authorities of the divisions, the longest ago first."""
    held = within(jurisdictions, "organisation__authority__division_code")
    found = standing().filter(held, fulfilled_on__isnull=True, due_on__lt=today)
    return found.select_related("organisation").order_by("due_on", "pk")


def of_agent(user: User) -> list[Organisation]:
    """The charities that a person acts for now, by name. Two queries."""
    codes = [mandate.organisation_code for mandate in mandates.organisations(user)]
    found = Organisation.objects.filter(uscc__in=codes, attributes__code=AttributeCode.CHARITY)
    return list(found.distinct().order_by("name", "pk"))


def photos(of: Disclosure) -> list[ReportPhoto]:
    """The photographs of an entry that reports on a project."""
    return list(ReportPhoto.objects.filter(report__disclosure=of).order_by("pk"))


def duty(number: int) -> DisclosureDuty:
    """A duty that stands. Raises :class:`NotFoundError`."""
    found = standing().select_related("organisation__authority").filter(pk=number).first()
    if found is None:
        raise NotFoundError(gettext("没有这项信息公开事项。"), code="duty-not-found")
    return found


def entry(number: int) -> Disclosure:
    """A published entry with its corrections. Raises :class:`NotFoundError`."""
    found = Disclosure.objects.select_related("organisation", "duty", "corrects").filter(pk=number).first()
    if found is None:
        raise NotFoundError(gettext("没有这条公开信息，请核对地址。"), code="disclosure-not-found")
    return found


def entries(organisation: Organisation, *, before: int | None = None, most: int = PAGE + 1) -> list[Disclosure]:
    """Published entries, the newest first, corrections with what they correct. Two queries."""
    found = Disclosure.objects.filter(organisation=organisation, corrects__isnull=True)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.select_related("duty").prefetch_related("corrections").order_by("-pk")[:most])


@dataclass(frozen=True, slots=True)
class YearJudged:
    """A year with its figures and how they stand to the table."""

    figures: AnnualFigures
    public: bool
    lines: tuple[ratios.Line, ...]

    @property
    def met(self) -> bool:
        """Whether nothing is missed."""
        return all(line.state is not ratios.State.MISSED for line in self.lines)


def latest_figures(organisation: Organisation) -> dict[int, AnnualFigures]:
    """The figures in force of every year. One query."""
    found = AnnualFigures.objects.filter(organisation=organisation).order_by("year", "edition")
    return {one.year: one for one in found}


def judged(organisation: Organisation) -> list[YearJudged]:
    """Every year on file judged by the table, the newest first."""
    held = latest_figures(organisation)
    years = {year: as_figures(one) for year, one in held.items()}
    found = []
    for year in sorted(held, reverse=True):
        public = public_on(organisation, date(year, 12, 31))
        lines = ratios.judge(kind=organisation.kind, public=public, year=year, years=years, excuse=held[year].excuse)
        found.append(YearJudged(held[year], public, lines))
    return found


def as_figures(one: AnnualFigures) -> ratios.Figures:
    """The row as the rule takes it."""
    return ratios.Figures(
        one.year, one.income, one.restricted, one.lifted, one.net_assets, one.spending, one.management, one.total,
        one.fundraising, one.donations,
    )  # fmt: skip


def from_books(of: DisclosureDuty) -> list[tuple[str, int]]:
    """What the books say of a duty's campaign or project: label and fen; nothing for other kinds."""
    project = None
    if of.kind in _CAMPAIGNS:
        activity = FundraisingActivity.objects.select_related("project").filter(plan__number=of.subject).first()
        project = activity.project if activity else None
    elif of.kind in _PROJECTS:
        project = Project.objects.filter(number=of.subject).first()
    return sums_of(project) if project else []


def sums_of(project: Project) -> list[tuple[str, int]]:
    """What the books say of a project: label and fen."""
    total = flows.sums(flows.pools_of(project=project).filter(asset=MONEY))
    return [
        ("捐赠收入", total.donated - total.refunded),
        ("慈善活动支出", total.spent - total.returned),
        ("管理费用", total.management),
        ("募捐成本", total.fundraising),
        ("尚未使用", total.balance),
    ]
