"""Activities as the public and their organisers see them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from shetong.accounts.models import User
from shetong.volunteering.models import Activity, ActivityState, SessionState, Shift
from shetong.volunteering.queries import staff

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


def of_organiser(user: User) -> QuerySet[Activity]:
    """Return the activities of the teams for which somebody works, the newest first."""
    teams = staff.teams_of(user)
    return Activity.objects.filter(team__in=teams).select_related("team").order_by("-id")
