"""Certificates of service as their owners, their issuers, the office and strangers see them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from shetong.core import cose
from shetong.registry.queries.certificates import published_keys
from shetong.registry.rules.certificate_verification import PublishedKey, Verdict
from shetong.volunteering.models import (
    COUNTED,
    CertificateRequest,
    Field,
    ForgedNumber,
    RecordState,
    ServiceCertificate,
    ServiceCertificateState,
    ServiceRecord,
    StaffRole,
    Team,
    TeamState,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.rules import service_tokens
from shetong.volunteering.rules.service_certificates import Served
from shetong.volunteering.rules.service_tokens import Claims


@dataclass(frozen=True, slots=True)
class Standing:
    """What the platform says today of a certificate; nothing in it names the person in full."""

    serial: str
    state: str
    state_reason: str
    state_changed_at: datetime | None
    issued_at: datetime
    notice_until: date | None
    shown: dict[str, Any]
    minutes_now: int  # confirmed today in the period that was certified
    token_digest: bytes
    demo: bool

    @property
    def reduced(self) -> bool:
        """Whether less stands confirmed today than was certified: records were voided or corrected since."""
        return self.minutes_now < int(self.shown["minutes"])


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of verifying a token on the server."""

    verdict: Verdict
    claims: Claims | None = None
    standing: Standing | None = None


def confirmed(volunteer_id: int, team_id: int, first: date | None, last: date) -> QuerySet[ServiceRecord]:
    """Return the confirmed records of a volunteer with a team that began on the days from ``first`` to ``last``."""
    within = Q(during__startswith__date__lte=last)
    if first is not None:
        within &= Q(during__startswith__date__gte=first)
    return ServiceRecord.objects.filter(
        within, volunteer_id=volunteer_id, team_id=team_id, state__in=(RecordState.CONFIRMED,)
    )


