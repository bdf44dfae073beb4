"""Row locks of charity, taken here alone and in the order of primary keys: pools before everything else."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from shetong.charity.models import MONEY, Disbursement, Donation, Pool
from shetong.core.errors import NotFoundError
from shetong.store import rows


def pools(numbers: Iterable[int]) -> dict[int, Pool]:
    """Lock pools until the transaction ends and return them by number. Raises :class:`NotFoundError`."""
    wanted = sorted(set(numbers))
    found = {
        pool.pk: pool
        for pool in Pool.objects.select_for_update(of=("self",))
        .select_related("organisation", "project")
        .filter(pk__in=wanted)
        .order_by("pk")
    }
    if len(found) != len(wanted):
        raise NotFoundError(gettext("没有这个资金池，请核对项目和用途。"), code="pool-not-found")
    return found


def ends(numbers: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Lock pools as :func:`pools` does and return of each its organisation's number and where its axis ends."""
    wanted = sorted(set(numbers))
    found = rows.fetch(
        "SELECT id, organisation_id, received FROM charity_pool WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [wanted]
    )
    return {number: (organisation, received) for number, organisation, received in found}


def payers(numbers: Iterable[int]) -> list[int]:
    """Return the general pools of the organisations that pools are of: what was spent is refunded out of them."""
    wanted = list(set(numbers))
    if not wanted:
        return []
    found = rows.fetch(
        "SELECT payer.id FROM charity_pool AS payer WHERE payer.project_id IS NULL AND payer.asset = %s"
        " AND payer.organisation_id IN (SELECT organisation_id FROM charity_pool WHERE id = ANY(%s))",
        [MONEY, wanted],
    )
    return [number for (number,) in found]


def donation(number: int) -> Donation:
    """Lock a donation whose pool is locked. Raises :class:`NotFoundError`."""
    found = Donation.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise NotFoundError(gettext("没有这笔捐赠，请核对编号。"), code="donation-not-found")
    return found


def disbursement(number: int) -> Disbursement:
    """Lock a disbursement. Raises :class:`NotFoundError`."""
    found = Disbursement.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise NotFoundError(gettext("没有这笔支出，请核对编号。"), code="disbursement-not-found")
    return found
