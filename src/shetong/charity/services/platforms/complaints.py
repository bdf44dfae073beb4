"""Complaints about what platforms show: made by anybody, answered by the platform in time."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import NATIONAL, Permission
from shetong.accounts.services import audit
from shetong.charity.models import Platform, PlatformComplaint
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.services.platforms.access import Caller, require_member
from shetong.core import pii, statutes
from shetong.core.errors import InvalidInputError
from shetong.core.working_days import Period, due

CONTEXT = "charity.platform-complaint"
SHORTEST = 10  # characters


def make(*, platform: Platform, page: str, text: str, contact: str) -> PlatformComplaint:
    """Take a complaint. ``contact`` is kept sealed. Raises :class:`InvalidInputError` where nothing is said."""
    if len(text.strip()) < SHORTEST:
        message = gettext("请说明情况，至少%(number)s个字。") % {"number": SHORTEST}
        raise InvalidInputError(message, fields={"text": message})
    now = timezone.now()
    today = timezone.localdate(now)
    held = statutes.in_force("platform_complaint_answer", on=today)
    return PlatformComplaint.objects.create(
        platform=platform,
        page=page.strip()[:200],
        text=text.strip()[:1000],
        contact_sealed=pii.seal(contact.strip()[:100], context=CONTEXT) if contact.strip() else None,
        made_at=now,
        due_on=due(today, Period(held.value, held.unit, held.provision)) or today,
    )


@transaction.atomic
def answer(caller: Caller, number: int, text: str) -> PlatformComplaint:
    """Answer a complaint by the platform's program. Raises :class:`PlatformError`, :class:`InvalidInputError`."""
    return _answer(caller.platform, number, text, f"platform:{caller.client_id}")


@transaction.atomic
def answer_by(actor: User, number: int, text: str, *, platform: Platform) -> PlatformComplaint:
    """Answer a complaint by the platform's people. Raises as :func:`answer`, and :class:`ForbiddenError`."""
    require_member(actor, platform)
    return _answer(platform.pk, number, text, actor)


def _answer(platform: int, number: int, text: str, actor: User | str) -> PlatformComplaint:
    found = PlatformComplaint.objects.select_for_update().filter(platform_id=platform, pk=number).first()
    if found is None:
        raise PlatformError("complaint-not-found")
    if found.answered_at is not None:
        raise PlatformError("complaint-answered")
    if not text.strip() or "\0" in text:
        raise InvalidInputError(gettext("请填写答复。"), fields={"text": gettext("请填写答复。")})
    found.answer, found.answered_at = text.strip()[:1000], timezone.now()
    found.save(update_fields=["answer", "answered_at"])
    audit.record(actor=actor, action="platform.complaint-answer", target=found)
    return found


def masked(complaint: PlatformComplaint) -> str:
    """How to reach who complained, as it is shown without a purpose; empty where nothing was left."""
    contact = _contact(complaint)
    return pii.mask_email(contact) if "@" in contact else pii.mask_phone(contact)


def reveal(complaint: PlatformComplaint, *, purpose: str, actor: User, request: HttpRequest | None = None) -> str:
    """Return how to reach who complained; who looked and what for is recorded. The ministry alone may.

    Raises :class:`ForbiddenError`.
    """
    permissions.require(actor, Permission.CASE_STATISTICS, NATIONAL)
    audit.record(
        actor=actor, action="personal-data.read", target=complaint, purpose=purpose, request=request,
        detail={"field": "contact"}, jurisdiction=NATIONAL,
    )  # fmt: skip
    return _contact(complaint)


def _contact(complaint: PlatformComplaint) -> str:
    sealed = complaint.contact_sealed
    return pii.open_sealed(sealed, context=CONTEXT) if sealed is not None else ""


def days_late(complaint: PlatformComplaint) -> int:
    """How many days after its term a complaint was answered, or stands unanswered now."""
    until = timezone.localdate(complaint.answered_at) if complaint.answered_at else timezone.localdate()
    return max(0, (until - complaint.due_on) // timedelta(days=1))