def served(volunteer_id: int, team_id: int, first: date | None, last: date) -> list[Served]:
    """Return what was served, in the order of days."""
    rows = confirmed(volunteer_id, team_id, first, last).select_related("activity")
    found = [
        Served(
            timezone.localdate(row.during.lower),
            (row.activity.title if row.activity else "") or row.content or str(Field(row.field).label),
            row.field, row.minutes,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.day)


def served_with(team_id: int, first: date, last: date) -> QuerySet[Volunteer]:
    """Return the verified volunteers who have confirmed records with a team in a period."""
    records = ServiceRecord.objects.filter(
        volunteer=OuterRef("pk"), team_id=team_id, state=RecordState.CONFIRMED,
        during__startswith__date__gte=first, during__startswith__date__lte=last,
    )  # fmt: skip
    return Volunteer.objects.filter(Exists(records), state=VolunteerState.ACTIVE, verified_at__isnull=False)


def issuer(team: Team) -> Team:
    """Return who certifies for a team: itself, or where it was dissolved the team above it that still stands."""
    while team.state == TeamState.CLOSED and team.parent is not None:
        team = team.parent
    return team


def head_of(team: Team) -> str:
    """Return the name of who is responsible: the legal representative of a registered body, else the team's leader."""
    if team.organisation is not None and team.organisation.legal_representative:
        return str(team.organisation.legal_representative)
    leader = team.staff.filter(role=StaffRole.LEADER, until__isnull=True).select_related("user").order_by("pk").first()
    return leader.user.get_full_name() if leader else ""


def code_of(team: Team) -> str:
    """Return the public code of who certifies: the unified code, or the team's number."""
    return (team.organisation.uscc if team.organisation else "") or team.number


def own(volunteer: Volunteer) -> QuerySet[ServiceCertificate]:
    """Return the certificates of a volunteer, the newest first."""
    return ServiceCertificate.objects.filter(volunteer=volunteer).select_related("team").order_by("-id")


def own_requests(volunteer: Volunteer) -> QuerySet[CertificateRequest]:
    """Return the wishes of a volunteer that were not fulfilled."""
    return volunteer.certificate_requests.filter(certificate__isnull=True).select_related("team").order_by("-id")


def standing(serial: str) -> Standing | None:
    """Return what is known of a certificate (two queries), ``None`` where none has this number."""
    found = ServiceCertificate.objects.filter(serial=serial).first()
    if found is None:
        return None
    counted = ServiceRecord.objects.filter(
        volunteer_id=found.volunteer_id, team_id=found.team_id, state__in=COUNTED,
        during__startswith__date__gte=found.covers_from, during__startswith__date__lte=found.covers_to,
    )  # fmt: skip
    return Standing(
        serial=found.serial, state=found.state, state_reason=found.state_reason,
        state_changed_at=found.state_changed_at, issued_at=found.issued_at, notice_until=found.notice_until,
        shown=found.shown, minutes_now=counted.aggregate(total=Sum("minutes"))["total"] or 0,
        token_digest=bytes(found.token_digest), demo=found.demo,
    )  # fmt: skip


def verify_text(text: str) -> Verification:
    """Verify a scanned or pasted link against the published keys and what is recorded now."""
    try:
        token = service_tokens.token_in(text)
        message = cose.parse_sign1(token)
    except cose.CoseError:
        return Verification(Verdict.MALFORMED)
    key = published_keys().get(message.key_id or b"")
    if key is None:
        return Verification(Verdict.UNKNOWN_KEY)
    try:
        claims = service_tokens.read(message.verify(key.public_key))
    except cose.SignatureError:
        return Verification(Verdict.BAD_SIGNATURE)
    except cose.CoseError:
        return Verification(Verdict.MALFORMED)
    return _concluded(token, claims, key)


def _concluded(token: bytes, claims: Claims, key: PublishedKey) -> Verification:
    if key.revoked_at is not None or not key.was_signing(claims.issued_at):
        return Verification(Verdict.KEY_REVOKED, claims)
    found = standing(claims.serial)
    if found is None or found.token_digest != hashlib.sha256(token).digest():
        return Verification(Verdict.UNRECORDED, claims)
    if found.state != ServiceCertificateState.VALID:
        return Verification(Verdict(found.state), claims, found)
    return Verification(Verdict.CHANGED if found.reduced else Verdict.VALID, claims, found)


def forged(number: str) -> ForgedNumber | None:
    """Return what was published of a forged number."""
    return ForgedNumber.objects.filter(number="".join(number.split()).upper()).first()


def revoked() -> QuerySet[ServiceCertificate]:
    """Return the certificates that were revoked, the latest first."""
    rows = ServiceCertificate.objects.filter(state=ServiceCertificateState.REVOKED).select_related("team")
    return rows.order_by("-state_changed_at", "-pk")


def in_notice(team_id: int) -> QuerySet[ServiceCertificate]:
    """Return the certificates of a team that are shown publicly these days."""
    return ServiceCertificate.objects.filter(
        team_id=team_id, notice_until__gte=timezone.localdate(), state=ServiceCertificateState.VALID
    ).order_by("-id")


@dataclass(frozen=True, slots=True)
class Total:
    """Confirmed minutes of one year, organisation and field."""

    year: int
    team_id: int | None
    team: str
    field: str
    minutes: int
    times: int


def totals(volunteer: Volunteer) -> list[Total]:
    """Return a volunteer's counted service by year, organisation and field, the latest year first."""
    found: dict[tuple[int, int | None, str, str], list[int]] = {}
    rows = ServiceRecord.objects.filter(volunteer=volunteer, state__in=COUNTED).values_list(
        "during", "team_id", "team__name", "field", "minutes"
    )
    for during, team_id, team, field, minutes in rows:
        entry = found.setdefault((timezone.localtime(during.lower).year, team_id, team or "", field), [0, 0])
        entry[0] += minutes
        entry[1] += 1
    return [
        Total(year, team_id, team, str(Field(field).label), minutes, times)
        for (year, team_id, team, field), (minutes, times) in sorted(
            found.items(), key=lambda pair: (-pair[0][0], pair[0][2], -pair[1][0])
        )
    ]
