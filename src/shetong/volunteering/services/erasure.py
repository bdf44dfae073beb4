"""A registration ended and what is personal erased (《个人信息保护法》第四十七条).

What was served stays as a record of the organisation that recorded it, under the volunteer's number alone;
:mod:`shetong.volunteering.services.holdings` lists what stays and why.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.services import storage
from shetong.ledger.services import people
from shetong.volunteering.models import (
    MembershipState,
    MergeHold,
    RedemptionState,
    SignupState,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.queries import public_log
from shetong.volunteering.services import benefits, exchange_index, places, volunteers

_GIVEN_UP = (SignupState.APPLIED, SignupState.WAITING, SignupState.OFFERED, SignupState.HELD)
_SEALED = ("name_sealed", "identity_sealed", "identity_index", "phone_sealed", "emergency_sealed", "born_on", "female")


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
        _spent(volunteer)
        records = [volunteer, *_merged(volunteer)]
        exchange_index.forget(records)
        for each in records:
            _forget(each, now)
        # What the public log commits to of this person can never be opened again.
        people.erase(subjects=[public_log.subject(each.number) for each in records])


def _merged(volunteer: Volunteer) -> list[Volunteer]:
    """Return the records that were merged into a record, and into those."""
    found: list[Volunteer] = []
    latest = [volunteer]
    while latest:
        latest = list(Volunteer.objects.filter(merged_into__in=latest))
        found += latest
    return found


def _spent(volunteer: Volunteer) -> None:
    """Give back what was taken and not used, for others to take."""
    for found in volunteer.redemptions.select_for_update().filter(state=RedemptionState.HELD):
        benefits.end(found, RedemptionState.RETURNED)


def _forget(volunteer: Volunteer, now: datetime) -> None:
    """Delete or empty what names the person beside a record; of a merged one also what waited for the undoing."""
    volunteer.consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=now)
    volunteer.saved_searches.all().delete()
    volunteer.system_numbers.all().delete()
    volunteer.guardian_consents.all().delete()
    MergeHold.objects.filter(merge__gone=volunteer).delete()
    _empty_certificates(volunteer)
    volunteer.memberships.filter(state__in=(MembershipState.APPLIED, MembershipState.MEMBER)).update(
        state=MembershipState.LEFT, ended_at=now
    )
    volunteer.memberships.update(answers={})
    volunteer.devices.filter(revoked_at__isnull=True).update(revoked_at=now)


def _empty_certificates(volunteer: Volunteer) -> None:
    """Empty what names the person in certificates; whether they were issued can still be verified."""
    for each in volunteer.service_certificates.select_for_update():
        for digest in filter(None, (each.pdf_digest, each.pdf_digest_en)):
            storage.forget(digest)
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
