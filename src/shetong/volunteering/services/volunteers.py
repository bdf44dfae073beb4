"""Volunteers: registration under one's real name, profile, consents.

One person has one record: found again by the blind index of the identity number. A record that another system brought
and nobody has claimed is taken over by whoever proves the identity; one that somebody has already is not made twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core import divisions, pii
from shetong.core.errors import ConflictError, InvalidInputError, WrongStateError
from shetong.core.identifiers import parse_identity_number
from shetong.registry.models.choices import IdentityDocument
from shetong.store import resealing
from shetong.volunteering.models import (
    ALL_TIMES,
    Consent,
    ConsentPurpose,
    Field,
    GuardianConsent,
    Language,
    RegisteredBy,
    Skill,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.rules.conditions import age_on
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services import exchange_index, identity, numbering

NAME, NUMBER, PHONE, EMERGENCY = (
    "volunteer.name", "volunteer.identity_number", "volunteer.phone", "volunteer.emergency",
)  # fmt: skip
# Version of what people are told before they consent.
CONSENT_VERSION = "2026-11-30"
NEEDED = (ConsentPurpose.SERVICE, ConsentPurpose.SENSITIVE)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a volunteer says of skills, languages, wishes, times and place."""

    division_code: str = ""
    spot: Spot | None = None
    reach_km: int = 10
    skills: Collection[str] = ()
    languages: Collection[str] = ()
    fields: Collection[str] = ()
    times: int = ALL_TIMES
    wishes: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody fills in to register."""

    name: str
    identity_number: str
    phone: str
    consents: Collection[str]
    emergency: str = ""
    profile: Profile = field(default_factory=Profile)


def register(*, user: User, given: Registration) -> Volunteer:
    """Register the person who is logged in and return the record; minors wait for their guardian's consent.

    Raises :class:`InvalidInputError` with the fields at fault, :class:`ConflictError` where person or account is
    registered already, :class:`IdentityServiceError`.
    """
    name = given.name.strip()
    faults: dict[str, str] = {}
    if not 2 <= len(name) <= 40:
        faults["name"] = gettext("请填写证件上的姓名。")
    phone = "".join(sign for sign in given.phone if sign.isdigit())
    if not (len(phone) == 11 and phone.startswith("1")):
        faults["phone"] = gettext("请填写11位手机号码。")
    if missing := [purpose for purpose in NEEDED if purpose not in given.consents]:
        faults["consents"] = gettext("注册须同意“%(purpose)s”。") % {"purpose": missing[0].label}
    try:
        person = parse_identity_number(given.identity_number, today=timezone.localdate())
    except InvalidInputError as error:
        faults["identity_number"] = error.message
    faults |= _profile_faults(given.profile)
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    age = age_on(person.born_on, timezone.localdate())
    if age < settings.VOLUNTEER_AGE_GUARDIAN:
        raise InvalidInputError(
            gettext("未满%(age)d岁的暂不能注册，可以由监护人带领参加亲子活动。")
            % {"age": settings.VOLUNTEER_AGE_GUARDIAN},
            code="too-young",
        )
    verified = identity.verify(name=name, number=person.number, document=person.kind.value)
    return _write(
        user=user, given=given, name=name, phone=phone, number=person.number, document=person.kind.value,
        born_on=person.born_on, female=person.female, alone=age >= settings.VOLUNTEER_AGE_ALONE,
        through=verified.through if verified else "",
    )  # fmt: skip


@transaction.atomic
def _write(
    *, user: User, given: Registration, name: str, phone: str, number: str, document: str, born_on: date, female: bool,
    alone: bool, through: str,
) -> Volunteer:  # fmt: skip
    if Volunteer.objects.filter(user=user).exists():
        raise ConflictError(gettext("您已经注册为志愿者。"))
    index, now = pii.blind_index(number, context=NUMBER), timezone.now()
    volunteer = Volunteer.objects.select_for_update().filter(identity_index=index).first()
    claimed = volunteer is not None
    if volunteer is None:
        volunteer = Volunteer(
            number=numbering.new(Volunteer, "V"),
            registered_by=RegisteredBy.SELF,
            registered_at=now,
            identity_index=index,
        )
    elif volunteer.user_id is not None:
        raise ConflictError(
            gettext("这个证件号码已经注册，请用当时的账号登录；忘记账号的，请持证件到当地志愿服务管理部门办理。"),
            code="registered-already",
        )
    elif not through:
        raise ConflictError(gettext("其他系统已经为您登记，须通过实名核验才能认领。"), code="claim-needs-verification")
    volunteer.user, volunteer.demo = user, user.demo
    volunteer.state = VolunteerState.ACTIVE if alone else VolunteerState.PENDING
    volunteer.name_sealed, volunteer.name_masked = pii.seal(name, context=NAME), pii.mask_name(name)[:40]
    volunteer.identity_kind = IdentityDocument(document)
    volunteer.identity_sealed = pii.seal(number, context=NUMBER)
    volunteer.born_on, volunteer.female = born_on, female
    volunteer.phone_sealed = pii.seal(phone, context=PHONE)
    emergency = given.emergency.strip()
    volunteer.emergency_sealed = pii.seal(emergency, context=EMERGENCY) if emergency else None
    if through:
        volunteer.verified_at, volunteer.verified_through = now, through
    _apply(volunteer, given.profile)
    try:
        with transaction.atomic():
            volunteer.save()
    except IntegrityError as error:
        raise ConflictError(gettext("这个证件号码刚刚注册过，请刷新页面查看。"), code="registered-already") from error
    exchange_index.note(volunteer.pk, number)
    for purpose in ConsentPurpose:
        if purpose in given.consents:
            _give(volunteer, purpose, guardian=False)
    audit.record(
        actor=user, action="volunteer.claim" if claimed else "volunteer.register", target=volunteer,
        jurisdiction=volunteer.division_code, detail={"state": volunteer.state, "verified": bool(through)},
    )  # fmt: skip
    return volunteer


@transaction.atomic
def change_profile(*, user: User, profile: Profile) -> Volunteer:
    """Keep what a volunteer says anew of skills, times and place. Raises :class:`InvalidInputError`."""
    volunteer = own(user)
    if faults := _profile_faults(profile):
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    _apply(volunteer, profile)
    volunteer.save()
    audit.record(actor=user, action="volunteer.profile", target=volunteer, jurisdiction=volunteer.division_code)
    return volunteer


@transaction.atomic
def choose_consents(*, user: User, purposes: Collection[str]) -> Volunteer:
    """Give and withdraw consents so that exactly these stand; those that registration needs end with it only.

    Raises :class:`InvalidInputError` where a needed one is missing.
    """
    volunteer = own(user)
    if any(purpose not in purposes for purpose in NEEDED):
        raise InvalidInputError(gettext("撤回这两项同意就不能再参加志愿服务。要撤回的，请注销注册。"))
    standing = {str(each.purpose): each for each in volunteer.consents.filter(withdrawn_at__isnull=True)}
    for purpose in ConsentPurpose:
        if purpose in purposes and purpose not in standing:
            _give(volunteer, purpose, guardian=False)
        elif purpose not in purposes and purpose in standing:
            standing[purpose].withdrawn_at = timezone.now()
            standing[purpose].save(update_fields=["withdrawn_at"])
    audit.record(
        actor=user, action="volunteer.consents", target=volunteer, jurisdiction=volunteer.division_code,
        detail={"purposes": sorted(map(str, purposes))},
    )  # fmt: skip
    return volunteer


def own(user: User) -> Volunteer:
    """Return the locked record of who is logged in. Raises :class:`WrongStateError` for somebody without one."""
    volunteer = Volunteer.objects.select_for_update(no_key=True).filter(user=user).first()
    if volunteer is None:
        raise WrongStateError(gettext("请先注册为志愿者。"), code="not-registered")
    return volunteer


def _give(volunteer: Volunteer, purpose: ConsentPurpose, *, guardian: bool) -> None:
    Consent.objects.get_or_create(
        volunteer=volunteer, purpose=purpose, withdrawn_at=None,
        defaults={"version": CONSENT_VERSION, "given_at": timezone.now(), "guardian": guardian},
    )  # fmt: skip


def _apply(volunteer: Volunteer, profile: Profile) -> None:
    volunteer.division_code = profile.division_code
    spot = profile.spot
    volunteer.longitude = round(spot.longitude, 2) if spot else None
    volunteer.latitude = round(spot.latitude, 2) if spot else None
    volunteer.reach_km = profile.reach_km
    volunteer.skills, volunteer.languages = sorted(profile.skills), sorted(profile.languages)
    volunteer.fields, volunteer.times = sorted(profile.fields), profile.times
    volunteer.wishes, volunteer.updated_at = profile.wishes.strip(), timezone.now()


def _profile_faults(profile: Profile) -> Mapping[str, str]:
    known: dict[str, tuple[Collection[str], Collection[Any]]] = {
        "skills": (profile.skills, Skill.values),
        "languages": (profile.languages, Language.values),
        "fields": (profile.fields, Field.values),
    }
    faults = {
        name: gettext("请从所列各项中选择。") for name, (given, values) in known.items() if set(given) - {*values}
    }
    if profile.division_code and divisions.get(profile.division_code) is None:
        faults["division_code"] = gettext("没有这个行政区划，请写到区县，例如：北京市朝阳区。")
    if not 1 <= profile.reach_km <= 500:
        faults["reach_km"] = gettext("请填写1至500之间的公里数。")
    if not 0 < profile.times <= ALL_TIMES:
        faults["times"] = gettext("请至少选择一个可服务的时段。")
    if len(profile.wishes) > 300:
        faults["wishes"] = gettext("最多300个字，请缩短。")
    return faults


def reseal() -> int:
    """Seal what retired keys sealed of volunteers and guardians anew; return how many records were done."""
    own = {"name_sealed": NAME, "identity_sealed": NUMBER, "phone_sealed": PHONE, "emergency_sealed": EMERGENCY}
    guardian = {
        "name_sealed": "guardian.name", "identity_sealed": "guardian.identity_number", "phone_sealed": "guardian.phone",
    }  # fmt: skip
    done = resealing.reseal(Volunteer._meta.db_table, own)
    return done + resealing.reseal(GuardianConsent._meta.db_table, guardian)
