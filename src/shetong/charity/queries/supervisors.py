"""Who supervises charities of a division."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.rules import ROLES, Permission
from shetong.casework.queries.matters import above

_ABLE = [code for code, role in ROLES.items() if Permission.CHARITY_SUPERVISE in role.permissions]


def supervisors(division_code: str) -> list[User]:
    """The officers who supervise charities of a division: its own, else those of the nearest division above."""
    now = timezone.now()
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    held = RoleAssignment.objects.filter(
        lasting, role__in=_ABLE, valid_from__lte=now, user__is_active=True, division_code__in=above(division_code)
    ).select_related("user")
    by_division: dict[str, list[User]] = {}
    for one in held.order_by("user"):
        by_division.setdefault(one.division_code, []).append(one.user)
    return next((by_division[code] for code in reversed(above(division_code)) if code in by_division), [])
