"""What a charity's own people see of their money: funds, donations, spending; searched and paged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from shetong.charity.models import (
    Beneficiary,
    Channel,
    Disbursement,
    Donation,
    EvidenceFile,
    OutflowKind,
    Platform,
    Pool,
    Project,
    ProjectState,
)
from shetong.core import divisions
from shetong.core.asked import MOST, day, whole
from shetong.registry.models import AttributeCode, Organisation, OrganisationKind

M = TypeVar("M", bound=Model)
PAGE = 50
# Of so many newest donations of each fund the names are looked through.
SEARCHED = 50_000
_NUMBER = re.compile(r"[DS]?0*([0-9]{1,15})", re.IGNORECASE)


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
    rows = rows.prefetch_related("project__budget_lines")
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


def running_projects(organisation: Organisation, *, beside: int | None = None) -> QuerySet[Project]:
    """The projects for which gifts are taken; with the one numbered ``beside`` whatever its state."""
    rows = Project.objects.filter(Q(state=ProjectState.RUNNING) | Q(pk=beside), organisation=organisation)
    return rows.prefetch_related("budget_lines").order_by("-pk")


def donations(organisation: Organisation, wanted: Wanted) -> QuerySet[Donation]:
    """Donations of an organisation, the newest first."""
    rows = _shown().filter(pool__in=_pools(organisation, wanted))
    if wanted.kind in Channel.values:
        rows = rows.filter(channel=wanted.kind)
    first, last = day(wanted.first), day(wanted.last)
    if first is not None:
        rows = rows.filter(donated_at__gte=_midnight(first))
    if last is not None:
        rows = rows.filter(donated_at__lt=_midnight(last + timedelta(days=1)))
    if text := wanted.text.strip():
        number = _NUMBER.fullmatch(text)
        rows = rows.filter(
            Q(pk=int(number[1])) | _of_platform(text) if number else Q(shown__contains=text) | _of_platform(text)
        )
    return rows.order_by("-pk")


def page_of_donations(organisation: Organisation, wanted: Wanted) -> list[Donation]:
    """The newest of :func:`donations`, one more than a page.

    Of every fund the newest that suit are read along its axis, and then put together by their numbers; ``before`` says
    for each fund how far it was shown (:func:`shown_up_to`). So a page costs the same however many donations there are.
    A name stands in no index and is looked for among the newest :data:`SEARCHED` of each fund.
    """
    text = wanted.text.strip()
    pools = _pools(organisation, wanted)
    if _NUMBER.fullmatch(text):
        return list(donations(organisation, wanted)[: PAGE + 1])
    if text and (ordered := list(_shown().filter(_of_platform(text), pool__in=pools))):
        return ordered
    conditions, values = _conditions(wanted, text)
    bounds = _bounds(wanted.before)
    within = (
        "(SELECT * FROM charity_donation WHERE pool_id = fund.id AND pool_from < fund.bound"
        " ORDER BY pool_from DESC LIMIT %s)"
    )
    source, bound = (within, [SEARCHED]) if text else ("charity_donation", [])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT found.id FROM unnest(%s::bigint[], %s::bigint[]) AS fund (id, bound),"  # noqa: S608 - constants
            f" LATERAL (SELECT id FROM {source} AS gift WHERE gift.pool_id = fund.id"
            f" AND gift.pool_from < fund.bound{conditions} ORDER BY gift.pool_from DESC LIMIT %s) AS found"
            " ORDER BY found.id DESC LIMIT %s",
            [pools, [bounds.get(pool, MOST) for pool in pools], *bound, *values, PAGE + 1, PAGE + 1],
        )
        numbers = [number for (number,) in cursor.fetchall()]
    return list(_shown().filter(pk__in=numbers).order_by("-pk"))


def shown_up_to(rows: Iterable[Donation], wanted: Wanted) -> str:
    """How far each fund was shown once ``rows`` are, for the address of the page that goes on."""
    bounds = _bounds(wanted.before)
    for row in rows:
        bounds[row.pool_id] = min(row.pool_from, bounds.get(row.pool_id, MOST))
    return ".".join(f"{pool}-{bound}" for pool, bound in sorted(bounds.items()))


def _bounds(text: str) -> dict[int, int]:
    """The position of each fund up to which it was shown already; what cannot be read is left out."""
    pairs = (part.partition("-") for part in text.split("."))
    read = ((whole(pool), whole(bound)) for pool, _dash, bound in pairs)
    return {pool: bound for pool, bound in read if pool is not None and bound is not None}


def _shown() -> QuerySet[Donation]:
    """Donations with what a list says of them."""
    return Donation.objects.select_related("pool__project", "platform").prefetch_related("reversals")


def searched_in_part(organisation: Organisation, wanted: Wanted) -> bool:
    """Whether :func:`page_of_donations` looks for a name among the newest of a fund only."""
    text = wanted.text.strip()
    if not text or _NUMBER.fullmatch(text):
        return False
    return Pool.objects.filter(pk__in=_pools(organisation, wanted), donations__gt=SEARCHED).exists()


def _conditions(wanted: Wanted, text: str) -> tuple[str, list[Any]]:
    """What :func:`donations` asks of a row, in SQL."""
    asked: list[tuple[str, Any]] = []
    if wanted.kind in Channel.values:
        asked.append(("gift.channel = %s", wanted.kind))
    if (first := day(wanted.first)) is not None:
        asked.append(("gift.donated_at >= %s", _midnight(first)))
    if (last := day(wanted.last)) is not None:
        asked.append(("gift.donated_at < %s", _midnight(last + timedelta(days=1))))
    sql = "".join(f" AND {condition}" for condition, _value in asked)
    values = [value for _condition, value in asked]
    if text:
        sql += " AND strpos(gift.shown, %s) > 0"
        values.append(text)
    return sql, values


def spending(organisation: Organisation, wanted: Wanted) -> QuerySet[Disbursement]:
    """Disbursements of an organisation with their evidence, the newest first."""
    rows = (
        Disbursement.objects.filter(pool__in=_pools(organisation, wanted))
        .select_related("pool__project", "partner", "beneficiary", "budget_line")
        .prefetch_related("evidence")
    )
    if wanted.kind in OutflowKind.values:
        rows = rows.filter(kind=wanted.kind)
    first, last = day(wanted.first), day(wanted.last)
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


def beneficiaries(project: Project | None, *, text: str = "", before: str = "") -> QuerySet[Beneficiary]:
    """Whom a project helps, the newest first; ``text``: the number, the family name, or the county of those looked for.

    Names are sealed, so of a whole name its first character is looked for.
    """
    rows = Beneficiary.objects.filter(project=project).order_by("-pk") if project else Beneficiary.objects.none()
    if (older := whole(before)) is not None:
        rows = rows.filter(pk__lt=older)
    if not (text := text.strip()):
        return rows
    if (number := whole(text)) is not None:
        return rows.filter(pk=number)
    wanted = Q(initial=text[0])
    if (place := divisions.find(text)) is not None:
        wanted |= Q(division_code__startswith=divisions.prefix(place.division.code))
    return rows.filter(wanted)


def _of_platform(order: str) -> Q:
    """The donations of an order; with the platforms, by which the index begins."""
    return Q(platform__in=list(Platform.objects.values_list("pk", flat=True)), platform_order=order)


def _pools(organisation: Organisation, wanted: Wanted) -> list[int]:
    rows = Pool.objects.filter(organisation=organisation)
    if (fund := whole(wanted.fund)) is not None:
        rows = rows.filter(pk=fund)
    return list(rows.values_list("pk", flat=True))


def _older(rows: QuerySet[M], wanted: Wanted) -> QuerySet[M]:
    before = whole(wanted.before)
    return rows if before is None else rows.filter(pk__lt=before)


def _midnight(of: date) -> datetime:
    return timezone.make_aware(datetime.combine(of, time()))
