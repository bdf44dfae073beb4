"""What a charity's own people see of their money: funds, donations, spending; searched and paged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from shetong.charity.models import (
    Beneficiary,
    Channel,
    Disbursement,
    Donation,
    EvidenceFile,
    OutflowKind,
    Pool,
    Project,
    ProjectState,
)
from shetong.registry.models import AttributeCode, Organisation, OrganisationKind

M = TypeVar("M", bound=Model)
PAGE = 50
MOST_EXPORTED = 200_000
_NUMBER = re.compile(r"[DS]?0*(\d{1,15})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list: words or a number, one fund, one channel or kind, the days from ``first`` to ``last``."""

    text: str = ""
    fund: str = ""
    kind: str = ""
    first: str = ""
    last: str = ""
    before: str = ""


def keeps_books(organisation: Organisation) -> bool:
    """Whether an organisation keeps account of donations here: charities, foundations, and whoever began already."""
    if organisation.kind == OrganisationKind.FOUNDATION:
        return True
    today = timezone.localdate()
    held = organisation.attributes.filter(code=AttributeCode.CHARITY, valid_from__lte=today)
    return (
        held.filter(Q(valid_to=None) | Q(valid_to__gt=today)).exists()
        or Pool.objects.filter(organisation=organisation).exists()
    )


def organisations(codes: list[str]) -> list[Organisation]:
    """The organisations of these codes that keep account of donations, by name."""
    found = Organisation.objects.filter(uscc__in=codes).order_by("name")
    return [organisation for organisation in found if keeps_books(organisation)]


def funds(organisation: Organisation) -> list[Pool]:
    """The pools of an organisation: general means first, then project by project."""
    rows = Pool.objects.filter(organisation=organisation).select_related("project", "organisation")
    return sorted(
        rows,
        key=lambda pool: (
            pool.project_id is not None,
            -(pool.project_id or 0),
            pool.earmark,
            pool.asset != "CNY",
            pool.pk,
        ),
    )


def running_projects(organisation: Organisation) -> QuerySet[Project]:
    """The projects for which gifts are taken."""
    rows = Project.objects.filter(organisation=organisation, state=ProjectState.RUNNING)
    return rows.prefetch_related("budget_lines").order_by("-pk")


def donations(organisation: Organisation, wanted: Wanted) -> QuerySet[Donation]:
    """Donations of an organisation, the newest first."""
    rows = Donation.objects.filter(pool__in=_pools(organisation, wanted)).select_related("pool__project", "platform")
    if wanted.kind in Channel.values:
        rows = rows.filter(channel=wanted.kind)
    first, last = _day(wanted.first), _day(wanted.last)
    if first is not None:
        rows = rows.filter(donated_at__gte=_midnight(first))
    if last is not None:
        rows = rows.filter(donated_at__lt=_midnight(last + timedelta(days=1)))
    if text := wanted.text.strip():
        number = _NUMBER.fullmatch(text)
        rows = rows.filter(
            Q(pk=int(number[1])) | Q(platform_order=text)
            if number
            else Q(shown__contains=text) | Q(platform_order=text)
        )
    return _older(rows.order_by("-pk"), wanted)


def spending(organisation: Organisation, wanted: Wanted) -> QuerySet[Disbursement]:
    """Disbursements of an organisation with their evidence, the newest first."""
    rows = (
        Disbursement.objects.filter(pool__in=_pools(organisation, wanted))
        .select_related("pool__project", "partner", "beneficiary", "budget_line")
        .prefetch_related("evidence")
    )
    if wanted.kind in OutflowKind.values:
        rows = rows.filter(kind=wanted.kind)
    first, last = _day(wanted.first), _day(wanted.last)
    if first is not None:
        rows = rows.filter(spent_on__gte=first)
    if last is not None:
        rows = rows.filter(spent_on__lte=last)
    if text := wanted.text.strip():
        number = _NUMBER.fullmatch(text)
        said = Q(purpose__contains=text) | Q(payee__contains=text) | Q(partner__name__contains=text)
        rows = rows.filter(Q(pk=int(number[1])) if number else said)
    return _older(rows.order_by("-pk"), wanted)


def donation(organisation: Organisation, number: int) -> Donation | None:
    """A donation of this organisation with what became of it."""
    rows = Donation.objects.filter(pk=number, pool__organisation=organisation)
    return rows.select_related("pool__project", "pool__organisation", "platform", "activity__plan").first()


def disbursement(organisation: Organisation, number: int) -> Disbursement | None:
    """A disbursement of this organisation with its evidence."""
    rows = Disbursement.objects.filter(pk=number, pool__organisation=organisation)
    return (
        rows.select_related("pool__project", "pool__organisation", "budget_line", "partner", "beneficiary")
        .prefetch_related("evidence__document__file", "parts__evidence__document__file", "parts__beneficiary")
        .first()
    )


def document(number: int, **where: Any) -> EvidenceFile | None:
    """A document that proves spending."""
    rows = EvidenceFile.objects.select_related("file", "evidence__disbursement__pool__organisation__authority")
    return rows.filter(evidence=number, **where).first()


def beneficiaries(project: Project | None) -> list[Beneficiary]:
    """Whom a project helps, the newest first."""
    return list(Beneficiary.objects.filter(project=project).order_by("-pk")[:500]) if project else []


def _pools(organisation: Organisation, wanted: Wanted) -> list[int]:
    rows = Pool.objects.filter(organisation=organisation)
    if wanted.fund.isdigit() and len(wanted.fund) < 19:
        rows = rows.filter(pk=int(wanted.fund))
    return list(rows.values_list("pk", flat=True))


def _older(rows: QuerySet[M], wanted: Wanted) -> QuerySet[M]:
    before = wanted.before
    return rows.filter(pk__lt=int(before)) if before.isdigit() and len(before) < 19 else rows


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
