"""Doubts about records, found by the figures; :mod:`shetong.volunteering.services.judging` is for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from shetong.volunteering.models import (
    SERIOUS,
    Activity,
    CheckInWay,
    Doubt,
    DoubtKind,
    DoubtState,
    Evidence,
    PlaceVerdict,
    Presence,
    PresenceAct,
    PresenceWay,
    RecordState,
    ServiceRecord,
)
from shetong.volunteering.rules import doubts as rules
from shetong.volunteering.rules.doubts import Finding, Span
from shetong.volunteering.rules.places import Spot

# A device's clock and the code it scanned may differ by so much: the code is shown for half a minute, clocks drift.
CLOCK_SECONDS = 120
_STANDING = (
    RecordState.PENDING, RecordState.NOTICED, RecordState.FLAGGED, RecordState.CONFIRMED, RecordState.OBJECTED,
)  # fmt: skip


def look(record: ServiceRecord) -> list[Doubt]:
    """Compare a locked record with the person's others and with how it came about; return its open doubts.

    A doubt that was judged is not raised again.
    """
    now = timezone.now()
    for found in _findings(record):
        Doubt.objects.get_or_create(
            record=record, kind=found.kind, other_id=found.other,
            defaults={"serious": found.kind in SERIOUS, "detail": found.detail, "found_at": now},
        )  # fmt: skip
    standing = list(record.doubts.filter(state=DoubtState.OPEN).order_by("pk"))
    flags = sorted({doubt.kind for doubt in standing})
    if flags != record.flags:
        record.flags = flags
        record.save(update_fields=["flags"])
    return standing


def overlap_anew(record: ServiceRecord) -> None:
    """Open a doubt about a record that the database itself refused to count, whatever was judged before."""
    Doubt.objects.update_or_create(
        record=record, kind=DoubtKind.OVERLAP, other=None,
        defaults={"serious": True, "found_at": timezone.now(), "state": DoubtState.OPEN, "judged_by": None,
                  "judged_at": None, "reason": ""},
    )  # fmt: skip
    look(record)


def _findings(record: ServiceRecord) -> Iterable[Finding]:
    own = _span(record)
    day = timedelta(days=1)
    near = (
        ServiceRecord.objects.filter(
            volunteer=record.volunteer_id, state__in=_STANDING,
            during__overlap=(record.during.lower - day, record.during.upper + day),
        )
        .exclude(pk__in=[pk for pk in (record.pk, record.replaces_id) if pk])
        .exclude(replaces=record.pk)
        .select_related("activity")
    )  # fmt: skip
    others = [_span(other) for other in near]
    yield from rules.overlaps(own, others)
    yield from rules.speeds(own, others, limit_kmh=settings.VOLUNTEER_SPEED_KMH)
    yield from rules.long_day(own, others, limit_minutes=settings.VOLUNTEER_LONG_DAY_MINUTES)
    if record.signup_id and record.evidence in (Evidence.SCAN, Evidence.PLACE, Evidence.LIST):
        yield from _of_presence(record)


def _of_presence(record: ServiceRecord) -> Iterable[Finding]:
    presences = list(Presence.objects.filter(signup=record.signup_id).select_related("signup__shift"))
    outside = [one.metres or 0 for one in presences if one.place == PlaceVerdict.OUTSIDE]
    if outside:
        yield Finding(DoubtKind.OUTSIDE, {"metres": max(outside)})
    scanned = [one for one in presences if one.way != PresenceWay.CLOSED]
    by_list = record.activity is not None and record.activity.check_in == CheckInWay.LIST
    if scanned and not by_list and all(one.place in (PlaceVerdict.UNKNOWN, PlaceVerdict.UNSURE) for one in scanned):
        yield Finding(DoubtKind.NO_PLACE)
    clocks = [abs(one.clock_seconds) for one in presences if one.clock_seconds is not None]
    if clocks and max(clocks) > CLOCK_SECONDS:
        yield Finding(DoubtKind.CLOCK, {"seconds": max(clocks)})
    left = {one.way for one in presences if one.act == PresenceAct.OUT}
    if left == {PresenceWay.CLOSED}:
        yield Finding(DoubtKind.UNCLOSED)
    tags = {bytes(one.tag) for one in presences if one.tag}
    if tags:
        session = presences[0].signup.shift.session_id
        people = (
            Presence.objects.filter(tag__in=tags, signup__shift__session=session)
            .values("signup__volunteer").distinct().count()
        )  # fmt: skip
        if people > settings.VOLUNTEER_DEVICE_PEOPLE:
            yield Finding(DoubtKind.DEVICE, {"people": people})


def _span(record: ServiceRecord) -> Span:
    activity: Activity | None = record.activity
    place = None
    if activity is not None and activity.longitude is not None and activity.latitude is not None:
        place = Spot(activity.longitude, activity.latitude)
    return Span(record.pk, record.during.lower, record.during.upper, record.minutes, place)
