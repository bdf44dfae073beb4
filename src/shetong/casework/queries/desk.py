"""What an officer's screens offer: phrases, provisions to choose from, colleagues."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from shetong.accounts.models import User
from shetong.accounts.queries.deputies import colleagues
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework.models import Case, Opinion, Phrase
from shetong.casework.queries.matters import above
from shetong.casework.rules.matters import Matter
from shetong.core.findings import Finding

MOST_COLLEAGUES = 300


def phrases(user: User, division_codes: Iterable[str]) -> QuerySet[Phrase]:
    """Return one's own phrases, then those of the authorities of the divisions and of those above, by name."""
    codes = {code for given in division_codes for code in above(given)}
    rows = Phrase.objects.filter(Q(owner=user) | Q(division_code__in=codes))
    return rows.order_by("division_code", "title", "pk")


def provisions(matter: Matter, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the provisions that a decision on the matter can rely upon: those of the findings first."""
    found = [finding.provision for finding in findings]
    asked = [material.provision for material in matter.materials]
    return tuple(dict.fromkeys(one for one in (*found, *matter.basis, *asked) if one))


def reviewers(division_code: str) -> QuerySet[User]:
    """Return the officers who may review the cases of a division's authority, by name."""
    return colleagues((division_code,), Permission.CASE_REVIEW)


def for_body(grants: Grants, opinion_id: int) -> Opinion | None:
    """Return an opinion that the viewer's body was asked for, answered or not, else ``None``."""
    found = Opinion.objects.select_related("case", "asked_by").filter(pk=opinion_id).first()
    if found is None or not found.asked_division:
        return None
    return found if grants.may(Permission.OPINION_GIVE, found.asked_division) else None


def asked_about(grants: Grants, case: Case) -> bool:
    """Whether the viewer's body was asked for its opinion on a case, so that it may see the materials."""
    asked = Opinion.objects.filter(case=case).exclude(asked_division="").values_list("asked_division", flat=True)
    return any(grants.may(Permission.OPINION_GIVE, division) for division in asked)
