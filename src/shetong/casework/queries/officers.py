"""Officers of an authority."""

from __future__ import annotations

from shetong.accounts import rules
from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.store import rows


def who_assign(division_code: str) -> list[User]:
    """Return who distributes the work of the authority of a division: its own people, else those of the next above."""
    return _nearest(Permission.CASE_ASSIGN, division_code)


def who_keep_seals() -> list[User]:
    """Return the operators who renew the seals of authorities."""
    return _nearest(Permission.SIGNING_KEYS_MANAGE, rules.NATIONAL)


def _nearest(permission: Permission, division_code: str) -> list[User]:
    allowed = [code for code, role in rules.ROLES.items() if permission in role.permissions]
    held = rows.fetch(
        "SELECT user_id, division_code FROM accounts_roleassignment"
        " WHERE role = ANY(%s) AND valid_from <= now() AND (valid_to IS NULL OR valid_to > now())"
        " AND left(division_code, 2) IN (left(%s, 2), left(%s, 2))",
        [allowed, division_code, rules.NATIONAL],
    )
    reaching = [(user, division) for user, division in held if rules.holds(division, division_code)]
    if not reaching:
        return []
    nearest = max((division for _, division in reaching), key=lambda code: (code != rules.NATIONAL, code))
    numbers = [user for user, division in reaching if division == nearest]
    return list(User.objects.filter(pk__in=numbers, is_active=True).order_by("pk"))
