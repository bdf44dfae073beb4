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
class Grants:
    """What one viewer holds at one moment: (role code, division code) pairs, beside what everybody may do."""

    held: tuple[tuple[str, str], ...] = ()

    def may(self, permission: str, division_code: str) -> bool:
        """Return whether ``permission`` is held for ``division_code`` (``""``: what belongs to the whole country)."""
        if permission in rules.ANONYMOUS.permissions:
            return True
        return any(
            permission in rules.permissions_of(role) and rules.holds(division, division_code)
            for role, division in self.held
        )

    def jurisdictions(self, permission: str) -> tuple[str, ...]:
        """Return the division codes within which ``permission`` is held, sorted, those inside others left out."""
        codes = {division for role, division in self.held if permission in rules.permissions_of(role)}
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
    held = rows.fetch(
        "SELECT role, division_code FROM accounts_roleassignment"
        " WHERE user_id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)",
        [user.pk, moment, moment],
    )
    grants = Grants(tuple(sorted(held)))
    if known is not None:
        known[user.pk] = grants
    return grants


def may(user: Viewer, permission: str, division_code: str) -> bool:
    """Return whether ``user`` may do ``permission`` to something in ``division_code`` now."""
    return permission in rules.ANONYMOUS.permissions or grants_of(user).may(permission, division_code)


def require(user: Viewer, permission: str, division_code: str) -> None:
    """Raise :class:`ForbiddenError` unless :func:`may`."""
    if not may(user, permission, division_code):
        raise ForbiddenError(
            gettext("您没有在该地区“%(act)s”的权限。如因工作需要，请联系本单位账号管理员授予相应角色。")
            % {"act": gettext(rules.PERMISSION_NAMES.get(Permission(permission), permission))}
        )
