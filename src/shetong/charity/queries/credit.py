"""Credit records and honours as read: by jurisdiction for the office, and what the law lets everybody see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from shetong.charity.models import CreditDocument, CreditGrade, CreditRecord, CreditSubject, DonorHonour
from shetong.charity.queries.jurisdiction import within
from shetong.charity.rules import credit as rules
from shetong.charity.states import EFFECTIVE
from shetong.core.errors import NotFoundError
from shetong.registry.models import CreditReferral, Organisation, ReferralState


def referrals(jurisdictions: Iterable[str]) -> QuerySet[CreditReferral]:
    """What waits to be taken up, the longest ago first."""
    waiting = CreditReferral.objects.filter(
        within(jurisdictions, "organisation__authority__division_code"), state=ReferralState.PENDING
    )
    return waiting.select_related("organisation").order_by("referred_on", "pk")


def records(jurisdictions: Iterable[str]) -> QuerySet[CreditRecord]:
    """Records of the office, the newest first."""
    return (
        CreditRecord.objects.filter(within(jurisdictions, "division_code"))
        .select_related("organisation")
        .order_by("-pk")
    )


def record(number: int) -> CreditRecord:
    """A record with its events. Raises :class:`NotFoundError`."""
    found = CreditRecord.objects.select_related("organisation__authority", "referral").filter(pk=number).first()
    if found is None:
        raise NotFoundError(gettext("没有这条信用记录。"), code="credit-not-found")
    return found


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """A record as everybody may see it: an organisation by name, people by family name alone."""

    name: str
    code: str
    subject: str
    kind: str
    grade: str
    document: str
    decided_on: date
    expires_on: date
    demo: bool


def public_records(today: date, *, most: int = 200) -> list[PublicRecord]:
    """The records in effect that the law lets be published, the newest first. One query."""
    found = CreditRecord.objects.filter(
        _public(), state__in=sorted(EFFECTIVE), effective_on__lte=today, expires_on__gt=today
    )
    rows = []
    for one in found.select_related("organisation").order_by("-pk")[:most]:
        subject, body = CreditSubject(one.subject), one.organisation
        rows.append(
            PublicRecord(
                name=rules.shown_name(organisation=body.name if body else "", initial=one.initial),
                code=body.public_code if body else "",
                subject=str(subject.label),
                kind=one.get_kind_display(),
                grade=one.get_grade_display(),
                document=one.get_document_display(),
                decided_on=one.decided_on or today,
                expires_on=one.expires_on or today,
                demo=one.demo,
            )
        )
    return rows


def _public() -> Q:
    """The condition that the law lets a record be published: :func:`rules.public`, asked before the list is cut."""
    found = Q(pk__in=())
    for subject, grade, document in product(CreditSubject, CreditGrade, CreditDocument):
        if rules.public(subject=subject, grade=grade, document=document):
            found |= Q(subject=subject, grade=grade, document=document)
    return found


def held_against(organisation: Organisation, today: date) -> tuple[str, ...]:
    """What is held against an organisation on a day, by name of the act."""
    found = CreditRecord.objects.filter(
        organisation=organisation, state__in=sorted(EFFECTIVE), effective_on__lte=today, expires_on__gt=today
    )
    return tuple(one.get_kind_display() for one in found.order_by("pk"))


def listed(organisation: Organisation, today: date) -> bool:
    """Whether a decision in effect put an organisation on the list of grave breaches (严重违法失信名单)."""
    return CreditRecord.objects.filter(
        organisation=organisation, document=CreditDocument.LISTING, state__in=sorted(EFFECTIVE),
        effective_on__lte=today, expires_on__gt=today,
    ).exists()  # fmt: skip


def honours(today: date, *, most: int = 100) -> list[DonorHonour]:
    """Honours in effect, the newest first."""
    found = DonorHonour.objects.filter(effective_on__lte=today, expires_on__gt=today, withdrawn_on__isnull=True)
    return list(found.select_related("organisation").order_by("-effective_on", "-pk")[:most])
