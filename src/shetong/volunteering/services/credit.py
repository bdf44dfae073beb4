"""Telling credit information systems of volunteers: items of the catalogue, under consent, kept for the person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import ApiKey
from shetong.accounts.services import audit
from shetong.core.errors import InvalidInputError
from shetong.volunteering.models import Consent, ConsentPurpose, CreditDisclosure, Volunteer, VolunteerState
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.rules import credit, service_certificates, stars

MOST = 100


@transaction.atomic
def tell(*, key: ApiKey, numbers: Collection[str], items: Collection[str]) -> list[dict[str, Any]]:
    """Return the items asked for, for those of the volunteers who agreed to it; about the others nothing.

    Whether somebody is unknown or did not agree is not told apart. Raises :class:`InvalidInputError`.
    """
    wanted = list(dict.fromkeys(numbers))
    if not wanted or len(wanted) > MOST:
        raise InvalidInputError(
            gettext("一次查询1至%(most)d位志愿者，请分批查询。") % {"most": MOST}, fields={"volunteers": "1–100"}
        )
    if not items or set(items) - set(credit.CODES):
        raise InvalidInputError(
            gettext("只能查询信用激励目录中的项目，请按目录改正。"), fields={"items": ", ".join(credit.CODES)}
        )
    consents = {
        consent.volunteer_id: consent
        for consent in Consent.objects.filter(
            volunteer__number__in=wanted, purpose=ConsentPurpose.CREDIT, withdrawn_at__isnull=True,
            volunteer__state=VolunteerState.ACTIVE,
        ).select_related("volunteer")
    }  # fmt: skip
    now = timezone.now()
    told: list[dict[str, Any]] = []
    for consent in sorted(consents.values(), key=lambda each: each.volunteer_id):
        values = _values(consent.volunteer)
        told.append({"volunteer": consent.volunteer.number, **{code: values[code] for code in sorted(set(items))}})
    CreditDisclosure.objects.bulk_create(
        [
            CreditDisclosure(
                volunteer_id=pk, receiver=key.label[:100], items=sorted(set(items)), consent=consent, told_at=now
            )
            for pk, consent in consents.items()
        ]
    )
    audit.record(
        actor=key, action="volunteer.credit", target=f"volunteers:{len(wanted)}",
        detail={"asked": len(wanted), "told": len(told), "items": sorted(set(items))},
    )  # fmt: skip
    return told


def _values(volunteer: Volunteer) -> dict[str, Any]:
    minutes = queries.confirmed_minutes(volunteer.pk)
    return {
        "volunteer-star": stars.reached(minutes, timezone.localdate()),
        "volunteer-hours": service_certificates.hours(minutes),
        "volunteer-honours": [honour.title for honour in volunteer.honours.filter(revoked_at__isnull=True)],
    }
