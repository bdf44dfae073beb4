"""Sessions that ended: closed by their organisers or, where nobody does, by a job that leaves them the task."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import audit, messages
from shetong.core.errors import NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering.models import (
    Presence,
    PresenceAct,
    PresenceWay,
    Session,
    SessionState,
    Signup,
    SignupState,
    StaffRole,
)
from shetong.volunteering.queries import staff
from shetong.volunteering.services import attendance, places, record_events
from shetong.volunteering.services.attendance import Shown


def close(*, session_id: int, actor: User | None = None) -> int:
    """Close a session that has ended; return how many had not checked out.

    Who came and did not check out gets a record until the session's end, for the organiser to look at; who never came
    stays as they are until the organiser says so. Raises :class:`NotFoundError`, :class:`ForbiddenError`,
    :class:`WrongStateError`.
    """
    with transaction.atomic():
        session = (
            Session.objects.select_for_update(of=("self",))
            .select_related("activity__team")
            .filter(pk=session_id)
            .first()
        )
        if session is None:
            raise NotFoundError(gettext("没有找到这个场次，请从活动页面重新进入。"))
        if actor is not None:
            staff.require(actor, session.activity.team_id, StaffRole.TIMEKEEPER)
        if session.state != SessionState.PLANNED or session.during.upper > timezone.now():
            raise WrongStateError(gettext("这个场次还没有结束，或者已经关闭。"))
        session.state = SessionState.ENDED
        session.save(update_fields=["state"])
        audit.record(
            actor=actor or record_events.SYSTEM, action="session.close", target=session.activity,
            jurisdiction=session.activity.division_code, detail={"session": session.pk},
        )  # fmt: skip
        _leave_task(session, by_job=actor is None)
    signed = Signup.objects.filter(shift__session=session_id)
    present = list(signed.filter(state=SignupState.PRESENT).order_by("pk").values_list("pk", flat=True))
    return sum(_check_out(signup_id, session, actor) for signup_id in present)


def overdue() -> list[int]:
    """Return the sessions that ended so long ago that a job closes them, and those it left half done."""
    late = timezone.now() - timedelta(hours=settings.VOLUNTEER_CLOSE_HOURS)
    planned = Session.objects.filter(
        state=SessionState.PLANNED, during__endswith__lte=late, activity__published_at__isnull=False
    )
    return list(planned.order_by("pk").values_list("pk", flat=True)[:1_000])


def left_open() -> int:
    """Check out whoever is still inside a session that was closed, after a process that ended half way."""
    ended = Signup.objects.filter(state=SignupState.PRESENT, during__endswith__lte=timezone.now())
    inside = ended.filter(shift__session__state=SessionState.ENDED)
    found = list(inside.select_related("shift__session").order_by("pk")[:1_000])
    return sum(_check_out(signup.pk, signup.shift.session, None) for signup in found)


def _check_out(signup_id: int, session: Session, actor: User | None) -> int:
    with transaction.atomic():
        signup = places.locked(signup_id)
        if signup.state != SignupState.PRESENT:
            return 0
        shown = Shown(PresenceWay.CLOSED, max(session.during.upper, _came(signup)))
        attendance.come_or_leave(signup, PresenceAct.OUT, shown, actor=actor)
    return 1


def _came(signup: Signup) -> datetime:
    return Presence.objects.get(signup=signup, act=PresenceAct.IN).at


def _leave_task(session: Session, *, by_job: bool) -> None:
    activity = session.activity
    begins = f"{timezone.localtime(session.during.lower):%m-%d %H:%M}"
    title = (
        N_("“%(title)s”%(when)s的场次没有关闭，系统已关闭，请确认时长")
        if by_job
        else N_("“%(title)s”%(when)s的场次已结束，请确认时长")
    )
    organisers = User.objects.filter(
        team_roles__team=activity.team_id, team_roles__until__isnull=True,
        team_roles__role__in=(StaffRole.LEADER, StaffRole.ORGANISER),
    ).distinct()  # fmt: skip
    messages.send_all(
        to=organisers, topic=Topic.VOLUNTEER, key=f"session-{session.pk}-close",
        title=say(title, title=activity.title, when=begins),
        url=f"/hall/volunteering/sessions/{session.pk}/",
    )  # fmt: skip
