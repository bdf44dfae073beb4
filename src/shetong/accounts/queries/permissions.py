"""May this person do that there? The one place where permissions are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts import rules
from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.core.errors import ForbiddenError
from shetong.store import rows

Viewer: TypeAlias = User | AnonymousUser | None


@dataclass(frozen=True, slots=True)
class Lent:
    """A role of an absent colleague that the viewer may use within ``scope`` and ``division`` (代理)."""

    principal: int
    principal_name: str
    role: str
    role_division: str
    division: str
    scope: frozenset[str]

    def allows(self, permission: str, division_code: str) -> bool:
        """Whether the colleague holds the permission there and has lent it."""
        return (
            permission in self.scope
            and permission in rules.LENDABLE
            and permission in rules.permissions_of(self.role)
            and rules.holds(self.role_division, division_code)
            and rules.holds(self.division, division_code)
        )

    @property
    def reach(self) -> str:
        """Return the narrower of the colleague's jurisdiction and the division named; empty where they are apart."""
        if rules.holds(self.role_division, self.division):
            return self.division
        return self.role_division if rules.holds(self.division, self.role_division) else ""


@dataclass(frozen=True, slots=True)
class Grants:
    """What one viewer holds at one moment: (role code, division code) pairs, beside what everybody may do.

    ``lent``: what absent colleagues have lent.
    """

    held: tuple[tuple[str, str], ...] = ()
    lent: tuple[Lent, ...] = ()

    def may(self, permission: str, division_code: str) -> bool:
        """Return whether ``permission`` is held for ``division_code`` (``""``: what belongs to the whole country)."""
        return self.own(permission, division_code) or any(one.allows(permission, division_code) for one in self.lent)

    def own(self, permission: str, division_code: str) -> bool:
        """Return the same without what colleagues have lent."""
        if permission in rules.ANONYMOUS.permissions:
            return True
        return any(
            permission in rules.permissions_of(role) and rules.holds(division, division_code)
            for role, division in self.held
        )

    def principal(self, permission: str, division_code: str, holder: int | None = None) -> Lent | None:
        """Return for whom the viewer acts: ``None`` in one's own right.

        For ``holder``, the colleague whose work it is, where that colleague has lent the permission; else for anybody
        where one's own roles do not reach.
        """
        able = [one for one in self.lent if one.allows(permission, division_code)]
        if (named := next((one for one in able if one.principal == holder), None)) is not None:
            return named
        return None if self.own(permission, division_code) or not able else able[0]

    def jurisdictions(self, permission: str) -> tuple[str, ...]:
        """Return the division codes within which ``permission`` is held, sorted, those inside others left out."""
        codes = {division for role, division in self.held if permission in rules.permissions_of(role)}
        codes |= {one.reach for one in self.lent if one.reach and one.allows(permission, one.reach)}
        return tuple(
            sorted(code for code in codes if not any(other != code and rules.holds(other, code) for other in codes))
        )

    def anywhere(self, permission: str) -> bool:
        """Return whether ``permission`` is held in any division at all."""
        return permission in rules.ANONYMOUS.permissions or bool(self.jurisdictions(permission))

    @property
    def official(self) -> bool:
        """Whether any of the roles is an official one, which asks for a second factor."""
        return any(role in rules.ROLES and rules.ROLES[role].official for role, _ in self.held)


NOTHING = Grants()

_known: ContextVar[dict[int, Grants] | None] = ContextVar("known_grants", default=None)


@contextmanager
def once() -> Iterator[None]:
    """Within: what somebody holds now is read once, as for all parts of one act."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def grants_of(user: Viewer, at: datetime | None = None) -> Grants:
    """Return what ``user`` holds at ``at`` (now when left out); nothing for strangers and disabled accounts.

    One query. Django's superuser flag gives nothing: every permission comes from a dated, reasoned grant.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOTHING
    known = _known.get() if at is None else None
    if known is not None and user.pk in known:
        return known[user.pk]
    moment = at or timezone.now()
    day = timezone.localdate(moment)
    held = rows.fetch(_HELD, [user.pk, moment, moment, user.pk, day, day, moment, moment])
    grants = Grants(
        held=tuple(sorted((row[0], row[1]) for row in held if not row[2])),
        lent=tuple(
            Lent(principal, name, role, role_division, division, frozenset(scope))
            for role, role_division, principal, name, division, scope in sorted(held)
            if principal
        ),
    )
    if known is not None:
        known[user.pk] = grants
    return grants


# One's own roles, then those of the colleagues for whom one acts that day; what is lent is not lent on.
_HELD = """
SELECT role, division_code, 0 AS principal, '' AS name, '' AS within, '{}'::varchar[] AS scope
  FROM accounts_roleassignment
 WHERE user_id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
UNION ALL
SELECT r.role, r.division_code, d.principal_id, coalesce(nullif(u.display_name, ''), u.username), d.division_code,
       d.scope
  FROM accounts_deputyship d
  JOIN accounts_user u ON u.id = d.principal_id AND u.is_active
  JOIN accounts_roleassignment r ON r.user_id = d.principal_id
 WHERE d.deputy_id = %s AND d.revoked_at IS NULL AND d.first_day <= %s AND d.last_day >= %s
   AND r.valid_from <= %s AND (r.valid_to IS NULL OR r.valid_to > %s)
"""


def may(user: Viewer, permission: str, division_code: str) -> bool:
    """Return whether ``user`` may do ``permission`` to something in ``division_code`` now."""
    return permission in rules.ANONYMOUS.permissions or grants_of(user).may(permission, division_code)


def require(user: Viewer, permission: str, division_code: str) -> None:
    """Raise :class:`ForbiddenError` unless :func:`may`."""
    required(user, permission, division_code)


def required(user: Viewer, permission: str, division_code: str) -> Grants:
    """Return what ``user`` holds; raise :class:`ForbiddenError` where ``permission`` is not among it there."""
    grants = grants_of(user)
    if not grants.may(permission, division_code):
        raise ForbiddenError(
            gettext("您没有在该地区“%(act)s”的权限。如因工作需要，请联系本单位账号管理员授予相应角色。")
            % {"act": gettext(rules.PERMISSION_NAMES.get(Permission(permission), permission))}
        )
    return grants
