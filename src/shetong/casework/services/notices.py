"""Documents of the authority: recorded with the act that issues them, delivered by a job of the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.models import Case, CaseEvent, Notice, NoticeKind
from shetong.casework.queries import mandates
from shetong.casework.rules.matters import Matter
from shetong.casework.services import applicants, documents, numbers
from shetong.core.errors import ForbiddenError, NotFoundError
from shetong.store import queue

DELIVER_TASK = "casework.deliver_notice"
MOST_AT_ONCE = 5_000


def issue(
    case: Case,
    matter: Matter,
    kind: NoticeKind,
    event: CaseEvent,
    content: Mapping[str, Any] | None = None,
    *,
    document_number: str = "",
) -> Notice:
    """Record a document with everything that it says and have it delivered once the transaction stands.

    ``document_number``: one taken already for it; a new one is given otherwise.
    """
    on = timezone.localdate(event.recorded_at)
    notice = Notice(
        case=case,
        kind=kind,
        document_number=document_number or numbers.document_number(kind, case.authority_division, on, matter.nature),
        content={
            "case_number": case.number,
            "matter": matter.title,
            "nature": str(matter.nature),
            "basis": list(matter.basis),
            "applicant": case.subject_name or case.applicant.get_full_name(),
            "authority": case.authority_name,
            "date": str(on),
            "provision": event.provision,
            "reason": event.reason,
            **(content or {}),
        },
        issued_at=event.recorded_at,
        event=event,
    )
    queue.insert_with_job(notice, DELIVER_TASK, queue="casework", argument="notice_id")
    return notice


@transaction.atomic
def deliver(*, notice_id: int) -> bool:
    """Put a notice into the applicant's hall and say so; ``False`` where that was done already.

    Safe to run again at any time.
    """
    found = Notice.objects.select_for_update(of=("self",)).select_related("case__applicant")
    notice = found.filter(pk=notice_id).first()
    if notice is None or notice.delivered_at is not None:
        return False
    documents.sealed(notice_id)
    notice.delivered_at = timezone.now()
    notice.save(update_fields=["delivered_at"])
    audit.record(
        actor="system:casework",
        action="notice.deliver",
        target=notice,
        jurisdiction=notice.case.authority_division,
        detail={"document": notice.document_number},
    )
    applicants.notice(notice)
    return True


def waiting(*, before: datetime) -> list[int]:
    """Return the notices issued before a time that no job delivered, the oldest first."""
    found = Notice.objects.filter(delivered_at__isnull=True, issued_at__lt=before).order_by("issued_at")
    return list(found.values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def receive(*, notice_id: int, actor: User) -> Notice:
    """Record that the applicant's side has opened a notice: the proof of receipt; the first opening counts."""
    # The notice alone: archiving locks the case first and its notices afterwards.
    notice = Notice.objects.select_for_update(of=("self",)).select_related("case").filter(pk=notice_id).first()
    if notice is None:
        raise NotFoundError(gettext("没有找到这份文书。"))
    if not mandates.may_act(actor, notice.case):
        raise ForbiddenError(gettext("只有申请人或者其授权的经办人可以签收。"))
    if notice.received_at is None:
        notice.received_at = timezone.now()
        notice.received_by = actor.get_full_name()
        if notice.delivered_at is None:
            notice.delivered_at = notice.received_at
            # The same job closes the delivery of the case, which the opening does not lock.
            queue.defer(DELIVER_TASK, queue="casework", notice_id=notice.pk)
        notice.save(update_fields=["received_at", "received_by", "delivered_at"])
        audit.record(
            actor=actor,
            action="notice.receive",
            target=notice,
            jurisdiction=notice.case.authority_division,
            detail={"document": notice.document_number},
        )
    return notice
