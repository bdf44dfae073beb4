"""Coming to a session and leaving it: by the code on the organiser's phone, by place, by the organiser's list.

A position is asked for only with the person's consent; its verdict and the distance are kept, the place is not. Leaving
writes the record of service, which waits for the team to confirm it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.volunteering.models import (
    Activity,
    CheckInWay,
    Consent,
    ConsentPurpose,
    Device,
    Evidence,
    PlaceVerdict,
    Presence,
    PresenceAct,
    PresenceWay,
    RecordState,
    ServiceRecord,
    Session,
    SessionCode,
    SessionState,
    Signup,
    SignupAct,
    SignupState,
    StaffRole,
)
from shetong.volunteering.queries import staff
from shetong.volunteering.rules import codes, fence, hours
from shetong.volunteering.rules.fence import Judged, Position
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services import doubts, places, record_events

CODE = "volunteering.session_code"
TAG = "volunteering.device"
_ACTS = {PresenceAct.IN: SignupAct.CHECK_IN, PresenceAct.OUT: SignupAct.CHECK_OUT}
_EVIDENCE = {PresenceWay.PLACE: Evidence.PLACE, PresenceWay.LIST: Evidence.LIST}


@dataclass(frozen=True, slots=True)
class Shown:
    """How somebody showed that they are there. ``device``: the random name that the browser gave itself."""

    way: PresenceWay
    at: datetime
    position: Position | None = None
    step: int | None = None
    device: str = ""
    key: Device | None = None
    scan: UUID | None = None
    digest: bytes | None = None
    clock_seconds: int | None = None
    reason: str = ""


@transaction.atomic
def open_code(*, actor: User, session_id: int) -> bytes:
    """Return the secret of a session's changing code, made when first asked for; staff who keep time only.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`.
    """
    session = Session.objects.select_for_update(of=("self",)).select_related("activity").filter(pk=session_id).first()
    if session is None:
        raise NotFoundError(gettext("没有找到这个场次，请从活动页面重新进入。"))
    staff.require(actor, session.activity.team_id, StaffRole.TIMEKEEPER)
    if session.state == SessionState.CANCELLED:
        raise WrongStateError(gettext("这个场次已经取消，请看看活动的其他场次。"))
    held = SessionCode.objects.filter(session=session).first()
    if held is not None:
        return bytes.fromhex(pii.open_sealed(bytes(held.secret_sealed), context=CODE))
    secret = secrets.token_bytes(codes.SECRET_BYTES)
    SessionCode.objects.create(
        session=session, secret_sealed=pii.seal(secret.hex(), context=CODE), opened_by=actor,
        opened_at=timezone.now(),
    )  # fmt: skip
    audit.record(
        actor=actor, action="session.code", target=session.activity, jurisdiction=session.activity.division_code,
        detail={"session": session.pk},
    )  # fmt: skip
    return secret


def secret_of(session_id: int) -> bytes:
    """Return the secret of a session's code. Raises :class:`NotFoundError` where it was never opened."""
    held = SessionCode.objects.filter(session=session_id).first()
    if held is None:
        raise NotFoundError(gettext("签到码不对，请重新扫描现场工作人员手机上的签到码。"), code="code")
    return bytes.fromhex(pii.open_sealed(bytes(held.secret_sealed), context=CODE))


@transaction.atomic
def scan(
    *,
    actor: User,
    session_id: int,
    code: str,
    act: PresenceAct,
    position: Position | None = None,
    device: str = "",
    typed: bool = False,
) -> Presence:
    """Check oneself in or out with the code that the organiser's phone shows now; again gives the same answer.

    Raises :class:`NotFoundError` without a place in the session, :class:`InvalidInputError` for a wrong or old code,
    :class:`WrongStateError` outside its time.
    """
    now = timezone.now()
    step = codes.shown_at(secret_of(session_id), code, now)
    if step is None:
        raise InvalidInputError(
            gettext("签到码不对或者已经过期，请扫描现在显示的签到码。"), code="code",
            fields={"code": gettext("请输入现在显示的8位数字。")},
        )  # fmt: skip
    signup = own_signup(actor, session_id)
    way = PresenceWay.DIGITS if typed else PresenceWay.QR
    return come_or_leave(signup, act, Shown(way, now, position, step, device), actor=actor)


