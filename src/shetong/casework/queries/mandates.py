"""Who may act for whom."""

from __future__ import annotations

from shetong.accounts.models import User
from shetong.casework.models import Case, Mandate
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


def people(case: Case) -> list[User]:
    """Return whoever may act for the applicant's side of a case now. One query at most."""
    if case.founds or not case.subject_code:
        return [case.applicant]
    held = Mandate.objects.filter(organisation_code=case.subject_code, revoked_at__isnull=True)
    return [mandate.user for mandate in held.select_related("user").order_by("pk")]


def organisations(user: User) -> list[Mandate]:
    """Return the mandates that ``user`` holds now, by the organisation's name."""
    return list(Mandate.objects.filter(user=user, revoked_at__isnull=True).order_by("organisation_name", "pk"))
