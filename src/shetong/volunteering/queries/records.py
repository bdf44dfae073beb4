"""Records of service as volunteers, teams, the public and the office see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from shetong.core import divisions
from shetong.volunteering.models import (
    Consent,
    ConsentPurpose,
    Doubt,
    DoubtKind,
    DoubtState,
    Objection,
    ObjectionState,
    RecordState,
    ServiceRecord,
    Team,
    Volunteer,
)

_ANNOUNCED = (RecordState.NOTICED, RecordState.CONFIRMED, RecordState.OBJECTED)


@dataclass(frozen=True, slots=True)
class Told:
    """A doubt in words. ``other``: the record that it does not go with."""

    label: str
    text: str
    other: int | None
    serious: bool


def today() -> date:
    """Return the day in China."""
    return timezone.localdate()


def of_volunteer(volunteer: Volunteer) -> QuerySet[ServiceRecord]:
    """Return somebody's records, the newest first."""
    return (
        ServiceRecord.objects.filter(volunteer=volunteer)
        .select_related("team", "activity").prefetch_related("doubts", "objections").order_by("-id")
    )  # fmt: skip


def announced(*, size: int, after: tuple[date, int] | None = None, team_number: str = "") -> list[ServiceRecord]:
    """Return the next records on public notice, those that end first first: after the one of that last day and number.

    Nothing is counted, and the days before and after are not read: on notice is what a country served in a week.
    """
    found = ServiceRecord.objects.filter(notice_until__gte=today(), state__in=_ANNOUNCED)
    if team_number:
        # Its key first: joined by number the database would read everybody's notices.
        team = Team.objects.filter(number=team_number).first()
        found = found.filter(team=team) if team else found.none()
    found = found.select_related("team", "activity", "volunteer").order_by("notice_until", "id")
    if after is None:
        return list(found[:size])
    day, pk = after
    same_day = list(found.filter(notice_until=day, pk__gt=pk)[:size])
    return same_day + list(found.filter(notice_until__gt=day)[: size - len(same_day)])


def public_names(volunteer_ids: Iterable[int]) -> dict[int, str]:
    """Return the masked names of those who agreed to be named publicly."""
    agreed = Consent.objects.filter(
        volunteer__in=list(volunteer_ids), purpose=ConsentPurpose.PUBLISH, withdrawn_at__isnull=True
    )
    return dict(agreed.values_list("volunteer_id", "volunteer__name_masked"))


def to_confirm(team: Team) -> QuerySet[ServiceRecord]:
    """Return the records of a team that wait for somebody to confirm them, the oldest first.

    Of a record whose correction waits only the correction is asked about.
    """
    return (
        ServiceRecord.objects.filter(team=team, state=RecordState.PENDING)
        .exclude(corrections__state=RecordState.PENDING)
        .select_related("volunteer", "activity", "replaces").prefetch_related("doubts").order_by("id")
    )  # fmt: skip


def objections_of(team: Team) -> QuerySet[Objection]:
    """Return the objections that a team has not answered, the oldest first."""
    return (
        Objection.objects.filter(record__team=team, state=ObjectionState.OPEN)
        .select_related("record__volunteer", "record__activity").order_by("pk")
    )  # fmt: skip


def doubtful(jurisdictions: Iterable[str], *, serious: bool = True, void: bool = False) -> QuerySet[ServiceRecord]:
    """Return the records within jurisdictions about which a doubt is open, the oldest first.

    ``void``: those that were made void before it was judged; of corrected ones the correction is asked about.
    """
    open_ = Doubt.objects.filter(state=DoubtState.OPEN, serious=serious)
    state = Q(state=RecordState.VOID) if void else ~Q(state__in=(RecordState.VOID, RecordState.SUPERSEDED))
    return (
        ServiceRecord.objects.filter(within(jurisdictions), state, pk__in=open_.values("record"))
        .select_related("team", "activity", "volunteer").prefetch_related("doubts").order_by("id")
    )  # fmt: skip


def within(jurisdictions: Iterable[str]) -> Q:
    """Return the condition that something lies within one of these divisions; of none where there are none."""
    condition = Q(pk__in=[])
    for code in jurisdictions:
        condition |= Q(division_code__startswith=divisions.prefix(code))
    return condition


def told(record: ServiceRecord) -> list[Told]:
    """Return the open doubts about a record in words; prefetch ``doubts``."""
    return [tell(doubt) for doubt in record.doubts.all() if doubt.state == DoubtState.OPEN]


def tell(doubt: Doubt) -> Told:
    """Return a doubt in words with its figures."""
    texts: dict[str, str] = {
        DoubtKind.OVERLAP: gettext("与另一条记录重叠%(minutes)s分钟"),
        DoubtKind.SPEED: gettext("与另一条记录相距约%(km)s公里，相隔只有%(minutes)s分钟"),
        DoubtKind.DAY: gettext("%(day)s当天的记录合计%(minutes)s分钟"),
        DoubtKind.DEVICE: gettext("同一场次有%(people)s人用同一部手机签到"),
        DoubtKind.CLOCK: gettext("手机时间与签到码的时间相差%(seconds)s秒"),
        DoubtKind.OUTSIDE: gettext("签到时距活动地点约%(metres)s米"),
        DoubtKind.NO_PLACE: gettext("签到签退都没有可用的位置"),
        DoubtKind.UNCLOSED: gettext("没有签退，按场次结束时间计"),
    }
    figures: dict[str, Any] = {"minutes": "?", "km": "?", "day": "?", "people": "?", "seconds": "?", "metres": "?"}
    text = texts[doubt.kind] % {**figures, **doubt.detail}
    return Told(str(DoubtKind(doubt.kind).label), text, doubt.other_id, doubt.serious)
