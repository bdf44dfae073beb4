"""Records of service: written, confirmed, announced, corrected, made void. Nothing is overwritten.

谁组织谁记录: the team that organised it records and confirms. What rests on presence counts once confirmed, what was
added by hand needs a second person and counts when its public notice has ended. A record in serious doubt waits for the
guiding authority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import messages
from shetong.core import statutes
from shetong.core.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.core.working_days import Period, due
from shetong.volunteering import states
from shetong.volunteering.models import (
    COUNTED,
    Activity,
    CheckInWay,
    Evidence,
    Field,
    HoursAct,
    ObjectionState,
    RecordState,
    ServiceRecord,
    SignupAct,
    StaffRole,
    Team,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.queries import staff
from shetong.volunteering.rules.hours import DAY_MINUTES, whole_minutes
from shetong.volunteering.services import doubts, places, record_events
from shetong.volunteering.services.record_events import OverlapError

NOTICE = "volunteer_record_notice"
_FLAGGED = gettext_lazy("这条记录存疑，须先由志愿服务管理部门核实，核实以前不能更正、确认或者作废。")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of records that were to be confirmed: by number of the record; ``refused`` with the sentence."""

    counted: tuple[int, ...]
    announced: tuple[int, ...]
    flagged: tuple[int, ...]
    refused: Mapping[int, str]


def notice_until(today: date) -> date:
    """Return the last day of the public notice of a record that is announced today."""
    held = statutes.in_force(NOTICE, on=today)
    last = due(today, Period(held.value, held.unit, held.provision))
    assert last is not None  # noqa: S101 - nothing is excluded from this period
    return last


@transaction.atomic
def add(*, actor: User, team_id: int, volunteer_number: str, values: Mapping[str, Any], reason: str) -> ServiceRecord:
    """Write down service that left no presence here, with the reason why; somebody else confirms it.

    ``values``: ``start``, ``end`` (aware), ``minutes`` (``None``: all of it), ``activity_id``, ``field``, ``place``,
    ``content``. Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`NotFoundError`.
    """
    staff.require(actor, team_id, StaffRole.TIMEKEEPER)
    team = Team.objects.get(pk=team_id)
    volunteer = Volunteer.objects.select_for_update(no_key=True).filter(number=volunteer_number.strip()).first()
    if volunteer is None or volunteer.state in (VolunteerState.ERASED, VolunteerState.MERGED):
        raise NotFoundError(
            gettext("没有这个志愿者编号，请核对。"), fields={"volunteer_number": gettext("没有这个志愿者编号。")}
        )
    activity_id = values.get("activity_id")
    activity = Activity.objects.filter(pk=activity_id, team=team).first() if activity_id else None
    if activity_id and activity is None:
        raise NotFoundError(gettext("没有找到这个活动。"))
    minutes = checked_minutes(values["start"], values["end"], values.get("minutes"))
    _require_reason(reason)
    field = values.get("field") or (activity.field if activity else Field.OTHER)
    if field not in Field.values:
        raise InvalidInputError(gettext("请选择服务类别。"), fields={"field": gettext("请选择。")})
    record = ServiceRecord(
        volunteer=volunteer, team=team, activity=activity, during=(values["start"], values["end"]), minutes=minutes,
        field=field, division_code=activity.division_code if activity else team.division_code,
        place=(values.get("place") or (activity.address if activity else ""))[:200],
        content=(values.get("content") or (activity.title if activity else ""))[:500], state=RecordState.PENDING,
        evidence=Evidence.MANUAL, recorded_by=actor, recorded_at=timezone.now(), demo=team.demo,
    )  # fmt: skip
    record_events.begin(record, actor=actor, reason=reason)
    doubts.look(record)
    return record


def checked_minutes(start: datetime, end: datetime, minutes: int | None) -> int:
    """Return the minutes of a record from its period and what was given. Raises :class:`InvalidInputError`."""
    span = int((end - start).total_seconds()) // 60
    given = whole_minutes(start, end) if minutes is None else minutes
    if end > timezone.now():
        raise InvalidInputError(
            gettext("还没有结束的服务不能记录。"), fields={"end": gettext("请填写已经过去的时间。")}
        )
    if span < 1 or span > DAY_MINUTES:
        raise InvalidInputError(
            gettext("结束时间应晚于开始时间，一条记录不超过24小时。"), fields={"end": gettext("请改正起止时间。")}
        )
    if not 1 <= given <= span:
        raise InvalidInputError(
            gettext("时长不能超过起止时间。"), fields={"minutes": gettext("请填写1到%(most)d分钟。") % {"most": span}}
        )
    return given


