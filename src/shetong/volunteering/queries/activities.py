"""Activities as the public and their organisers see them."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, QuerySet, When
from django.utils import timezone

from shetong.accounts.models import User
from shetong.volunteering.models import LIVE, Activity, ActivityState, SessionState, Shift, Signup, SignupState
from shetong.volunteering.queries import staff

RECENT = timedelta(days=2)  # so long a session stays among those to come
PUBLIC = (
    ActivityState.RECRUITING,
    ActivityState.CLOSED,
    ActivityState.FINISHED,
    ActivityState.ARCHIVED,
    ActivityState.CANCELLED,
)


def public(number: str) -> Activity | None:
    """Return an activity that was published; ``None`` for any other."""
    return (
        Activity.objects.filter(number=number, state__in=PUBLIC, published_at__isnull=False)
        .select_related("team")
        .first()
    )


def shifts(activity: Activity, *, limit: int = 200) -> list[Shift]:
    """Return the shifts of an activity that have not begun, in the order of time."""
    return list(
        Shift.objects.filter(
            session__activity=activity, session__state=SessionState.PLANNED,
            session__during__startswith__gt=timezone.now(),
        )
        .select_related("session", "post")
        .order_by("session__during", "post_id")[:limit]
    )  # fmt: skip


def organisers_shifts(activity: Activity, *, past: bool) -> QuerySet[Shift]:
    """Return the shifts of an activity: those to come and of the last two days, or the earlier ones, latest first."""
    since = timezone.now() - RECENT
    shifts = Shift.objects.filter(session__activity=activity).select_related("session", "post")
    if past:
        return shifts.filter(session__during__endswith__lte=since).order_by("-session__during", "post")
    return shifts.filter(session__during__endswith__gt=since).order_by("session__during", "post")


def organisers_signups(activity: Activity) -> QuerySet[Signup]:
    """Return the standing sign-ups for sessions that are not over, those that wait for an answer first."""
    signed = Signup.objects.filter(
        shift__session__activity=activity, state__in=LIVE, during__endswith__gt=timezone.now()
    )
    answered = Case(When(state=SignupState.APPLIED, then=0), default=1)
    return signed.select_related("volunteer", "shift__post", "shift__session").order_by(
        answered, "during", "shift", "ticket"
    )


def of_organiser(user: User) -> QuerySet[Activity]:
    """Return the activities of the teams for which somebody works, the newest first."""
    teams = staff.teams_of(user)
    return Activity.objects.filter(team__in=teams).select_related("team").order_by("-id")
