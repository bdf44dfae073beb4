"""One's own data: handed out whole, and erased; two records of one person made one.

《个人信息保护法》第四十五条 (copy), 第四十七条 (erasure). What was served stays as a record of the organisation that
recorded it, under the volunteer's number alone.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.volunteering.models import (
    COUNTED,
    GuardianConsent,
    Membership,
    MembershipState,
    Merge,
    RecordState,
    ServiceRecord,
    Signup,
    SignupState,
    Volunteer,
    VolunteerState,
)
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
        _empty(volunteer, VolunteerState.ERASED)
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


@transaction.atomic
def merge(*, kept_id: int, gone_id: int, actor: User, reason: str) -> Merge:
    """Make one of two records of one person; who proved the identity keeps theirs. Only for the guiding authority.

    Counted records of service that overlap with those of the kept record are flagged for somebody to judge. Raises
    :class:`ForbiddenError`, :class:`NotFoundError`, :class:`InvalidInputError`.
    """
    if kept_id == gone_id or len(reason.strip()) < 4:
        raise InvalidInputError(gettext("请选择两个不同的记录，并写明合并的理由。"))
    both = Volunteer.objects.select_for_update().filter(pk__in=(kept_id, gone_id)).order_by("pk")
    found = {each.pk: each for each in both}
    open_ = (VolunteerState.ACTIVE, VolunteerState.PENDING, VolunteerState.SUSPENDED)
    if len(found) != 2 or any(each.state not in open_ for each in found.values()):
        raise NotFoundError(gettext("没有找到可以合并的记录。"))
    kept, gone = found[kept_id], found[gone_id]
    for each in (kept, gone):
        permissions.require(actor, Permission.VOLUNTEERING_MANAGE, each.division_code)
    moved = _move(kept, gone)
    if kept.user_id is None and gone.user_id is not None:
        user, gone.user = gone.user, None
        gone.save(update_fields=["user"])
        kept.user = user
        kept.save(update_fields=["user"])
    _empty(gone, VolunteerState.MERGED)
    gone.merged_into = kept
    gone.save()
    done = Merge.objects.create(
        kept=kept, gone=gone, moved=moved, reason=reason.strip()[:300], actor_name=actor.get_full_name(),
        recorded_at=timezone.now(),
    )  # fmt: skip
    audit.record(
        actor=actor, action="volunteer.merge", target=kept, jurisdiction=kept.division_code,
        detail={"gone": gone.number, "moved": {name: len(ids) for name, ids in moved.items()}},
    )  # fmt: skip
    return done


def _move(kept: Volunteer, gone: Volunteer) -> dict[str, list[int]]:
    """Move what belongs to a person; return the numbers of what was moved and of what was flagged or left."""
    moved: dict[str, list[int]] = {}
    for name in ("system_numbers", "trainings"):
        rows = getattr(gone, name)
        moved[name] = list(rows.values_list("pk", flat=True))
        rows.update(volunteer=kept)
    counted = list(kept.records.filter(state__in=COUNTED).values_list("during", flat=True))
    doubtful = [
        record.pk
        for record in gone.records.filter(state__in=COUNTED)
        if any(record.during.lower < other.upper and other.lower < record.during.upper for other in counted)
    ]
    ServiceRecord.objects.filter(pk__in=doubtful).update(state=RecordState.FLAGGED, flags=["overlap"])
    moved["flagged"] = doubtful
    moved["records"] = list(gone.records.values_list("pk", flat=True))
    gone.records.update(volunteer=kept)
    moved["signups"] = [signup.pk for signup in gone.signups.all() if _moves(signup, kept)]
    live = (MembershipState.APPLIED, MembershipState.MEMBER)
    teams = set(kept.memberships.filter(state__in=live).values_list("team_id", flat=True))
    memberships = gone.memberships.exclude(state__in=live, team_id__in=teams)
    moved["memberships"] = list(memberships.values_list("pk", flat=True))
    memberships.update(volunteer=kept)
    return moved


def _moves(signup: Signup, kept: Volunteer) -> bool:
    try:
        with transaction.atomic():
            Signup.objects.filter(pk=signup.pk).update(volunteer=kept)
    except IntegrityError:
        return False  # the kept record has the same shift, or another place at that time
    return True


def _empty_certificates(volunteer: Volunteer) -> None:
    """Empty what names the person in certificates; whether they were issued can still be verified."""
    for each in volunteer.service_certificates.all():
        each.snapshot_sealed, each.token_sealed, each.pdf_digest, each.pdf_digest_en = b"", b"", "", ""
        each.shown = {**each.shown, "name_masked": ""}
        each.save()
    volunteer.certificate_requests.update(latin_name_sealed=None)


def _empty(volunteer: Volunteer, state: VolunteerState) -> None:
    for name in _SEALED:
        setattr(volunteer, name, None)
    volunteer.state, volunteer.user = state, None
    volunteer.name_masked, volunteer.wishes = "", ""
    volunteer.longitude = volunteer.latitude = None
    volunteer.skills, volunteer.languages, volunteer.fields = [], [], []
    volunteer.token_epoch += 1
    volunteer.updated_at = timezone.now()
