"""What a platform may know before it publishes: an organisation's qualification, a plan as filed, pages, donations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from shetong.charity.models import ActivityPage, FundraisingPlan, PageState, PlanState, Platform, Pool
from shetong.charity.rules.donation_lines import Target
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_pages import FiledPlan, Standing
from shetong.charity.rules.platform_records import PageFacts
from shetong.registry.models import AttributeCode, Organisation, Status


def designated(on: date) -> list[Platform]:
    """Platforms designated on a day, by the day of designation."""
    found = Platform.objects.filter(designated_on__lte=on).exclude(withdrawn_on__lte=on)
    return list(found.order_by("designated_on", "pk"))


def of_organisation(code: str, on: date) -> Standing:
    """An organisation's standing on a day. Three queries. Raises :class:`PlatformError` ``organisation-not-found``."""
    found = Organisation.objects.filter(uscc=code.upper()).first() if code.isalnum() else None
    if found is None:
        raise PlatformError("organisation-not-found")
    held = found.attributes.filter(valid_from__lte=on).exclude(valid_to__lte=on)
    qualified = held.filter(code=AttributeCode.PUBLIC_FUNDRAISING).order_by("-valid_from").first()
    last = qualified or found.attributes.filter(code=AttributeCode.PUBLIC_FUNDRAISING).order_by("-valid_from").first()
    return Standing(
        found.public_code,
        found.name,
        str(found.get_status_display()),
        held.filter(code=AttributeCode.CHARITY).exists(),
        last.valid_from if last else None,
        last.valid_to if last else None,
        last.value if last else "",
        on,
        found.status == Status.NORMAL,
    )


def filed_plan(number: str, on: date) -> FiledPlan:
    """A plan by its filing number. Three queries. Raises :class:`PlatformError` ``plan-not-found``."""
    plan = (
        FundraisingPlan.objects.select_related("organisation", "activity__project")
        .filter(number=number.upper())
        .first()
        if number.isalnum()
        else None
    )
    if plan is None:
        raise PlatformError("plan-not-found")
    version = plan.versions.order_by("-number").first()
    content = version.content if version else {}
    online = content.get("by_internet") is not False
    listed = str((online and content.get("platforms")) or "").replace("，", "、").split("、")
    project = plan.activity.project
    return FiledPlan(
        plan.number,
        plan.name,
        plan.organisation.public_code,
        plan.organisation.name,
        project.number,
        project.name,
        plan.starts_on,
        plan.ends_on,
        plan.target,
        str(content.get("purpose_of_donation") or ""),
        str(content.get("purpose_use") or ""),
        tuple(name.strip() for name in listed if name.strip()),
        plan.state == PlanState.FILED and on <= plan.ends_on,
        version.number if version else 0,
        plan.emergency,
    )


def page(platform: int, number: str) -> ActivityPage:
    """A platform's page. Raises :class:`PlatformError` ``page-not-found``."""
    found = (
        ActivityPage.objects.select_related("activity__plan__organisation", "activity__project", "platform")
        .filter(platform_id=platform, external_id=number)
        .first()
        if "\0" not in number
        else None
    )
    if found is None:
        raise PlatformError("page-not-found")
    return found


def facts(platform: int, numbers: set[str]) -> tuple[dict[str, PageFacts], dict[tuple[str, str], Target]]:
    """What is known of pages by their number, and where donations go by page and earmark. Three queries."""
    wanted = [number for number in numbers if "\0" not in number]
    pages = list(
        ActivityPage.objects.select_related("activity__plan", "activity__project")
        .prefetch_related("activity__project__budget_lines")
        .filter(platform_id=platform, external_id__in=wanted)
    )
    pools = {
        (pool.project_id, pool.earmark): pool.pk
        for pool in Pool.objects.filter(project__in={one.activity.project_id for one in pages}, asset="CNY")
    }
    found: dict[str, PageFacts] = {}
    targets: dict[tuple[str, str], Target] = {}
    for one in pages:
        plan, project = one.activity.plan, one.activity.project
        closes = _start(plan.ends_on + timedelta(days=1))
        if one.state == PageState.CLOSED and one.closed_at:
            closes = min(closes, one.closed_at)
        earmarks = frozenset(line.code for line in project.budget_lines.all())
        stopped = None
        if plan.state in (PlanState.SUSPENDED, PlanState.CANCELLED):
            stopped = one.activity.closed_at or _start(plan.starts_on)
        found[one.external_id] = PageFacts(
            plan.number, project.number, _start(plan.starts_on), closes, stopped, earmarks
        )
        for earmark in ("", *earmarks):
            if pool := pools.get((project.pk, earmark)):
                targets[one.external_id, earmark] = Target(pool, one.activity_id, plan.number)
    return found, targets


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
