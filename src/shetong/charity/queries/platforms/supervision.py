"""What supervision looks at of a platform, open things first, each official what lies within the own jurisdiction.

What concerns an organisation is seen by its authority and those above it; what concerns the platform alone, complaints
among it, by the ministry that designates platforms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import NATIONAL, Permission
from shetong.charity.models import Discrepancy, Platform, PlatformComplaint, PlatformFinding
from shetong.charity.queries.jurisdiction import within

_AUTHORITY = "organisation__authority__division_code"


def findings(platform: Platform, grants: Grants) -> QuerySet[PlatformFinding]:
    """Findings of a platform that an official may see, those that nobody settled first, then the newest."""
    found = platform.findings.filter(_seen(grants.jurisdictions(Permission.CASE_STATISTICS)))
    return found.select_related("organisation__authority").order_by(F("settled_at").asc(nulls_first=True), "-pk")


def discrepancies(platform: Platform, grants: Grants) -> QuerySet[Discrepancy]:
    """Discrepancies of a platform's days that an official may see."""
    seen = _seen(grants.jurisdictions(Permission.CASE_STATISTICS))
    return Discrepancy.objects.filter(seen, reconciliation__platform=platform)


def complaints(platform: Platform, grants: Grants) -> QuerySet[PlatformComplaint]:
    """Complaints about a platform, for the ministry alone."""
    return complaints_of(platform.pk) if national(grants) else PlatformComplaint.objects.none()


def complaints_of(platform: int) -> QuerySet[PlatformComplaint]:
    """Complaints about a platform, those without answer first, the one that is due first before the others."""
    found = PlatformComplaint.objects.filter(platform_id=platform)
    return found.order_by(F("answered_at").asc(nulls_first=True), "due_on", "pk")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of a platform waits for somebody, whenever it was found."""

    findings: int
    discrepancies: int
    complaints: int


def waiting(platform: Platform, grants: Grants) -> Waiting:
    """What waits of a platform within what an official may see. Three queries."""
    return Waiting(
        findings(platform, grants).filter(settled_at__isnull=True).count(),
        discrepancies(platform, grants).filter(closed_at__isnull=True, explained=False).count(),
        complaints(platform, grants).filter(answered_at__isnull=True).count(),
    )


def national(grants: Grants) -> bool:
    """Whether an official supervises platforms as such."""
    return grants.may(Permission.CASE_STATISTICS, NATIONAL)


def _seen(jurisdictions: Iterable[str]) -> Q:
    held = tuple(jurisdictions)
    nobody = Q(organisation__isnull=True) if NATIONAL in held else Q(pk__in=())
    return within(held, _AUTHORITY) | nobody
