"""Deputyships as the people concerned and their chiefs see them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from shetong.accounts.models import Deputyship, RoleAssignment, User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import ROLES, Permission
from shetong.core import divisions

MOST = 200


def visible(user: User, grants: Grants) -> QuerySet[Deputyship]:
    """Return one's own deputyships, either way, and those within the divisions in which one assigns work."""
    reach = Q(principal=user) | Q(deputy=user)
    for code in grants.jurisdictions(Permission.CASE_ASSIGN):
        reach |= Q(division_code__startswith=divisions.prefix(code))
    rows = Deputyship.objects.filter(reach).select_related("principal", "deputy", "granted_by", "revoked_by")
    return rows.order_by("-last_day", "-pk")[:MOST]


def colleagues(codes: tuple[str, ...], permission: Permission) -> QuerySet[User]:
    """Return the officials who hold ``permission`` by a role of their own within the divisions, by name."""
    now = timezone.now()
    able = [code for code, role in ROLES.items() if permission in role.permissions]
    reach = Q(pk__in=[])
    for code in codes:
        # Those of the divisions above reach down to it too.
        above = {f"{code[:2]}0000", f"{code[:4]}00", code, divisions.NATION}
        reach |= Q(division_code__startswith=divisions.prefix(code)) | Q(division_code__in=above)
    held = RoleAssignment.objects.filter(
        reach, Q(valid_to__isnull=True) | Q(valid_to__gt=now), role__in=able, valid_from__lte=now
    )
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("display_name", "username")
