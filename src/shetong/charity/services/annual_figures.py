"""Figures of a year, from which the ratios are computed; each filling-in stays."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.charity.models import AnnualFigures
from shetong.charity.rules.ratios import Figures
from shetong.charity.services.permission import Actor, authorise
from shetong.core.errors import InvalidInputError
from shetong.registry.models import Organisation
from shetong.registry.services import locks

FIRST = 2016


@transaction.atomic
def record(*, organisation: Organisation, figures: Figures, actor: Actor, excuse: str = "") -> AnnualFigures:
    """Keep the figures of a year as a further edition and return it.

    ``excuse``: why management cost exceeded its share, as reported and published. Raises :class:`InvalidInputError`
    where sums cannot be, :class:`ForbiddenError`.
    """
    authorise(actor, organisation)
    _check(figures)
    locks.take_one(organisation.pk)
    last = AnnualFigures.objects.filter(organisation=organisation, year=figures.year).aggregate(last=Max("edition"))
    row = AnnualFigures.objects.create(
        organisation=organisation,
        year=figures.year,
        edition=(last["last"] or 0) + 1,
        income=figures.income,
        restricted=figures.restricted,
        lifted=figures.lifted,
        net_assets=figures.net_assets,
        donations=figures.donations,
        spending=figures.spending,
        management=figures.management,
        fundraising=figures.fundraising,
        total=figures.total,
        excuse=excuse.strip()[:300],
        recorded_by=actor if isinstance(actor, User) else None,
        recorded_at=timezone.now(),
    )
    audit.record(actor=actor, action="charity.annual-figures", target=row, detail={"year": figures.year})
    return row


def _check(figures: Figures) -> None:
    faults = {}
    if not FIRST <= figures.year < timezone.localdate().year:
        faults["year"] = gettext("请填写已经结束的年度。")
    if figures.total < figures.spending + figures.management + figures.fundraising:
        faults["total"] = gettext("总支出不能少于慈善活动支出、管理费用和募捐成本之和，请核对。")
    if figures.donations > figures.income:
        faults["donations"] = gettext("捐赠收入不能超过总收入，请核对。")
    if figures.restricted > figures.income:
        faults["restricted"] = gettext("时间限定的收入不能超过总收入，请核对。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
