"""Who may act for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework.models import Case, Mandate, MandateInvitation
from shetong.core import divisions
from shetong.store import rows


def may_act(user: User, case: Case) -> bool:
    """Whether ``user`` may act for the applicant's side of a case now.

    A founder acts in person. For an organisation acts whoever holds its mandate; who began the case and lost the
    mandate since does not. A body that came into being by the case itself was its founder's matter to the end.
    """
    if case.subject_code and not case.founds:
        return holds(user, case.subject_code)
    return case.applicant_id == user.pk


def holds(user: User, organisation_code: str) -> bool:
    """Whether ``user`` holds a mandate of the organisation now."""
    held = "FROM casework_mandate WHERE user_id = %s AND organisation_code = %s AND revoked_at IS NULL"
    return rows.exists(held, [user.pk, organisation_code])


def sides_with(case: Case, users: Collection[int]) -> bool:
    """Whether any of ``users`` (numbers) stands on the applicant's side of a case, and so may not judge it.

    So does whoever began it, and for an organisation everybody who held its mandate at any time since the case began:
    giving the mandate up does not make one impartial. One query at most.
    """
    if case.applicant_id in users:
        return True
    if case.founds or not case.subject_code:
        return False
    held = (
        "FROM casework_mandate WHERE organisation_code = %s AND user_id = ANY(%s)"
        " AND (revoked_at IS NULL OR revoked_at >= %s)"
    )
    return rows.exists(held, [case.subject_code, list(users), case.created_at])


def people(case: Case) -> list[User]:
    """Return whoever may act for the applicant's side of a case now. One query at most."""
    if case.founds or not case.subject_code:
        return [case.applicant]
    return people_of(case.subject_code)


def people_of(organisation_code: str) -> list[User]:
    """Return whoever acts for an organisation now. One query."""
    held = Mandate.objects.filter(organisation_code=organisation_code, revoked_at__isnull=True)
    return [mandate.user for mandate in held.select_related("user").order_by("pk")]


def organisations(user: User) -> list[Mandate]:
    """Return the mandates that ``user`` holds now, by the organisation's name."""
    return list(Mandate.objects.filter(user=user, revoked_at__isnull=True).order_by("organisation_name", "pk"))


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation that somebody acts for: who does now, who is invited, who did before."""

    code: str
    name: str
    current: tuple[Mandate, ...]
    invited: tuple[MandateInvitation, ...]
    former: tuple[Mandate, ...]


def bodies(user: User) -> list[Body]:
    """Return the organisations that ``user`` acts for, each with everybody who does or did. Three queries."""
    own = organisations(user)
    codes = [mandate.organisation_code for mandate in own]
    held: dict[str, list[Mandate]] = {code: [] for code in codes}
    invited: dict[str, list[MandateInvitation]] = {code: [] for code in codes}
    for mandate in Mandate.objects.filter(organisation_code__in=codes).select_related("user").order_by("pk"):
        held[mandate.organisation_code].append(mandate)
    waiting = MandateInvitation.objects.filter(
        organisation_code__in=codes, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now()
    )
    for invitation in waiting.order_by("pk"):
        invited[invitation.organisation_code].append(invitation)
    return [
        Body(
            one.organisation_code,
            one.organisation_name,
            tuple(mandate for mandate in held[one.organisation_code] if mandate.revoked_at is None),
            tuple(invited[one.organisation_code]),
            tuple(mandate for mandate in held[one.organisation_code] if mandate.revoked_at is not None),
        )
        for one in own
    ]


def of_organisation(code: str, name: str) -> Body:
    """Return who acts, is invited and did act for an organisation, as its registrar sees it. Two queries."""
    held = list(Mandate.objects.filter(organisation_code=code).select_related("user").order_by("pk"))
    waiting = open_invitations(code, timezone.now()).select_related("invited_by").order_by("pk")
    return Body(
        code,
        name,
        tuple(one for one in held if one.revoked_at is None),
        tuple(waiting),
        tuple(one for one in held if one.revoked_at is not None),
    )


def by_registrars(grants: Grants) -> QuerySet[MandateInvitation]:
    """Return the invitations that registrars of the viewer's jurisdictions gave upon proof, the latest first."""
    within = Q(pk__in=[])
    for code in grants.jurisdictions(Permission.CASE_ACCEPT):
        within |= Q(division_code__startswith=divisions.prefix(code))
    found = MandateInvitation.objects.filter(within).exclude(division_code="")
    return found.select_related("invited_by", "accepted_by").order_by("-pk")


def open_invitations(organisation_code: str, at: datetime) -> QuerySet[MandateInvitation]:
    """Return the invitations of an organisation that can still be accepted."""
    return MandateInvitation.objects.filter(
        organisation_code=organisation_code, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
    )
