"""Activities end when their last session is over."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.volunteering.models import Activity, ActivityState, Session, SessionState
from shetong.volunteering.services import activities

_GOING_ON = (ActivityState.RECRUITING, ActivityState.CLOSED)


def finish_all() -> int:
    """Finish the activities that had a session and have none to come any more; return how many."""
    held = Session.objects.filter(activity=OuterRef("pk")).exclude(state=SessionState.CANCELLED)
    now = timezone.now()
    over = Activity.objects.filter(
        Exists(held.filter(during__endswith__lte=now)), ~Exists(held.filter(during__endswith__gt=now)),
        state__in=_GOING_ON,
    )  # fmt: skip
    return sum(_finish(pk) for pk in list(over.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _finish(activity_id: int) -> bool:
    activity = Activity.objects.select_for_update(no_key=True).get(pk=activity_id)
    coming = activity.sessions.exclude(state=SessionState.CANCELLED).filter(during__endswith__gt=timezone.now())
    if activity.state not in _GOING_ON or coming.exists():
        return False  # changed in the meantime
    activities.step(activity, ActivityState.FINISHED)
    audit.record(
        actor="system:volunteering", action="activity.finish", target=activity, jurisdiction=activity.division_code
    )
    return True
