"""How a case ends outside of a decision: withdrawn by the applicant, terminated by the authority; and its delivery."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework.models import TO_DELIVER, Act, Case, Notice, NoticeKind
from shetong.casework.queries import matters
from shetong.casework.services import applicants, moves, notices
from shetong.core.errors import InvalidInputError
from shetong.store import queue

ARCHIVE_TASK = "casework.archive"


@transaction.atomic
def withdraw(*, case_id: int, actor: User, reason: str = "") -> Case:
    """Withdraw an application before it is decided; what there is of it is archived."""
    case = moves.lock(case_id)
    event = moves.move(case, Act.WITHDRAW, actor=actor, reason=reason)
    applicants.withdrawn(case, event)
    if case.number is not None:
        queue.defer(ARCHIVE_TASK, queue="casework", case_id=case.pk)
    return case


@transaction.atomic
def terminate(*, case_id: int, actor: User, reason: str) -> Case:
    """End a case that can no longer be decided, such as when its object has ceased to exist; say why."""
    if not reason.strip():
        raise InvalidInputError(gettext("请写明终止办理的理由。"), fields={"reason": gettext("请写明理由。")})
    case = moves.lock(case_id)
    matter = matters.of(case)
    event = moves.move(case, Act.TERMINATE, actor=actor, reason=reason)
    notices.issue(case, matter, NoticeKind.TERMINATION, event)
    return case


def undelivered(*, before: datetime) -> list[int]:
    """Return the cases untouched since a time whose notices are all with the applicant, the oldest first."""
    ready = Case.objects.filter(state__in=TO_DELIVER, updated_at__lt=before)
    ready = ready.exclude(Exists(Notice.objects.filter(case=OuterRef("pk"), delivered_at__isnull=True)))
    return list(ready.order_by("updated_at").values_list("pk", flat=True)[: notices.MOST_AT_ONCE])


@transaction.atomic
def delivered(*, case_id: int) -> bool:
    """Close the delivery of a case once all its notices are with the applicant, and have it archived.

    ``False`` where that is not due.
    """
    case = moves.lock(case_id)
    if case.state not in TO_DELIVER or Notice.objects.filter(case=case, delivered_at__isnull=True).exists():
        return False
    moves.move(case, Act.DELIVER, actor=None)
    queue.defer(ARCHIVE_TASK, queue="casework", case_id=case.pk)
    return True
