"""What follows a sign-up: admission, confirmation, withdrawal, and the waiting list that moves up by itself.

Everything locks in one order: the volunteer, the sign-up, the shift. A place that becomes free is given in a
transaction of its own after the one that freed it, to the first of the waiting list who has no other place at that
time; until then nobody overtakes, because a sign-up waits while anybody waits. Who took another place at that time
in the meantime is told and leaves the queue, so that it never keeps a free place from others.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import audit, messages
from shetong.core.errors import ForbiddenError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering import states
from shetong.volunteering.models import (
    HOLDING,
    Shift,
    Signup,
    SignupAct,
    SignupEvent,
    SignupState,
    StaffRole,
    Volunteer,
)
from shetong.volunteering.queries import staff
from shetong.volunteering.services import finder
from shetong.volunteering.services.signups import SignupRefusedError

OFFER_TASK = "volunteering.move_up"


@transaction.atomic
def withdraw(*, signup_id: int, actor: User, reason: str = "") -> Signup:
    """Cancel one's own sign-up before the session begins; the place goes to the waiting list.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`.
    """
    signup = locked(signup_id)
    _require_own(signup, actor)
    if signup.during.lower <= timezone.now():
        raise WrongStateError(gettext("活动已经开始，不能再取消报名。不能参加的，请告知发起团体。"))
    return move(signup, SignupAct.WITHDRAW, actor=actor, reason=reason)


@transaction.atomic
def confirm(*, signup_id: int, actor: User) -> Signup:
    """Take the place that the waiting list brought. Raises like :func:`withdraw`; a lapsed offer is refused."""
    signup = locked(signup_id)
    _require_own(signup, actor)
    if signup.state == SignupState.OFFERED and signup.confirm_by and signup.confirm_by <= timezone.now():
        raise WrongStateError(gettext("确认期限已过，名额已给下一位候补。您可以重新报名。"))
    return move(signup, SignupAct.CONFIRM, actor=actor)


@transaction.atomic
def admit(*, signup_id: int, actor: User) -> Signup:
    """Give a place to somebody who applied; organisers of the team only.

    Raises :class:`ForbiddenError`, :class:`WrongStateError`, and :class:`SignupRefusedError` where no place is left
    or the person has another place at that time.
    """
    signup = locked(signup_id)
    _require_organiser(signup, actor)
    if signup.during.upper <= timezone.now():
        raise WrongStateError(gettext("这个场次已经结束，不能再录用。来参加了的，请用“补录”。"))
    try:
        return move(signup, SignupAct.ADMIT, actor=actor)
    except SignupRefusedError as error:
        raise SignupRefusedError(error.code, message=gettext(_NOT_ADMITTED[error.code])) from error


# The same in the organiser's words.
_NOT_ADMITTED = {
    "full": gettext_noop("这个班次的名额已满。要录用的，请先增加名额。"),
    "clash": gettext_noop("报名人在这个时间已有另一个班次，不能录用。请与报名人联系。"),
}


@transaction.atomic
def refuse(*, signup_id: int, actor: User, reason: str) -> Signup:
    """Refuse somebody who applied, or take a place back, with a reason that the person is told."""
    signup = locked(signup_id)
    _require_organiser(signup, actor)
    if not reason.strip():
        raise WrongStateError(gettext("请写明理由，报名人会看到。"), code="reason")
    return move(signup, SignupAct.REFUSE, actor=actor, reason=reason.strip())


@transaction.atomic
def lapse(*, signup_id: int) -> bool:
    """Take back a place that was offered and not confirmed in time; return whether that was so."""
    signup = locked(signup_id)
    if signup.state != SignupState.OFFERED or not signup.confirm_by or signup.confirm_by > timezone.now():
        return False
    move(signup, SignupAct.LAPSE, actor=None, reason=gettext("没有在期限前确认。"))
    return True


@transaction.atomic
def drop(*, signup_id: int, reason: str) -> bool:
    """Give a sign-up up because its session is cancelled; return whether it still stood.

    Who cancelled has closed the shift and told the people; nobody moves up.
    """
    signup = locked(signup_id)
    if states.after(signup.state, SignupAct.DROP) is None:
        return False
    move(signup, SignupAct.DROP, actor=None, reason=reason)
    return True


def move_up(*, shift_id: int) -> list[int]:
    """Give the free places of a shift to those who wait, in their order; return the sign-ups that moved up.

    Who has another place at that time leaves the queue; for whom an organiser's change brought that about (see
    :mod:`shetong.volunteering.services.changing`), a place is kept until they have decided.
    """
    moved: list[int] = []
    kept: list[int] = []
    while (candidate := _next(shift_id, kept)) is not None:
        offered = _offer(candidate)
        if offered is None:
            kept.append(candidate)
        elif offered:
            moved.append(candidate)
    return moved


def _next(shift_id: int, kept: list[int]) -> int | None:
    shift = Shift.objects.select_related("session").get(pk=shift_id)
    if not shift.open or shift.session.during.lower <= timezone.now():
        return None
    if not shift.waiting or shift.taken + len(kept) >= shift.places:
        return None
    waiting = Signup.objects.filter(shift_id=shift_id, state=SignupState.WAITING).exclude(pk__in=kept)
    return waiting.order_by("ticket").values_list("pk", flat=True).first()


def _offer(signup_id: int) -> bool | None:
    """Offer a place; return whether that was done, ``None`` where a place is kept for somebody who has to decide."""
    with transaction.atomic():
        signup = locked(signup_id)
        if signup.state != SignupState.WAITING:
            return False
        decides_by = signup.confirm_by
        try:
            # Whose place an organiser's change took has it back without being asked.
            move(signup, SignupAct.ADMIT if decides_by else SignupAct.OFFER, actor=None)
        except SignupRefusedError as error:
            if error.code == "full" or (decides_by and decides_by > timezone.now()):
                return None
            signup.refresh_from_db(fields=["state", "confirm_by"])
            move(signup, SignupAct.LAPSE, actor=None, reason=gettext(_OTHER_PLACE))
            return False
    return True


_OTHER_PLACE = gettext_noop("有名额时，您在这个时间已有另一个班次。要改报这个的，请先取消另一个班次，再重新报名。")


def locked(signup_id: int) -> Signup:
    """Return a sign-up whose volunteer and which itself are locked, in this order."""
    volunteer_id = Signup.objects.filter(pk=signup_id).values_list("volunteer_id", flat=True).first()
    if volunteer_id is None:
        raise NotFoundError(gettext("没有找到这次报名。"))
    Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer_id)
    return Signup.objects.select_for_update(of=("self",)).select_related("volunteer").get(pk=signup_id)


def _require_own(signup: Signup, actor: User) -> None:
    if signup.volunteer.user_id != actor.pk:
        raise ForbiddenError(gettext("只能办理自己的报名。"))


def _require_organiser(signup: Signup, actor: User) -> None:
    team_id = Shift.objects.values_list("post__activity__team_id", flat=True).get(pk=signup.shift_id)
    staff.require(actor, team_id, StaffRole.ORGANISER)


def move(signup: Signup, act: SignupAct, *, actor: User | None, reason: str = "") -> Signup:
    """Carry out an act on a locked sign-up: its state, its shift's counts, its event, the waiting list's turn."""
    before, after = SignupState(signup.state), states.after(signup.state, act)
    if after is None:
        raise WrongStateError(
            gettext("这次报名现在是“%(state)s”，不能%(act)s。") % {"state": before.label, "act": act.label}
        )
    shifts = Shift.objects.select_for_update(no_key=True, of=("self",)).select_related("post__activity")
    shift = shifts.get(pk=signup.shift_id)
    took, takes = before in HOLDING, after in HOLDING
    if takes and not took and shift.taken >= shift.places:
        raise SignupRefusedError("full")
    now = timezone.now()
    signup.state = after
    signup.confirm_by = None
    if after == SignupState.OFFERED:
        hours = timedelta(hours=shift.post.activity.confirm_hours)
        signup.confirm_by = min(now + hours, signup.during.lower)
    try:
        with transaction.atomic():
            signup.save(update_fields=["state", "confirm_by"])
    except IntegrityError as error:
        if "signup_one_place_at_a_time" not in str(error):
            raise
        raise SignupRefusedError("clash") from error
    changed = {"taken": takes - took, "waiting": -(before == SignupState.WAITING)}
    Shift.objects.filter(pk=shift.pk).update(**{name: F(name) + step for name, step in changed.items() if step})
    SignupEvent.objects.create(
        signup=signup, act=act, to_state=after, actor=actor, recorded_at=now, reason=reason[:300]
    )
    _tell(signup, shift, act, reason)
    audit.record(
        actor=actor or "system:volunteering",
        action=f"signup.{act}",
        target=signup,
        jurisdiction=shift.post.activity.division_code,
    )
    if took and not takes and act != SignupAct.DROP:
        transaction.on_commit(lambda: move_up(shift_id=shift.pk), robust=True)
    if takes != took and act != SignupAct.DROP:
        finder.defer_refresh(shift.post.activity_id)
    return signup


# What the person is told of acts that others, or time, did to a sign-up; the reason follows it.
_TITLES = {
    SignupAct.OFFER: gettext_noop("“%(title)s”有名额了，请在%(until)s前确认"),
    SignupAct.ADMIT: gettext_noop("您已被“%(title)s”录用"),
    SignupAct.REFUSE: gettext_noop("“%(title)s”未录用您"),
    SignupAct.LAPSE: gettext_noop("您在“%(title)s”的候补已失效，名额给下一位"),
}


def _tell(signup: Signup, shift: Shift, act: SignupAct, reason: str) -> None:
    user = signup.volunteer.user
    if user is None or act not in _TITLES:
        return
    until = f"{timezone.localtime(signup.confirm_by):%m-%d %H:%M}" if signup.confirm_by else ""
    messages.send(
        to=user,
        topic=Topic.VOLUNTEER,
        key=f"signup-{signup.pk}-{act}-{until}",
        title=say(_TITLES[act], title=shift.post.activity.title, until=until),
        text=reason,
        url="/hall/volunteering/",
    )