@transaction.atomic
def arrive(*, actor: User, session_id: int, act: PresenceAct, position: Position | None, device: str = "") -> Presence:
    """Check oneself in or out by being there, where the activity is set so. Raises like :func:`scan`."""
    signup = own_signup(actor, session_id)
    activity = signup.shift.post.activity
    if activity.check_in != CheckInWay.PLACE:
        raise WrongStateError(gettext("这个活动不用定位签到，请扫描现场工作人员手机上的签到码。"))
    if position is not None and _consented(signup, position) is None:
        raise InvalidInputError(
            gettext("请先在“我同意的事项”中同意用所在位置签到，或者请负责人为您点名。"), code="consent"
        )
    judged = _judged(signup, activity, position)
    if judged.verdict == PlaceVerdict.UNKNOWN:
        raise InvalidInputError(
            gettext("没有取得您的位置。请允许使用位置，或者请现场工作人员为您点名。"), code="position"
        )
    if judged.verdict != PlaceVerdict.INSIDE:
        raise InvalidInputError(
            gettext("您现在距活动地点约%(metres)d米，请到达后再签到；已经到达的，请现场工作人员为您点名。")
            % {"metres": judged.metres or 0}, code="outside",
        )  # fmt: skip
    return come_or_leave(signup, act, Shown(PresenceWay.PLACE, timezone.now(), position, device=device), actor=actor)


@transaction.atomic
def mark(
    *, actor: User, signup_id: int, came: datetime, left: datetime | None, reason: str = ""
) -> ServiceRecord | None:
    """Put somebody on the organiser's list as having come, and left where ``left`` is given.

    Where the activity is not set to a list the reason is needed. Raises :class:`ForbiddenError`,
    :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    signup = places.locked(signup_id)
    activity = Activity.objects.get(sessions__shifts=signup.shift_id)
    staff.require(actor, activity.team_id, StaffRole.TIMEKEEPER)
    if signup.volunteer.user_id == actor.pk:
        raise WrongStateError(gettext("不能为自己点名，请由另一名工作人员办理。"))
    if activity.check_in != CheckInWay.LIST and len(reason.strip()) < 4:
        raise InvalidInputError(
            gettext("这个活动不用点名签到，确需点名的，请写明理由。"),
            fields={"reason": gettext("例如：手机没电，现场确认。")},
        )
    now = timezone.now()
    if came > now or (left is not None and not came < left <= now):
        raise InvalidInputError(
            gettext("到达和离开的时间不能晚于现在，离开应晚于到达，请改正。"), fields={"left": gettext("请改正。")}
        )
    if signup.state in (SignupState.HELD, SignupState.ABSENT):
        come_or_leave(signup, PresenceAct.IN, Shown(PresenceWay.LIST, came, reason=reason), actor=actor)
    if left is not None and signup.state == SignupState.PRESENT:
        come_or_leave(signup, PresenceAct.OUT, Shown(PresenceWay.LIST, left, reason=reason), actor=actor)
    return ServiceRecord.objects.filter(signup=signup).first()


@transaction.atomic
def mark_absent(*, actor: User, signup_ids: Iterable[int]) -> int:
    """Note that people did not come to a session that has ended; return how many."""
    marked = 0
    for signup_id in sorted(set(signup_ids)):
        signup = places.locked(signup_id)
        activity = Activity.objects.get(sessions__shifts=signup.shift_id)
        staff.require(actor, activity.team_id, StaffRole.TIMEKEEPER)
        if signup.state == SignupState.HELD and signup.during.upper <= timezone.now():
            places.move(signup, SignupAct.MARK_ABSENT, actor=actor)
            marked += 1
    return marked


def own_signup(actor: User, session_id: int) -> Signup:
    """Return one's own sign-up that holds a place in a session, locked. Raises :class:`NotFoundError`."""
    found = Signup.objects.filter(
        shift__session=session_id, volunteer__user=actor,
        state__in=(SignupState.HELD, SignupState.PRESENT, SignupState.DONE, SignupState.RECORDED, SignupState.ABSENT),
    ).first()  # fmt: skip
    if found is None:
        raise NotFoundError(gettext("您没有报名这个场次，或者报名还没有录用，请与团体工作人员联系。"), code="no-signup")
    signup = places.locked(found.pk)
    signup.shift = found.shift
    return signup


