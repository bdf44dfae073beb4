"""The officers of an organisation for the office: posts by date, identity numbers masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from shetong.core import pii
from shetong.registry.models import Officer, Organisation, Person


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One post: who, as what, from when to when (exclusive), with which paper; numbers masked."""

    person_id: int
    name: str
    role: str
    identity_kind: str
    identity_number: str
    has_phone: bool
    valid_from: date
    valid_to: date | None


def of_organisation(organisation: Organisation) -> list[OfficerRow]:
    """Return every post ever filed, those held now first, then the latest. One query."""
    posts = (
        Officer.objects.filter(organisation=organisation)
        .select_related("person")
        .order_by(F("valid_to").desc(nulls_first=True), "role", "valid_from", "pk")
    )
    return [_row(post, post.person) for post in posts]


def _row(post: Officer, person: Person) -> OfficerRow:
    return OfficerRow(
        person_id=person.pk,
        name=person.name,
        role=post.get_role_display(),
        identity_kind=person.get_identity_kind_display(),
        identity_number=_masked(person),
        has_phone=person.phone_sealed is not None,
        valid_from=post.valid_from,
        valid_to=post.valid_to,
    )


def by_public_code(code: str) -> Organisation | None:
    """Return the organisation of a unified code, or of ``BR`` and a number for branch bodies."""
    organisations = Organisation.objects.select_related("authority")
    if code[:2].upper() == "BR" and code[2:].isascii() and code[2:].isdigit() and len(code) <= 20:
        return organisations.filter(pk=int(code[2:]), uscc=None).first()
    return organisations.filter(uscc=code.upper()).first()


def _masked(person: Person) -> str:
    number = pii.open_sealed(person.identity_number_sealed, context="person.identity_number")
    return pii.mask_identity_number(number)
