"""One's own data, handed out whole (《个人信息保护法》第四十五条), and where it lies.

:data:`HOLDINGS` lists every reference to a volunteer that the database has; a test compares. What erasure does with it
is done in :mod:`shetong.volunteering.services.erasure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.volunteering.models import ExchangeItem, Objection, Presence, Story, Volunteer
from shetong.volunteering.services import volunteers

RECORDED = "如实记录志愿服务并长期保存，《志愿服务条例》第十九条；只留志愿者编号"
PROOF = "证明当时的处理有本人同意，《个人信息保护法》第十四条、第六十九条；不含姓名和证件号码"
DELETED, EMPTIED, KEPT = "deleted", "emptied", "kept"


@dataclass(frozen=True, slots=True)
class Holding:
    """A reference to a volunteer: where, under which name of the export, what erasure does, and why what stays stays.

    ``exported`` is empty where another part of the export says the same.
    """

    column: str
    exported: str
    erasure: str
    reason: str = ""


HOLDINGS = tuple(
    Holding(f"volunteering.{column}", *rest)
    for column, *rest in (
        ("Consent.volunteer", "consents", KEPT, PROOF),
        ("GuardianConsent.volunteer", "guardian_consents", DELETED),
        ("SystemNumber.volunteer", "system_numbers", DELETED),
        ("VolunteerIndex.volunteer", "", DELETED),
        ("ExchangeItem.volunteer", "sent_by_other_systems", EMPTIED, "来源系统撤回、更正其记录须凭其编号，" + RECORDED),
        ("SavedSearch.volunteer", "saved_searches", DELETED),
        ("Volunteer.merged_into", "merged_records", EMPTIED, "合并的经过可以核查，只留编号，"+ RECORDED),
        ("Merge.kept", "merged_records", KEPT, "合并的经过可以核查，只留编号，"+ RECORDED),
        ("Merge.gone", "merged_records", KEPT, "合并的经过可以核查，合并前的内容一并删除，"+ RECORDED),
        ("Membership.volunteer", "memberships", EMPTIED, "团体的成员经历，" + RECORDED),
        ("Training.volunteer", "trainings", KEPT, "培训情况属于志愿服务记录，" + RECORDED),
        ("Signup.volunteer", "signups", KEPT, "报名和服务的经过，" + RECORDED),
        ("Suspension.volunteer", "suspensions", KEPT, "暂停和恢复是行政管理的经过，可以核查，" + RECORDED),
        ("Device.volunteer", "devices", KEPT, "签到记录的签名凭证，" + RECORDED),
        ("ServiceRecord.volunteer", "records", KEPT, RECORDED),
        ("VolunteerTotal.volunteer", "", KEPT, "记录的合计，" + RECORDED),
        ("TeamYear.volunteer", "", KEPT, "记录的合计，" + RECORDED),
        ("ServiceCertificate.volunteer", "certificates", EMPTIED, "是否出具过、是否有效仍可核验，" + RECORDED),
        ("CertificateRequest.volunteer", "certificate_requests", EMPTIED, "办理的经过，" + RECORDED),
        ("StarAward.volunteer", "stars", KEPT, "星级属于志愿服务记录，不再公开，" + RECORDED),
        ("Honour.volunteer", "honours", KEPT, "表彰奖励情况属于志愿服务记录，不再公开，" + RECORDED),
        ("Redemption.volunteer", "redemptions", KEPT, "合作方核销的凭证，未使用的退回，" + RECORDED),
        ("CreditDisclosure.volunteer", "told_to_credit_systems", KEPT,
         "处理情况记录至少保存三年，《个人信息保护法》第五十六条"),
    )
)  # fmt: skip


@transaction.atomic
def export(*, user: User) -> dict[str, Any]:
    """Return everything that is kept of the person who is logged in, as JSON without bytes; recorded."""
    volunteer = volunteers.own(user)
    audit.record(actor=user, action="volunteer.export", target=volunteer, jurisdiction=volunteer.division_code)
    plain = ("number", "state", "born_on", "female", "division_code", "longitude", "latitude", "reach_km", "skills",
             "languages", "fields", "times", "wishes", "registered_by", "registered_at", "verified_at",
             "verified_through", "identity_kind")  # fmt: skip
    return {
        **_opened(volunteer),
        **{name: getattr(volunteer, name) for name in plain},
        **_about_the_person(volunteer),
        **_about_service(volunteer),
        **_about_thanks(volunteer),
        "objections": list(Objection.objects.filter(user=user).values("record", "text", "state", "answer")),
        "stories": list(Story.objects.filter(author=user).values("kind", "title", "text", "signature", "state")),
    }


def _opened(volunteer: Volunteer) -> dict[str, str]:
    return {
        name: _open(sealed, context)
        for name, sealed, context in (
            ("name", volunteer.name_sealed, volunteers.NAME),
            ("identity_number", volunteer.identity_sealed, volunteers.NUMBER),
            ("phone", volunteer.phone_sealed, volunteers.PHONE),
            ("emergency", volunteer.emergency_sealed, volunteers.EMERGENCY),
        )
    }


def _open(sealed: bytes | memoryview | None, context: str) -> str:
    return pii.open_sealed(bytes(sealed), context=context) if sealed else ""


def _about_the_person(volunteer: Volunteer) -> dict[str, Any]:
    items = ExchangeItem.objects.filter(Q(volunteer=volunteer) | Q(record__volunteer=volunteer), rehearsal=False)
    return {
        "consents": list(volunteer.consents.values("purpose", "version", "given_at", "withdrawn_at", "guardian")),
        "guardian_consents": list(
            volunteer.guardian_consents.values("relation", "asked_at", "given_at", "verified_through", "revoked_at")
        ),
        "system_numbers": list(volunteer.system_numbers.values("system", "number", "since")),
        "sent_by_other_systems": list(items.values("system__code", "kind", "number", "version", "received_at")),
        "merged_records": list(volunteer.merges.values("gone__number", "recorded_at", "reason")),
        "saved_searches": list(volunteer.saved_searches.values("title", "criteria", "notify", "created_at")),
        "devices": list(volunteer.devices.values("enrolled_at", "revoked_at")),
    }


def _about_service(volunteer: Volunteer) -> dict[str, Any]:
    presences = Presence.objects.filter(signup__volunteer=volunteer)
    return {
        "memberships": list(
            volunteer.memberships.values("team__name", "state", "answers", "applied_at", "ended_at", "reason")
        ),
        "trainings": list(
            volunteer.trainings.values("title", "team__name", "held_on", "minutes", "passed", "withdrawn_at")
        ),
        "suspensions": list(volunteer.suspensions.values("reason", "since", "ended_at", "end_reason")),
        "signups": list(volunteer.signups.values("shift__post__activity__number", "state", "applied_at", "note")),
        "presences": list(
            presences.values("signup__shift__post__activity__number", "act", "way", "at", "place", "metres")
        ),
        "records": [
            {"from": record.during.lower, "to": record.during.upper, "minutes": record.minutes, "state": record.state,
             "team": record.team.name if record.team else "", "content": record.content, "place": record.place,
             "source": record.source, "doubts": record.flags}
            for record in volunteer.records.select_related("team").order_by("pk")
        ],
        "certificates": list(
            volunteer.service_certificates.values("serial", "covers_from", "covers_to", "minutes", "state", "issued_at")
        ),
        "certificate_requests": [
            {"team": asked.team.name, "purpose": asked.purpose, "state": asked.state, "reason": asked.reason,
             "requested_at": asked.requested_at,
             "latin_name": _open(asked.latin_name_sealed, "service_certificate.latin_name")}
            for asked in volunteer.certificate_requests.select_related("team").order_by("pk")
        ],
    }  # fmt: skip


def _about_thanks(volunteer: Volunteer) -> dict[str, Any]:
    return {
        "stars": list(volunteer.stars.values("star", "minutes", "state", "awarded_at", "reason")),
        "honours": list(volunteer.honours.values("title", "grantor", "granted_on", "citation", "revoked_at")),
        "redemptions": list(
            volunteer.redemptions.values("benefit__title", "code", "minutes", "state", "taken_at", "ended_at")
        ),
        "told_to_credit_systems": list(volunteer.disclosures.values("receiver", "items", "told_at")),
    }
