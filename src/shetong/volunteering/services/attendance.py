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
    PlaceVerdict,
    Presence,
    PresenceAct,
    PresenceWay,
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
from shetong.volunteering.rules import codes, fence
from shetong.volunteering.rules.fence import Judged, Position
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services import leaving, places

CODE = "volunteering.session_code"
TAG = "volunteering.device"
_ACTS = {PresenceAct.IN: SignupAct.CHECK_IN, PresenceAct.OUT: SignupAct.CHECK_OUT}
# Who leaves sooner after coming has most probably scanned twice, and is asked.
SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Shown:
    """How somebody showed that they are there.

    ``device``: the random name that the browser gave itself; of an enrolled one (``key``) the name it enrolled with
    counts. ``sure``: they were asked whether they leave right after coming.
    """

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
    sure: bool = False


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
    sure: bool = False,
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
    return come_or_leave(signup, act, Shown(way, now, position, step, device, sure=sure), actor=actor)


@transaction.atomic
def arrive(
    *,
    actor: User,
    session_id: int,
    act: PresenceAct,
    position: Position | None,
    device: str = "",
    sure: bool = False,
) -> Presence:
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
    shown = Shown(PresenceWay.PLACE, timezone.now(), position, device=device, sure=sure)
    return come_or_leave(signup, act, shown, actor=actor)


def mark(
    *, actor: User, signup_id: int, came: datetime, left: datetime | None, reason: str = ""
) -> ServiceRecord | None:
    """Put somebody on the organiser's list as having come, and left where ``left`` is given; return their record.

    Where the activity is not set to a list the reason is needed. Raises :class:`ForbiddenError`,
    :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    _mark(actor, signup_id, came, left, reason)
    return ServiceRecord.objects.filter(signup=signup_id).order_by("pk").last()


def mark_each(
    *, actor: User, signup_ids: Iterable[int], came: datetime, left: datetime | None, reason: str = ""
) -> int:
    """Put people on the list one by one; return of how many that changed something. Raises like :func:`mark`."""
    return sum(_mark(actor, signup_id, came, left, reason) for signup_id in sorted(set(signup_ids)))


@transaction.atomic
def _mark(actor: User, signup_id: int, came: datetime, left: datetime | None, reason: str) -> bool:
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
    days = settings.VOLUNTEER_OFFLINE_DAYS
    if now > signup.during.upper + timedelta(days=days):
        raise WrongStateError(
            gettext("场次结束%(days)d天以后不能再点名，请用“补录”：由另一名工作人员确认，公示期满计入。")
            % {"days": days}
        )
    if came > now or (left is not None and not came < left <= now):
        raise InvalidInputError(
            gettext("到达和离开的时间不能晚于现在，离开应晚于到达，请改正。"), fields={"left": gettext("请改正。")}
        )
    before = signup.state
    if before in (SignupState.HELD, SignupState.ABSENT):
        come_or_leave(signup, PresenceAct.IN, Shown(PresenceWay.LIST, came, reason=reason), actor=actor)
    if left is not None and signup.state == SignupState.PRESENT:
        come_or_leave(signup, PresenceAct.OUT, Shown(PresenceWay.LIST, left, reason=reason), actor=actor)
    return signup.state != before


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


def near_sessions(actor: User, moment: datetime) -> list[int]:
    """Return the sessions that somebody may check into or out of at a moment, by time; at most five."""
    late, early = timedelta(hours=settings.VOLUNTEER_CLOSE_HOURS), timedelta(minutes=settings.VOLUNTEER_EARLY_MINUTES)
    signed = Signup.objects.filter(
        volunteer__user=actor, state__in=(SignupState.HELD, SignupState.PRESENT, SignupState.DONE),
        during__overlap=(moment - late, moment + early),
    )  # fmt: skip
    return list(signed.order_by("during").values_list("shift__session", flat=True)[:5])


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

    Coming again gives what was written first, leaving again what counts: the last time. A scan of another number that
    only repeats the coming is refused (:class:`WrongStateError`, ``already``), so that nobody takes it for a leaving,
    and leaving right after coming unless it is meant (``soon``).
    """
    _require_time(signup, shown.at)
    presences = list(Presence.objects.filter(signup=signup))
    came = next((one for one in presences if one.act == PresenceAct.IN), None)
    before = came if act == PresenceAct.IN else leaving.last(presences)
    if before is not None and (act == PresenceAct.IN or not leaving.outdoes(shown.way, shown.at, before)):
        return _again(before, shown)
    if act == PresenceAct.OUT and came is not None:
        _require_after(came, shown)
    activity = Activity.objects.get(sessions__shifts=signup.shift_id)
    if shown.way in (PresenceWay.LIST, PresenceWay.CLOSED):
        judged = Judged(PlaceVerdict.UNKNOWN, None)
    else:
        judged = _judged(signup, activity, shown.position)
    if before is None:
        places.move(signup, _ACTS[act], actor=actor)
    written = Presence.objects.create(
        signup=signup, act=act, way=shown.way, at=shown.at, received_at=timezone.now(), place=judged.verdict,
        metres=judged.metres, step=shown.step, device=shown.key, tag=_tag(shown), scan=shown.scan,
        digest=shown.digest, clock_seconds=shown.clock_seconds, actor=actor, reason=shown.reason.strip()[:200],
    )  # fmt: skip
    if act == PresenceAct.OUT and came is not None:
        leaving.write(signup, activity, came, written, actor)
    return written


def _again(before: Presence, shown: Shown) -> Presence:
    if shown.scan is None or before.act == PresenceAct.OUT:
        return before
    if before.scan != shown.scan:
        at = f"{timezone.localtime(before.at):%H:%M}"
        raise WrongStateError(
            gettext("您已在%(at)s签到。要离开的，请选“签退”再扫一次。") % {"at": at}, code="already"
        )  # fmt: skip
    if bytes(before.digest or b"") != shown.digest:
        raise ConflictError(gettext("这次扫码已经提交过别的内容，请重新扫描签到码。"))
    return before


def _require_after(came: Presence, shown: Shown) -> None:
    if shown.at < came.at:
        raise WrongStateError(gettext("签退不能早于签到，请核对手机的时间后重试。"))
    by_oneself = shown.way not in (PresenceWay.LIST, PresenceWay.CLOSED)
    if by_oneself and not shown.sure and shown.at - came.at < SOON:
        at = f"{timezone.localtime(came.at):%H:%M}"
        raise WrongStateError(
            gettext("您%(at)s刚签到，没有签退。离开时再签退；现在就要离开的，请告知现场工作人员。") % {"at": at},
            code="soon",
        )


def _tag(shown: Shown) -> bytes | None:
    if shown.key is not None:
        return bytes(shown.key.tag)
    return pii.blind_index(shown.device, context=TAG) if shown.device else None


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