def come_or_leave(signup: Signup, act: PresenceAct, shown: Shown, *, actor: User | None) -> Presence:
    """Write down that somebody came or left; the sign-up is locked. Leaving also writes the record of service.

    What was written before is returned as it is; a scan whose number was used for something else is refused
    (:class:`ConflictError`).
    """
    before = Presence.objects.filter(signup=signup, act=act).first()
    if before is not None:
        if shown.scan is not None and before.scan == shown.scan and bytes(before.digest or b"") != shown.digest:
            raise ConflictError(gettext("这次扫码已经提交过别的内容，请重新扫描签到码。"))
        if shown.scan is not None and before.scan != shown.scan:
            raise WrongStateError(_told_twice(before), code="already")
        return before
    _require_time(signup, shown.at)
    activity = Activity.objects.get(sessions__shifts=signup.shift_id)
    if shown.way in (PresenceWay.LIST, PresenceWay.CLOSED):
        judged = Judged(PlaceVerdict.UNKNOWN, None)
    else:
        judged = _judged(signup, activity, shown.position)
    came = Presence.objects.filter(signup=signup, act=PresenceAct.IN).first()
    if act == PresenceAct.OUT and came is not None and shown.at < came.at:
        raise WrongStateError(gettext("签退不能早于签到，请核对手机的时间后重试。"))
    places.move(signup, _ACTS[act], actor=actor)
    written = Presence.objects.create(
        signup=signup, act=act, way=shown.way, at=shown.at, received_at=timezone.now(), place=judged.verdict,
        metres=judged.metres, step=shown.step, device=shown.key,
        tag=pii.blind_index(shown.device, context=TAG) if shown.device else None, scan=shown.scan,
        digest=shown.digest, clock_seconds=shown.clock_seconds, actor=actor, reason=shown.reason.strip()[:200],
    )  # fmt: skip
    if act == PresenceAct.OUT and came is not None:
        _write_record(signup, activity, came, written, actor)
    return written


def _told_twice(before: Presence) -> str:
    """Say that a scan repeats what is written; who meant to leave must not believe that they have."""
    at = f"{timezone.localtime(before.at):%H:%M}"
    if before.act == PresenceAct.OUT:
        return gettext("您已在%(at)s签退。") % {"at": at}
    return gettext("您已在%(at)s签到。要离开的，请选“签退”再扫一次。") % {"at": at}


def _write_record(
    signup: Signup, activity: Activity, came: Presence, left: Presence, actor: User | None
) -> ServiceRecord | None:
    served = hours.served(
        came.at, left.at, begins=signup.during.lower, ends=signup.during.upper,
        overtime=timedelta(minutes=settings.VOLUNTEER_OVERTIME_MINUTES),
    )  # fmt: skip
    if served is None:
        return None  # less than a minute is no service; whoever was there all the same is put right by a correction
    by_list = PresenceWay.LIST in (came.way, left.way)
    record = ServiceRecord(
        volunteer=signup.volunteer, team=activity.team, activity=activity, signup=signup, during=served,
        minutes=hours.whole_minutes(*served), field=activity.field, division_code=activity.division_code,
        place=activity.address, content=activity.title, state=RecordState.PENDING,
        evidence=Evidence.LIST if by_list else _EVIDENCE.get(PresenceWay(came.way), Evidence.SCAN),
        recorded_by=actor if by_list else None, recorded_at=timezone.now(), demo=activity.demo,
    )  # fmt: skip
    record_events.begin(record, actor=actor)
    doubts.look(record)
    return record


def _require_time(signup: Signup, at: datetime) -> None:
    early = timedelta(minutes=settings.VOLUNTEER_EARLY_MINUTES)
    late = timedelta(hours=settings.VOLUNTEER_CLOSE_HOURS)
    if at < signup.during.lower - early:
        begins = timezone.localtime(signup.during.lower)
        raise WrongStateError(
            gettext("活动%(when)s开始，现在还不能签到，请到时再来。") % {"when": f"{begins:%m-%d %H:%M}"}
        )
    if at > signup.during.upper + late:
        raise WrongStateError(gettext("这个场次早已结束，请联系团体工作人员补录。"))


def _consented(signup: Signup, position: Position | None) -> Position | None:
    """Return the position if the person consented to its use for checking in, else nothing."""
    if position is None:
        return None
    given = Consent.objects.filter(
        volunteer=signup.volunteer_id, purpose=ConsentPurpose.LOCATION, withdrawn_at__isnull=True
    )
    return position if given.exists() else None


def _judged(signup: Signup, activity: Activity, position: Position | None) -> Judged:
    """Judge a position against where the session takes place, in the coordinates in which that is written."""
    session = Session.objects.get(shifts=signup.shift_id)
    at = session if session.address else activity
    place = None if at.longitude is None or at.latitude is None else Spot(at.longitude, at.latitude)
    return fence.judge(_consented(signup, position), place, fence=fence.reach(activity.fence_metres, at.crs))