def confirm(*, actor: User, record_ids: Iterable[int]) -> Confirmed:
    """Confirm records one by one; each stands or falls alone. Never raises for what is wrong with one of them."""
    sorted_: dict[str, list[int]] = {"counted": [], "announced": [], "flagged": []}
    refused: dict[int, str] = {}
    for record_id in sorted(set(record_ids)):
        try:
            with transaction.atomic():
                state = _confirm(record_id, actor).state
        except DomainError as error:
            refused[record_id] = error.message
        else:
            kind = "counted" if state in COUNTED else "announced" if state == RecordState.NOTICED else "flagged"
            sorted_[kind].append(record_id)
    return Confirmed(tuple(sorted_["counted"]), tuple(sorted_["announced"]), tuple(sorted_["flagged"]), refused)


def _confirm(record_id: int, actor: User) -> ServiceRecord:
    record = record_events.locked(record_id)
    require_may_decide(actor, record)
    if record.state != RecordState.PENDING:
        raise WrongStateError(
            gettext("这条记录现在是“%(state)s”，不能再确认。") % {"state": RecordState(record.state).label}
        )
    if record.recorded_by_id == actor.pk and (_by_hand(record) or _adds(record)):
        raise ForbiddenError(gettext("补录、扫码活动的点名和增加的时长，须由另一名工作人员确认。"))
    if _corrections(record).exists():
        raise WrongStateError(gettext("这条记录有一次更正在等待确认，请确认或者作废那次更正。"))
    if record.replaces is not None and record.replaces.state == RecordState.FLAGGED:
        raise WrongStateError(str(_FLAGGED))
    record.confirmed_by, record.confirmed_at = actor, timezone.now()
    if any(doubt.serious for doubt in doubts.look(record)):
        record_events.step(record, HoursAct.FLAG, actor=actor)
    else:
        let_count(record, actor=actor)
    return record


def let_count(record: ServiceRecord, *, actor: User | None, reason: str = "") -> None:
    """Count a locked record that nothing stands against, or announce it first where it was added by hand.

    Where it overlaps another that counts it is flagged; only somebody who judged is told so instead.
    """
    now = timezone.now()
    record.notice_until = record.notice_until or notice_until(timezone.localdate())
    before = record.state
    # Only what takes away from time that counts already needs no notice of its own.
    lessens = record.replaces is not None and record.replaces.state in COUNTED and not _adds(record)
    if record.evidence == Evidence.MANUAL and not lessens and before != RecordState.NOTICED:
        record_events.step(record, HoursAct.ANNOUNCE, actor=actor, reason=reason)
        _tell(record, say(N_("您的一条补录记录正在公示，期满无异议即计入")))
        return
    try:
        with transaction.atomic():
            if record.replaces_id:
                replaced = record_events.locked(record.replaces_id)
                if replaced.state != RecordState.SUPERSEDED:
                    record_events.step(replaced, HoursAct.CORRECT, actor=actor, reason=reason)
            record.confirmed_at = record.confirmed_at or now
            record_events.step(record, HoursAct.CONFIRM, actor=actor, reason=reason)
    except OverlapError:
        if before == RecordState.FLAGGED:
            raise
        record.refresh_from_db(fields=["state"])
        doubts.overlap_anew(record)
        record_events.step(record, HoursAct.FLAG, actor=actor)
        return
    _close_signup(record, actor)
    _tell(record, say(N_("您的服务时长已确认")))


