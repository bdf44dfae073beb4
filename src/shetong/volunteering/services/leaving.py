"""The record of service that coming and leaving make; made anew where somebody left later than was first known.

Phones hand in late, and people scan twice: the last time of leaving that the organiser's code shows is what counts. A
record that nobody has confirmed is replaced; to one that counts a correction is proposed, which the team confirms. What
people have decided (lists, corrections, doubts) is left to people: the time of leaving is kept beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import messages
from shetong.core.said import say
from shetong.volunteering.models import (
    COUNTED,
    HOLDING,
    Activity,
    Evidence,
    HoursAct,
    Presence,
    PresenceAct,
    PresenceWay,
    RecordState,
    ServiceRecord,
    Signup,
    StaffRole,
)
from shetong.volunteering.rules import hours
from shetong.volunteering.services import doubts, record_events

_EVIDENCE = {PresenceWay.PLACE: Evidence.PLACE, PresenceWay.LIST: Evidence.LIST}
# Whoever scans once more within this time has left once.
_ONCE = timedelta(minutes=1)


def last(presences: Sequence[Presence]) -> Presence | None:
    """Return the leaving that counts: the last one, and the closing of the session only where there is no other."""
    left = [one for one in presences if one.act == PresenceAct.OUT]
    known = [one for one in left if one.way != PresenceWay.CLOSED] or left
    return max(known, key=lambda one: one.at, default=None)


def outdoes(way: PresenceWay, at: datetime, before: Presence) -> bool:
    """Whether leaving in this way and at this moment counts instead of what was written before."""
    if way in (PresenceWay.LIST, PresenceWay.CLOSED) or before.way == PresenceWay.LIST:
        return False
    return before.way == PresenceWay.CLOSED or at >= before.at + _ONCE


def write(signup: Signup, activity: Activity, came: Presence, left: Presence, actor: User | None) -> None:
    """Write the record of service, or replace or correct the one that stands; the sign-up is locked."""
    period = hours.served(
        came.at, left.at, begins=signup.during.lower, ends=signup.during.upper, overtime=_overtime(signup)
    )
    known = list(ServiceRecord.objects.filter(signup=signup).order_by("pk"))
    standing = [one for one in known if one.state not in (RecordState.VOID, RecordState.SUPERSEDED)]
    if period is None or (known and (len(standing) != 1 or not _made_by_presence(standing[0]))):
        return  # less than a minute is no service; what people decided they correct
    old = record_events.locked(standing[0].pk) if standing else None
    if old is not None and (old.during.lower, old.during.upper) == period:
        return
    listed = next((one for one in (came, left) if one.way == PresenceWay.LIST), None)
    record = ServiceRecord(
        volunteer=signup.volunteer, team=activity.team, activity=activity, signup=signup, during=period,
        minutes=hours.whole_minutes(*period), field=activity.field, division_code=activity.division_code,
        place=activity.address, content=activity.title, state=RecordState.PENDING, replaces=old,
        evidence=Evidence.LIST if listed else _EVIDENCE.get(PresenceWay(came.way), Evidence.SCAN),
        recorded_by=listed.actor if listed else None, recorded_at=timezone.now(), demo=activity.demo,
    )  # fmt: skip
    record_events.begin(record, actor=actor)
    doubts.look(record)
    if old is not None and old.state == RecordState.PENDING:
        record_events.step(old, HoursAct.CORRECT, actor=None, reason="后来又签退")
    elif old is not None:
        _propose(record, activity)


def _made_by_presence(record: ServiceRecord) -> bool:
    """Whether a record says what the presences said, and nobody has put it right or has to judge it."""
    if record.evidence == Evidence.MANUAL or (record.replaces_id is not None and record.recorded_by_id is not None):
        return False
    return record.state in (RecordState.PENDING, *COUNTED)


def _overtime(signup: Signup) -> timedelta:
    """Return how much after the session's end counts: nobody serves longer than until their next shift begins."""
    most = timedelta(minutes=settings.VOLUNTEER_OVERTIME_MINUTES)
    ends = signup.during.upper
    following = Signup.objects.filter(
        volunteer=signup.volunteer_id, state__in=HOLDING, during__startswith__gte=ends,
        during__startswith__lt=ends + most,
    ).exclude(pk=signup.pk)  # fmt: skip
    gaps: list[timedelta] = [each.lower - ends for each in following.values_list("during", flat=True)]
    return min([most, *gaps])


def _propose(record: ServiceRecord, activity: Activity) -> None:
    organisers = User.objects.filter(
        team_roles__team=activity.team_id, team_roles__until__isnull=True,
        team_roles__role__in=(StaffRole.LEADER, StaffRole.ORGANISER),
    ).distinct()  # fmt: skip
    messages.send_all(
        to=organisers, topic=Topic.VOLUNTEER, key=f"record-{record.pk}-late",
        title=say(N_("“%(title)s”有人后来补交了签退，请确认更正"), title=activity.title),
        url=f"/hall/volunteering/teams/{activity.team_id}/records/",
    )  # fmt: skip
