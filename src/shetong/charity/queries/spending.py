"""Disbursements as the public sees them."""

from __future__ import annotations

from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext

from shetong.charity.models import Disbursement, OutflowKind, Pool
from shetong.charity.queries import tracing
from shetong.charity.queries.tracing import Contribution
from shetong.core.errors import NotFoundError

PAGE = 50


def listed(pools: QuerySet[Pool], *, before: int | None = None, most: int = PAGE) -> list[Disbursement]:
    """Disbursements of pools with evidence, ``most`` of them before number ``before``; as :func:`spent`."""
    rows = spent(pools)
    return list(rows.filter(pk__lt=before)[:most] if before else rows[:most])


def spent(pools: QuerySet[Pool]) -> QuerySet[Disbursement]:
    """Disbursements of pools with evidence, the newest first; transfers within the organisation are left out."""
    return (
        Disbursement.objects.filter(pool__in=pools)
        .exclude(kind=OutflowKind.TRANSFER)
        .select_related("pool__project", "budget_line", "partner", "beneficiary")
        .prefetch_related("evidence__document", "parts__evidence__document", "parts__beneficiary")
        .order_by("-pk")
    )


def found(number: int) -> Disbursement:
    """A disbursement with its pool, project, organisation and evidence. Raises :class:`NotFoundError`."""
    row = (
        Disbursement.objects.filter(pk=number)
        .select_related("pool__project", "pool__organisation", "budget_line", "partner", "beneficiary")
        .prefetch_related("evidence__document", "parts__evidence__document", "parts__beneficiary")
        .first()
    )
    if row is None:
        raise NotFoundError(gettext("没有这笔支出，请核对编号。"), code="disbursement-not-found")
    return row


def payers(row: Disbursement, *, unit: int = 0, most: int = PAGE) -> list[Contribution]:
    """Whose money paid a disbursement, from ``unit`` on, at most ``most`` contributions."""
    if not 0 <= unit < row.quantity:
        return []
    return list(islice(tracing.contributions(row, units=(unit, row.quantity)), most))
