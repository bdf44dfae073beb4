"""Fundraising pages on platforms: published where they are what was filed, suspended, closed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.charity.models import (
    ActivityPage,
    FindingKind,
    FundraisingActivity,
    PageCheck,
    PageCheckResult,
    PageState,
    PlatformFinding,
)
from shetong.charity.queries.platforms import standing
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_pages import Difference, FiledPlan, Page, Standing, differences
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.pools import open_pool


def require_publishable(caller: Caller, plan: FiledPlan, organisation: Standing) -> None:
    """Refuse what may not be published at all. Raises :class:`PlatformError`."""
    if not organisation.may_publish:
        raise PlatformError("not-qualified")
    if not plan.open:
        raise PlatformError("plan-not-open")
    if caller.name not in plan.platforms:
        raise PlatformError("platform-not-in-plan")


@transaction.atomic
def publish(caller: Caller, page: Page) -> tuple[ActivityPage | None, list[Difference]]:
    """Publish a page or change a published one; return it, or ``None`` and how it differs from the filed plan.

    Every comparison is kept; one that differs on a page that is published already is a finding. Raises
    :class:`PlatformError`.
    """
    today = timezone.localdate()
    plan = standing.filed_plan(page.plan, today)
    require_publishable(caller, plan, standing.of_organisation(plan.organisation_code, today))
    known = (
        ActivityPage.objects.select_for_update(of=("self",))
        .select_related("activity__plan")
        .filter(platform_id=caller.platform, external_id=page.page)
        .first()
    )
    if known is not None and known.activity.plan.number != plan.number:
        raise PlatformError("page-taken")
    if known is not None and known.state == PageState.CLOSED:
        raise PlatformError("page-closed")
    differ = differences(page, plan)
    if not differ:
        known = _published(caller, page, plan, known)
    PageCheck.objects.create(
        platform_id=caller.platform,
        page=known,
        external_id=page.page,
        plan_number=plan.number,
        result=PageCheckResult.DIFFERS if differ else PageCheckResult.SAME,
        differences=[{"field": one.field, "filed": one.filed, "shown": one.shown} for one in differ],
        checked_at=timezone.now(),
    )
    if not differ:
        return known, []
    if known is not None:
        PlatformFinding.objects.get_or_create(
            platform_id=caller.platform,
            kind=FindingKind.PAGE,
            reference=page.page,
            settled_at=None,
            defaults={
                "organisation": known.activity.plan.organisation,
                "detail": "、".join(one.reason.rstrip("。") for one in differ)[:300],
                "found_at": timezone.now(),
            },
        )
    return None, differ


def _published(caller: Caller, page: Page, plan: FiledPlan, known: ActivityPage | None) -> ActivityPage:
    now = timezone.now()
    activity = FundraisingActivity.objects.select_related("project__organisation").get(plan__number=plan.number)
    open_pool(organisation=activity.project.organisation, project=activity.project)
    if known is None:
        known = ActivityPage.objects.create(
            activity=activity,
            platform_id=caller.platform,
            external_id=page.page,
            address=page.address,
            title=page.title,
            published_at=now,
        )
    else:
        known.title, known.address, known.state = page.title, page.address, PageState.PUBLISHED
        known.save(update_fields=["title", "address", "state"])
    audit.record(actor=f"platform:{caller.client_id}", action="platform.page-publish", target=known)
    return known


@transaction.atomic
def change(caller: Caller, number: str, state: PageState) -> ActivityPage:
    """Suspend, take up again or close a page; closing is for ever. Raises :class:`PlatformError`."""
    found = standing.page(caller.platform, number)
    found = ActivityPage.objects.select_for_update(of=("self",)).select_related("activity__plan").get(pk=found.pk)
    if found.state == PageState.CLOSED:
        if state == PageState.CLOSED:
            return found
        raise PlatformError("page-closed")
    if state == PageState.PUBLISHED:
        today = timezone.localdate()
        plan = standing.filed_plan(found.activity.plan.number, today)
        require_publishable(caller, plan, standing.of_organisation(plan.organisation_code, today))
    found.state = state
    if state == PageState.CLOSED:
        found.closed_at = timezone.now()
    found.save(update_fields=["state", "closed_at"])
    audit.record(actor=f"platform:{caller.client_id}", action=f"platform.page-{state}", target=found)
    return found
