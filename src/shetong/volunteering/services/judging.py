"""Doubts judged by the guiding authority with a reason, and records handed to enforcement."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from shetong.core.said import say
from shetong.volunteering import referrals
from shetong.volunteering.models import DoubtState, HoursAct, RecordState, Referral, ServiceRecord
from shetong.volunteering.services import hours, record_events


@transaction.atomic
def judge(*, actor: User, record_id: int, counts: bool, reason: str) -> ServiceRecord:
    """Judge the open doubts of a record together: they are dismissed, or the record is void. The volunteer is told.

    A record that waits for its team goes on waiting once they are dismissed. Of one that was made void or corrected
    meanwhile only the doubts are judged. Raises :class:`ForbiddenError` (also for
    one's own record), :class:`InvalidInputError`, :class:`WrongStateError`, and
    :class:`~.record_events.OverlapError` where another record counts at that time.
    """
    record = _locked(actor, record_id, reason)
    standing = list(record.doubts.select_for_update().filter(state=DoubtState.OPEN))
    if not standing:
        raise WrongStateError(gettext("这条记录没有待核的疑点。"))
    for doubt in standing:
        doubt.state = DoubtState.DISMISSED if counts else DoubtState.UPHELD
        doubt.judged_by, doubt.judged_at, doubt.reason = actor, timezone.now(), reason.strip()[:300]
        doubt.save()
    record.flags = []
    record.save(update_fields=["flags"])
    if record.state in (RecordState.VOID, RecordState.SUPERSEDED):
        return record
    if not counts:
        record_events.step(record, HoursAct.VOID, actor=actor, reason=reason)
    elif record.state == RecordState.FLAGGED:
        hours.let_count(record, actor=actor, reason=reason)
    if record.volunteer.user:
        messages.send(
            to=record.volunteer.user, topic=Topic.VOLUNTEER, key=f"record-{record.pk}-judged-{standing[-1].pk}",
            title=say(N_("您的一条服务记录经核实，疑点排除") if counts else N_("您的一条服务记录经核实作废")),
            text=reason.strip(), url="/hall/volunteering/hours/",
        )  # fmt: skip
    return record


@transaction.atomic
def refer(*, actor: User, record_id: int, reason: str) -> Referral:
    """Hand a record to enforcement as a complaint; whoever takes complaints gets it after the commit.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    record = _locked(actor, record_id, reason)
    if Referral.objects.filter(record=record).exists():
        raise WrongStateError(gettext("这条记录已经移送。"))
    made = Referral.objects.create(
        record=record, reason=reason.strip()[:300], division_code=record.division_code, referred_by=actor,
        referred_at=timezone.now(),
    )  # fmt: skip
    audit.record(
        actor=actor, action="hours.refer", target=record, jurisdiction=record.division_code,
        detail={"referral": made.pk},
    )  # fmt: skip
    transaction.on_commit(lambda: deliver(referral_id=made.pk), robust=True)
    return made


@transaction.atomic
def deliver(*, referral_id: int) -> bool:
    """Give a referral to whoever takes complaints; return whether it was taken. Without one it waits."""
    waiting = Referral.objects.select_for_update(of=("self",)).select_related("record__team")
    referral = waiting.filter(pk=referral_id, taken_at__isnull=True).first()
    taken = referrals.give(referral) if referral is not None else ""
    if referral is None or not taken:
        return False
    referral.reference, referral.taken_at = taken[:60], timezone.now()
    referral.save(update_fields=["reference", "taken_at"])
    return True


def _locked(actor: User, record_id: int, reason: str) -> ServiceRecord:
    record = record_events.locked(record_id)
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, record.division_code)
    if record.volunteer.user_id == actor.pk:
        raise ForbiddenError(gettext("不能核实自己的记录，请由其他人员办理。"))
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("请写明核实的理由。"), fields={"reason": gettext("请写明理由。")})
    return record
