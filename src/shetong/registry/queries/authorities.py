"""Registration authorities as the office keeps them, and their codes by name."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.core import divisions
from shetong.registry.models import Authority

PAGE = 50


def within(grants: Grants, permission: Permission, field: str = "division_code") -> Q:
    """Return the condition that ``field`` lies in a jurisdiction where ``permission`` is held."""
    wanted = Q(pk__in=[])
    for code in grants.jurisdictions(permission):
        if not (prefix := divisions.prefix(code)):
            return Q()
        wanted |= Q(**{f"{field}__startswith": prefix})
    return wanted


def seen(grants: Grants, *, text: str = "", missing: bool = False) -> QuerySet[Authority]:
    """Return the authorities of the viewer's jurisdictions by division; ``missing``: those without a code only."""
    found = Authority.objects.filter(within(grants, Permission.REGISTER_VIEW_INTERNAL))
    if text.strip():
        asked = text.strip()[:100]
        found = found.filter(Q(name__icontains=asked) | Q(division_code=asked) | Q(uscc=asked.upper()))
    if missing:
        found = found.filter(uscc="")
    return found.order_by("division_code", "name", "pk")


def codes_of(names: Iterable[str]) -> dict[str, str]:
    """Return codes by the authority's name; a name that several bear with different codes is left out."""
    found: dict[str, set[str]] = {}
    for name, code in Authority.objects.filter(name__in=set(names)).exclude(uscc="").values_list("name", "uscc"):
        found.setdefault(name, set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}
