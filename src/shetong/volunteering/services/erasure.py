"""One's own data: handed out whole, and erased.

《个人信息保护法》第四十五条 (copy), 第四十七条 (erasure). What was served stays as a record of the organisation that
recorded it, under the volunteer's number alone.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.ledger.services import people
from shetong.volunteering.models import (
    GuardianConsent,
    Membership,
    MembershipState,
    SignupState,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.queries import public_log
from shetong.volunteering.services import places, volunteers

_GIVEN_UP = (SignupState.APPLIED, SignupState.WAITING, SignupState.OFFERED, SignupState.HELD)
_SEALED = ("name_sealed", "identity_sealed", "identity_index", "phone_sealed", "emergency_sealed", "born_on", "female")


@transaction.atomic
def export(*, user: User) -> dict[str, Any]:
    """Return everything that is kept of the person who is logged in, as JSON without bytes; recorded."""
    volunteer = volunteers.own(user)
    opened = {
        name: pii.open_sealed(bytes(sealed), context=context) if sealed else ""
        for name, sealed, context in (
            ("name", volunteer.name_sealed, volunteers.NAME),
            ("identity_number", volunteer.identity_sealed, volunteers.NUMBER),
            ("phone", volunteer.phone_sealed, volunteers.PHONE),
            ("emergency", volunteer.emergency_sealed, volunteers.EMERGENCY),
        )
    }
    audit.record(actor=user, action="volunteer.export", target=volunteer, jurisdiction=volunteer.division_code)
    plain = ("number", "state", "born_on", "female", "division_code", "longitude", "latitude", "reach_km", "skills",
             "languages", "fields", "times", "wishes", "registered_at", "verified_at", "verified_through")  # fmt: skip
    return {
        **opened,
        **{name: getattr(volunteer, name) for name in plain},
        "consents": list(volunteer.consents.values("purpose", "version", "given_at", "withdrawn_at")),
        "system_numbers": list(volunteer.system_numbers.values("system", "number", "since")),
        "memberships": list(volunteer.memberships.values("team__name", "state", "answers", "applied_at", "ended_at")),
        "trainings": list(volunteer.trainings.values("title", "held_on", "minutes", "passed")),
        "signups": list(volunteer.signups.values("shift__post__activity__number", "state", "applied_at")),
        "certificates": list(
            volunteer.service_certificates.values("serial", "covers_from", "covers_to", "minutes", "state", "issued_at")
        ),
        "records": [
            {"from": record.during.lower, "to": record.during.upper, "minutes": record.minutes, "state": record.state,
             "team": record.team.name if record.team else "", "content": record.content}
            for record in volunteer.records.select_related("team")
        ],
    }  # fmt: skip


def erase(*, user: User) -> None:
    """End a registration and delete what is personal; sign-ups are withdrawn, memberships end.

    Raises :class:`WrongStateError` for somebody without a record.
    """
    with transaction.atomic():
        waiting = list(volunteers.own(user).signups.filter(state__in=_GIVEN_UP).values_list("pk", "during"))
    for signup_id, during in waiting:
        if during.lower > timezone.now():
            places.withdraw(signup_id=signup_id, actor=user, reason="注销志愿者注册")
    with transaction.atomic():
        volunteer = volunteers.own(user)
        audit.record(actor=user, action="volunteer.erase", target=volunteer, jurisdiction=volunteer.division_code)
        emptied(volunteer, VolunteerState.ERASED)
        volunteer.save()
        now = timezone.now()
        volunteer.consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=now)
        volunteer.saved_searches.all().delete()
        _empty_certificates(volunteer)
        GuardianConsent.objects.filter(volunteer=volunteer).delete()
        Membership.objects.filter(
            volunteer=volunteer, state__in=(MembershipState.APPLIED, MembershipState.MEMBER)
        ).update(state=MembershipState.LEFT, ended_at=now)
        Membership.objects.filter(volunteer=volunteer).update(answers={})
        volunteer.devices.filter(revoked_at__isnull=True).update(revoked_at=now)
        # What the public log commits to of this person can never be opened again.
        numbers = [volunteer.number, *volunteer.merged_records.values_list("number", flat=True)]
        people.erase(subjects=[public_log.subject(number) for number in numbers])


def _empty_certificates(volunteer: Volunteer) -> None:
    """Empty what names the person in certificates; whether they were issued can still be verified."""
    for each in volunteer.service_certificates.all():
        each.snapshot_sealed, each.token_sealed, each.pdf_digest, each.pdf_digest_en = b"", b"", "", ""
        each.shown = {**each.shown, "name_masked": ""}
        each.save()
    volunteer.certificate_requests.update(latin_name_sealed=None)


def emptied(volunteer: Volunteer, state: VolunteerState) -> None:
    """Take everything that names the person from a record; the caller saves it."""
    for name in _SEALED:
        setattr(volunteer, name, None)
    volunteer.state, volunteer.user = state, None
    volunteer.name_masked, volunteer.wishes = "", ""
    volunteer.longitude = volunteer.latitude = None
    volunteer.skills, volunteer.languages, volunteer.fields = [], [], []
    volunteer.token_epoch += 1
    volunteer.updated_at = timezone.now()
