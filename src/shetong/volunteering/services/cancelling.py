"""Cancelling activities and sessions: everybody who signed up is told, and every sign-up is given up.

Only sessions that have not begun are cancelled: service that was given stays. A session is cancelled, its shifts closed
and its people told in one transaction; the sign-ups are given up by a job, each in a transaction of its own, which goes
on where it ended, so that nobody's time stays taken.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue
from procrastinate.contrib.django import app

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core.errors import InvalidInputError
from shetong.core.said import say
from shetong.volunteering import states
from shetong.volunteering.models import (
    LIVE,
    Activity,
    ActivityState,
    Session,
    SessionState,
    Shift,
    Signup,
    SignupAct,
    SignupState,
)
from shetong.volunteering.services import activities, finder, places

DROP_TASK = "volunteering.drop_cancelled"
_DROPPABLE = [state for state in SignupState if states.after(state, SignupAct.DROP) is not None]


@transaction.atomic
def cancel(*, actor: User, activity_id: int, reason: str) -> Activity:
    """Cancel an activity: the sessions to come, whose people are told why.

    Raises :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    activity = activities.locked(activity_id, actor)
    told = _reason(reason, gettext("取消活动须写明理由，报名的人会看到。"))
    activity.state_reason = told
    activities.step(activity, ActivityState.CANCELLED)
    coming = activity.sessions.filter(state=SessionState.PLANNED, during__startswith__gt=timezone.now())
    _cancel(activity, list(coming.values_list("pk", flat=True)), told)
    Shift.objects.filter(session__activity=activity, open=True).update(open=False)
    audit.record(actor=actor, action="activity.cancel", target=activity, jurisdiction=activity.division_code)
    return activity


@transaction.atomic
def cancel_session(*, actor: User, session_id: int, reason: str) -> Session:
    """Cancel one session that has not begun; its people are told why. Raises like :func:`cancel`."""
    session = activities.session_to_come(session_id, actor)
    activity = session.activity
    told = _reason(reason, gettext("取消须写明理由。"))
    _cancel(activity, [session.pk], told)
    audit.record(
        actor=actor, action="activity.session-cancel", target=activity, jurisdiction=activity.division_code,
        detail={"session": session.pk},
    )  # fmt: skip
    session.refresh_from_db()
    finder.defer_refresh(activity.pk)
    return session


def drop_cancelled(*, activity_id: int | None = None) -> int:
    """Give up what still stands of cancelled sessions, of one activity or of all to come; return how many."""
    standing = Signup.objects.filter(shift__session__state=SessionState.CANCELLED, state__in=_DROPPABLE)
    if activity_id is not None:
        standing = standing.filter(shift__session__activity=activity_id)
    else:
        standing = standing.filter(shift__session__during__startswith__gt=timezone.now())
    found = list(standing.order_by("pk").values_list("pk", "shift__session__cancel_reason"))
    return sum(places.drop(signup_id=signup_id, reason=reason) for signup_id, reason in found)


def _cancel(activity: Activity, session_ids: list[int], reason: str) -> None:
    # Closed first: whoever signs up in this moment is either among those who are told or refused.
    Shift.objects.filter(session__in=session_ids).update(open=False)
    for session in Session.objects.filter(pk__in=session_ids).order_by("during"):
        begins = timezone.localtime(session.during.lower)
        activities.tell(
            activity, f"session-{session.pk}-cancelled",
            say(
                N_("活动“%(title)s”%(when)s的场次已取消"), title=activity.title, when=f"{begins:%Y-%m-%d %H:%M}"
            ),
            reason, signed=Signup.objects.filter(shift__session=session, state__in=LIVE),
        )  # fmt: skip
        session.state, session.cancel_reason = SessionState.CANCELLED, reason
        session.save(update_fields=["state", "cancel_reason"])
    app.configure_task(DROP_TASK, queue="volunteering").defer(activity_id=activity.pk)


def _reason(reason: str, missing: str) -> str:
    if len(reason.strip()) < 4:
        raise InvalidInputError(missing, fields={"reason": gettext("请写明理由，至少4个字。")})
    return reason.strip()[:300]
