"""Volunteers, teams and activities for benchmarks: generated, in bulk, marked as demonstration."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from shetong.core import pii
from shetong.volunteering.models import (
    Activity,
    ActivityState,
    Post,
    RegisteredBy,
    Session,
    Shift,
    Team,
    TeamKind,
    TeamState,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.rules import numbers

DIVISIONS = ("110105", "310104", "440106", "510107", "330106")


def volunteers(count: int) -> list[int]:
    """Return so many volunteers, made where they are missing."""
    there = list(Volunteer.objects.filter(demo=True).order_by("pk").values_list("pk", flat=True)[:count])
    now = timezone.now()
    sealed = pii.seal("演示", context="volunteer.name")
    made = Volunteer.objects.bulk_create(
        [
            Volunteer(
                number=numbers.draw("V"), state=VolunteerState.ACTIVE, name_sealed=sealed, name_masked="演*",
                identity_kind="resident", identity_sealed=sealed,
                identity_index=pii.blind_index(f"bench {number}", context="volunteer.identity_number"),
                born_on=date(1990, 1, 1), division_code="110105", registered_by=RegisteredBy.IMPORT, registered_at=now,
                verified_at=now, verified_through="benchmark", updated_at=now, demo=True,
            )
            for number in range(len(there), count)
        ],
        batch_size=2_000,
    )  # fmt: skip
    return there + [each.pk for each in made]


def team() -> Team:
    """Return the team of the benchmarks."""
    values: dict[str, Any] = {
        "number": numbers.draw("T"), "kind": TeamKind.GROUP, "state": TeamState.ACTIVE, "contact": "演示",
        "contact_phone": "010-00000000", "created_at": timezone.now(), "demo": True,
    }  # fmt: skip
    return Team.objects.get_or_create(division_code="110105", name="压力测试志愿服务队", defaults=values)[0]


def activities(count: int, *, places: int, waiting_limit: int, spread: bool) -> list[int]:
    """Make activities with one shift each and return the shifts; ``spread``: over hours that overlap, else one hour."""
    draw = random.Random(5)
    belongs, now = team(), timezone.now()
    author = get_user_model().objects.get_or_create(username="bench-organiser")[0]
    first = _next_saturday(now)
    made = Activity.objects.bulk_create(
        [
            Activity(
                number=numbers.draw("A"), team=belongs, title=f"演示活动{number}", state=ActivityState.RECRUITING,
                field="community", content="演示", division_code=draw.choice(DIVISIONS), address="示范路1号",
                risks="注意安全。", contact="演示", contact_phone="010-00000000", created_by=author, created_at=now,
                published_at=now, updated_at=now, demo=True,
            )
            for number in range(count)
        ],
        batch_size=2_000,
    )  # fmt: skip
    starts = [first + timedelta(minutes=30 * draw.randrange(24)) if spread else first - timedelta(days=2 + number)
              for number in range(count)]  # fmt: skip
    sessions = Session.objects.bulk_create(
        [Session(activity=each, during=(start, start + timedelta(hours=2)))
         for each, start in zip(made, starts, strict=True)], batch_size=2_000,
    )  # fmt: skip
    posts = Post.objects.bulk_create(
        [Post(activity=each, title="志愿者", places=places, waiting_limit=waiting_limit) for each in made],
        batch_size=2_000,
    )
    shifts = Shift.objects.bulk_create(
        [Shift(session=session, post=post, places=places, waiting_limit=waiting_limit)
         for session, post in zip(sessions, posts, strict=True)], batch_size=2_000,
    )  # fmt: skip
    return [shift.pk for shift in shifts]


def _next_saturday(now: datetime) -> datetime:
    """Return eight in the morning of a Saturday some weeks from now."""
    local = timezone.localtime(now)
    day = local + timedelta(days=(5 - local.weekday()) % 7 + 28)
    return day.replace(hour=8, minute=0, second=0, microsecond=0)
