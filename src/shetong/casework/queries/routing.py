"""To whom an opinion goes: the officers of the division in which the body that is asked has its seat."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.rules import ROLES, Permission
from shetong.casework.queries.matters import above
from shetong.core import divisions

MOST_OTHERS = 50
_ABLE = [code for code, role in ROLES.items() if Permission.OPINION_GIVE in role.permissions]


@dataclass(frozen=True, slots=True)
class Route:
    """A division whose officers can answer. ``named``: the body's own name says that it is the right one."""

    division: str
    place: str
    officers: int
    named: bool


def routes(body: str, authority_division: str) -> list[Route]:
    """Return the divisions in which somebody may give opinions, that of the body's name first, then the nearest.

    ``body``: its full name, which tells its division (``示范区教育局``); of names that do not, the authority's own
    division, those above, and then others of the province are offered. A division without officers is left out:
    nobody would answer there.
    """
    found = divisions.find(body) if body else None
    named = found.division.code if found is not None and found.certain else ""
    made = [Route(named, _place(named), speakers(named).count(), True)] if named else []
    others = _holding().filter(division_code__startswith=authority_division[:2]).values_list("division_code", flat=True)
    codes = [*reversed(above(authority_division)), *others.order_by("division_code").distinct()[:MOST_OTHERS]]
    for code in dict.fromkeys(codes):
        if code != named and _exists(code):
            made.append(Route(code, _place(code), _holders(Q(division_code=code)).count(), False))
    return [route for route in made if route.officers]


def speakers(division_code: str) -> QuerySet[User]:
    """Return the officers who may answer for the bodies of a division: theirs and those of the divisions above."""
    return _holders(Q(division_code__in=set(above(division_code))))


def _holders(where: Q) -> QuerySet[User]:
    held = _holding().filter(where)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("display_name", "username")


def _holding() -> QuerySet[RoleAssignment]:
    now = timezone.now()
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    return RoleAssignment.objects.filter(lasting, role__in=_ABLE, valid_from__lte=now)


def _exists(code: str) -> bool:
    return code == divisions.NATION or divisions.get(code) is not None


def _place(code: str) -> str:
    return "全国" if code == divisions.NATION else divisions.full_name(code) or code