@transaction.atomic
def correct(
    *, actor: User, record_id: int, start: datetime, end: datetime, minutes: int | None, reason: str
) -> ServiceRecord:
    """Replace a record by another with the reason; return that one.

    What takes away from time that counts holds at once. What adds time waits for somebody else to confirm it, and what
    corrects a record that does not count yet is confirmed as that record would be; the old one stands until then. A
    start or end within the same minute stays what it was to the second. Raises :class:`ForbiddenError`,
    :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    record = record_events.locked(record_id)
    require_may_decide(actor, record)
    _require_reason(reason)
    if states.record_after(record.state, HoursAct.CORRECT) is None:
        raise WrongStateError(gettext("这条记录已被更正或者作废，请更正最新的那一条。"))
    if _corrections(record).exists():
        raise WrongStateError(gettext("这条记录已有一次更正在等待确认，请先确认或者作废那次更正。"))
    if record.state == RecordState.PENDING and _proposed(record):
        raise WrongStateError(gettext("这次更正还没有确认。要改的，请先作废这次更正，再更正原来的记录。"))
    require_judged(actor, record)
    start, end = _same_minute(record.during.lower, start), _same_minute(record.during.upper, end)
    made = ServiceRecord(
        volunteer=record.volunteer, team=record.team, activity=record.activity, signup=record.signup,
        during=(start, end), minutes=checked_minutes(start, end, minutes), field=record.field,
        division_code=record.division_code, place=record.place, content=record.content, state=RecordState.PENDING,
        evidence=record.evidence, source=record.source, source_number=_corrected_number(record), replaces=record,
        recorded_by=actor, recorded_at=timezone.now(), demo=record.demo,
    )  # fmt: skip
    record_events.begin(made, actor=actor, reason=reason)
    if record.state in COUNTED and not _adds(made):
        made.confirmed_by = actor
        let_count(made, actor=actor, reason=reason)
    _tell(made, say(N_("您的一条服务记录有更正")), reason)
    return made


@transaction.atomic
def void(*, actor: User, record_id: int, reason: str) -> ServiceRecord:
    """Make a record void with the reason. Raises :class:`ForbiddenError`, :class:`WrongStateError`."""
    record = record_events.locked(record_id)
    require_may_decide(actor, record)
    require_judged(actor, record)
    _require_reason(reason)
    record_events.step(record, HoursAct.VOID, actor=actor, reason=reason)
    _tell(record, say(N_("您的一条服务记录已作废")), reason)
    return record


@transaction.atomic
def end_notice(*, record_id: int, today: date) -> bool:
    """Count a record whose notice has ended without an open objection; return whether it counts now."""
    record = record_events.locked(record_id)
    if record.state != RecordState.NOTICED or record.notice_until is None or record.notice_until >= today:
        return False
    if record.objections.filter(state=ObjectionState.OPEN).exists():
        return False
    if any(doubt.serious for doubt in doubts.look(record)):
        record_events.step(record, HoursAct.FLAG, actor=None)
        return False
    if record.replaces is not None and record.replaces.state == RecordState.FLAGGED:
        return False
    let_count(record, actor=None)
    return record.state in COUNTED


def require_may_decide(actor: User, record: ServiceRecord) -> None:
    """Raise :class:`ForbiddenError` unless ``actor`` may confirm, correct or void; nobody decides on their own time."""
    if record.volunteer.user_id == actor.pk:
        raise ForbiddenError(gettext("不能确认或更正自己的时长，请由团体的另一名工作人员办理。"))
    if record.team_id and staff.holds(actor, record.team_id, StaffRole.ORGANISER):
        return
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, record.division_code)


def require_judged(actor: User, record: ServiceRecord) -> None:
    """Raise :class:`WrongStateError` where a record waits for the authority and ``actor`` is not of it.

    Or a team would end a forgery by making it void, or count it by a correction.
    """
    manages = permissions.may(actor, Permission.VOLUNTEERING_MANAGE, record.division_code)
    if record.state == RecordState.FLAGGED and not manages:
        raise WrongStateError(str(_FLAGGED))


def _by_hand(record: ServiceRecord) -> bool:
    """Whether a record rests on the word of whoever wrote it, where the activity is not set so."""
    listed = record.evidence == Evidence.LIST
    usual = record.activity is not None and record.activity.check_in == CheckInWay.LIST
    return record.evidence == Evidence.MANUAL or (listed and not usual)


def _corrections(record: ServiceRecord) -> QuerySet[ServiceRecord]:
    """Return the correction of a record; one that was made void is none."""
    return ServiceRecord.objects.filter(replaces=record).exclude(state=RecordState.VOID)


def _proposed(record: ServiceRecord) -> bool:
    return record.replaces is not None and record.replaces.state != RecordState.SUPERSEDED


def _same_minute(old: datetime, given: datetime) -> datetime:
    """Return the old moment where a form, which shows minutes, gives it back unchanged."""
    return old if old.replace(second=0, microsecond=0) == given.replace(second=0, microsecond=0) else given


def _adds(record: ServiceRecord) -> bool:
    """Whether a correction counts time that the record it replaces did not."""
    old = record.replaces
    if old is None:
        return False
    return bool(
        record.minutes > old.minutes or record.during.lower < old.during.lower or record.during.upper > old.during.upper
    )


def _corrected_number(record: ServiceRecord) -> str:
    """Return the number of a correction of a record from another system, whose own number stays the old one's."""
    if not record.source:
        return ""
    refused = ServiceRecord.objects.filter(replaces=record).count()
    return f"{record.source_number[:40]}·{record.pk}" + (f"·{refused}" if refused else "")


def _close_signup(record: ServiceRecord, actor: User | None) -> None:
    if record.signup_id is None:
        return
    signup = places.locked(record.signup_id)
    if states.after(signup.state, SignupAct.RECORD) is not None:
        places.move(signup, SignupAct.RECORD, actor=actor)


def _require_reason(reason: str) -> None:
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("请写明理由，志愿者会看到。"), fields={"reason": gettext("请写明理由。")})


def _tell(record: ServiceRecord, title: str, text: str = "") -> None:
    user = record.volunteer.user
    if user is not None:
        messages.send(
            to=user, topic=Topic.VOLUNTEER, key=f"record-{record.pk}-{record.state}-{len(text)}", title=title,
            text=text.strip(), url="/hall/volunteering/hours/",
        )  # fmt: skip
