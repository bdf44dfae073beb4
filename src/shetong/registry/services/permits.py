"""Permits as published credit information (双公示): recorded by the decision, published in time, withdrawn with it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval
from shetong.core import statutes, working_days
from shetong.core.errors import InvalidInputError
from shetong.core.working_days import Period
from shetong.registry.models import Certificate, Organisation, PermitCategory, PermitRecord
from shetong.registry.rules.certificate_elements import TITLES
from shetong.store import rows

SYSTEM = "system:registry"
BATCH = 1_000
# Titles that decisions bear, named for the catalogue.
DOCUMENT_TITLES = (
    N_("准予社会团体成立登记决定书"), N_("准予民办非企业单位成立登记决定书"), N_("准予基金会成立登记决定书"),
    N_("准予变更登记决定书"), N_("准予注销登记决定书"), N_("章程核准决定书"),
)  # fmt: skip


def record(
    organisation: Organisation,
    approval: Approval,
    *,
    title: str,
    content: str,
    category: PermitCategory = PermitCategory.REGISTRATION,
    certificate: Certificate | None = None,
) -> PermitRecord:
    """Record a permit in the transaction of its decision; it waits for publication until ``publish_by``."""
    permit = PermitRecord(
        organisation=organisation,
        document_number=approval.document_number,
        document_title=document_title(title),
        category=category,
        title=title,
        content=content[:4_000],
        decided_on=approval.decided_on,
        valid_from=approval.decided_on,
        valid_to=organisation.certificate_valid_to,
        authority_name=approval.authority.name,
        certificate_title=TITLES.get(organisation.kind, "") if certificate else "",  # type: ignore[call-overload]
        certificate_number=certificate.serial if certificate else "",
        subject_name=organisation.name,
        legal_representative=organisation.legal_representative,
        publish_by=publish_by(approval.decided_on),
    )
    rows.insert(permit)
    return permit


def document_title(title: str) -> str:
    """Return what the decision of a permit is called, in the document and in what is published alike."""
    return f"{title}决定书"[:64]


def publish_by(decided_on: date) -> date:
    """Return the last day for the publication of a decision: seven working days after it."""
    held = statutes.in_force("permit_publication", on=decided_on)
    end = working_days.due(decided_on, Period(held.value, held.unit, held.provision))
    if end is None:
        raise ValueError("a period that nothing stops has an end")
    return end


def publish(*, only: Q | None = None, actor: User | str = SYSTEM) -> int:
    """Publish the permits that wait, the most urgent first; return how many. Safe to run again at any time.

    ``only``: those that an officer asks for, who is then named as ``actor``.
    """
    done = 0
    while True:
        with transaction.atomic():
            waiting = PermitRecord.objects.filter(only or Q(), published_at__isnull=True, withdrawn_at__isnull=True)
            rows_locked = waiting.order_by("publish_by", "pk").select_for_update(skip_locked=True, of=("self",))
            found = list(rows_locked[:BATCH])
            if not found:
                return done
            PermitRecord.objects.filter(pk__in=[row.pk for row in found]).update(published_at=timezone.now())
            audit.record(
                actor=actor,
                action="permit.publish",
                target=f"permit:{found[0].pk}-{found[-1].pk}",
                detail={"count": len(found)},
            )
        done += len(found)


def withdraw(organisation: Organisation, document_number: str, *, reason: str, actor: User | None) -> int:
    """Withdraw the published permits of a decision that was revoked; the row stays, with the reason. Return how many.

    Raises :class:`InvalidInputError` without a reason.
    """
    if not reason.strip():
        raise InvalidInputError(gettext("请写明撤回公示的理由。"), fields={"reason": gettext("请写明理由。")})
    found = PermitRecord.objects.filter(
        organisation=organisation, document_number=document_number, withdrawn_at__isnull=True
    )
    done = found.update(withdrawn_at=timezone.now(), withdrawn_reason=reason.strip()[:300])
    if done:
        audit.record(
            actor=actor or SYSTEM,
            action="permit.withdraw",
            target=organisation,
            jurisdiction=organisation.authority.division_code,
            detail={"document": document_number},
        )
    return done
