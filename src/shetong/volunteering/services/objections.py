"""Objections to records: by the volunteer at any time, by anybody else while a record is announced."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import messages
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import Said, say
from shetong.volunteering.models import HoursAct, Objection, ObjectionState, RecordState, ServiceRecord, StaffRole
from shetong.volunteering.services import hours, record_events

_CLOSED = (RecordState.VOID, RecordState.SUPERSEDED)


@transaction.atomic
def object_to(*, user: User, record_id: int, text: str) -> Objection:
    """Say that a record is not right; the team is told. A counted record goes on counting until it is answered.

    Raises :class:`NotFoundError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    record = record_events.locked(record_id)
    own = record.volunteer.user_id == user.pk
    today = timezone.localdate()
    announced = record.notice_until is not None and record.notice_until >= today
    if not own and not announced:
        raise NotFoundError(gettext("这条记录不在公示期内。"))
    if record.state in _CLOSED:
        raise WrongStateError(gettext("这条记录已被更正或者作废。"))
    if len(text.strip()) < 4:
        raise InvalidInputError(gettext("请写明哪里有误。"), fields={"text": gettext("请写明哪里有误。")})
    if record.objections.filter(user=user, state=ObjectionState.OPEN).exists():
        raise WrongStateError(gettext("您已经提出异议，请等待答复。"))
    made = Objection.objects.create(record=record, user=user, own=own, text=text.strip()[:500], made_at=timezone.now())
    if record.state == RecordState.CONFIRMED:
        record_events.step(record, HoursAct.OBJECT, actor=user)
    _tell_team(record, made)
    return made


@transaction.atomic
def answer(*, actor: User, objection_id: int, keeps: bool, text: str) -> Objection:
    """Answer an objection: the record is kept as it is, or made void; a correction answers by itself.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    found = Objection.objects.filter(pk=objection_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个异议。"))
    record = record_events.locked(found.record_id)
    hours.require_may_decide(actor, record)
    if len(text.strip()) < 4:
        raise InvalidInputError(gettext("请写明核实的结果和理由。"), fields={"text": gettext("请写明理由。")})
    objection = Objection.objects.select_for_update().get(pk=objection_id)
    if objection.state != ObjectionState.OPEN:
        raise WrongStateError(gettext("这个异议已经答复。"))
    if record.state in _CLOSED:
        outcome = ObjectionState.CORRECTED if record.state == RecordState.SUPERSEDED else ObjectionState.VOIDED
    elif keeps:
        outcome = ObjectionState.KEPT
    else:
        hours.require_judged(actor, record)
        record_events.step(record, HoursAct.VOID, actor=actor, reason=text)
        outcome = ObjectionState.VOIDED
    _answer(objection, outcome, actor, text)
    others = record.objections.filter(state=ObjectionState.OPEN).exists()
    if record.state == RecordState.OBJECTED and not others:
        record_events.step(record, HoursAct.KEEP, actor=actor, reason=text)
    return objection


def _answer(objection: Objection, outcome: ObjectionState, actor: User, text: str) -> None:
    objection.state, objection.answer = outcome, text.strip()[:300]
    objection.answered_by, objection.answered_at = actor, timezone.now()
    objection.save()
    messages.send(
        to=objection.user, topic=Topic.VOLUNTEER, key=f"objection-{objection.pk}-answered",
        title=say(N_("您对服务记录的异议已答复：%(outcome)s"), outcome=_outcome(outcome)), text=objection.answer,
        url="/hall/volunteering/hours/" if objection.own else "/volunteering/records/",
    )  # fmt: skip


def _outcome(state: ObjectionState) -> Said:
    with override("zh-hans"):
        return say(str(state.label))


def _tell_team(record: ServiceRecord, made: Objection) -> None:
    if record.team_id is None:
        return
    organisers = User.objects.filter(
        team_roles__team=record.team_id, team_roles__until__isnull=True,
        team_roles__role__in=(StaffRole.LEADER, StaffRole.ORGANISER),
    ).distinct()  # fmt: skip
    messages.send_all(
        to=organisers, topic=Topic.VOLUNTEER, key=f"objection-{made.pk}",
        title=say(N_("一条服务记录有异议，请核实答复")), url=f"/hall/volunteering/teams/{record.team_id}/records/",
    )  # fmt: skip
