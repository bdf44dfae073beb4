"""Opening pools, and moving means between them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.charity import entry_types
from shetong.charity.models import MONEY, Pool, Project
from shetong.charity.queries import public_log as content
from shetong.charity.services.public_texts import require_public
from shetong.core.errors import InvalidInputError
from shetong.ledger.services.entries import Act, append
from shetong.registry.models import Organisation


@transaction.atomic
def open_pool(
    *,
    organisation: Organisation,
    project: Project | None = None,
    earmark: str = "",
    asset: str = MONEY,
    unit: str = "分",
    asset_name: str = "",
    restricted: bool | None = None,
) -> Pool:
    """Return the pool of an organisation for a project, earmark and asset; a new one is recorded in the public log.

    Without a project it is the general, unrestricted pool. ``restricted``: by default every pool of a project is.
    Raises :class:`InvalidInputError` where the project is another organisation's or has no such budget line.
    """
    if project is not None and project.organisation_id != organisation.pk:
        raise InvalidInputError(gettext("这个项目不属于该组织，请核对项目编号。"), code="project-of-another")
    if earmark and (project is None or not project.budget_lines.filter(code=earmark).exists()):
        raise InvalidInputError(gettext("项目预算中没有这个用途，请先在项目预算中添加。"), code="earmark-unknown")
    require_public(goods=asset_name, unit=unit)
    pool, created = Pool.objects.get_or_create(
        organisation=organisation,
        project=project,
        earmark=earmark,
        asset=asset,
        defaults={
            "unit": unit,
            "asset_name": asset_name[:60],
            "restricted": project is not None if restricted is None else restricted,
            "opened_at": timezone.now(),
        },
    )
    if created:
        body = content.pool_body(pool)
        append(log=content.CHARITY, acts=[Act(f"pool-{pool.pk}", entry_types.POOL.name, 1, body)])
    return pool
