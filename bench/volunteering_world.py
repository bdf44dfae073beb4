"""Volunteers, teams and activities for benchmarks: generated, in bulk, marked as demonstration."""

from __future__ import annotations

import itertools
import random
import time
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


_serials = itertools.count(time.time_ns() // 1_000_000 % 10**9 * 10)


def activity_number() -> str:
    """Return a number that no other run gives."""
    digits = f"{next(_serials) % 10**10:010}"
    return f"A{digits}{numbers.check_digit(digits)}"


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
                number=activity_number(), team=belongs, title=f"演示活动{number}", state=ActivityState.RECRUITING,
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


# Longitude, latitude (WGS 84, roughly) and division of cities around which activities gather.
CITIES = (
    (116.40, 39.90, "110105"), (121.47, 31.23, "310104"), (113.26, 23.13, "440106"), (104.07, 30.57, "510107"),
    (120.16, 30.27, "330106"), (114.30, 30.59, "420106"), (108.94, 34.34, "610113"), (106.55, 29.56, "500103"),
    (118.80, 32.06, "320106"), (117.20, 39.13, "120104"), (123.43, 41.80, "210102"), (126.53, 45.80, "230102"),
    (102.83, 24.88, "530102"), (87.62, 43.82, "650102"), (91.14, 29.65, "540102"), (119.30, 26.08, "350102"),
    (113.62, 34.75, "410102"), (117.00, 36.65, "370102"), (112.94, 28.23, "430102"), (115.86, 28.68, "360102"),
)  # fmt: skip
TITLES = ("社区图书角整理", "陪老人聊天", "河边清洁", "地铁站引导", "周末课业辅导", "义诊服务", "花园养护", "电脑教室")


def places() -> list[tuple[float, float]]:
    """Return the cities' places."""
    return [(longitude, latitude) for longitude, latitude, _ in CITIES]


def open_activities(count: int) -> int:
    """Make so many open activities of the coming four weeks with the index over them; return how many there are."""
    from shetong.volunteering.models import FinderEntry
    from shetong.volunteering.services import finder

    missing = count - FinderEntry.objects.count()
    draw = random.Random(missing)
    while missing > 0:
        made = _some_activities(min(missing, 10_000), draw)
        finder.refresh(made)
        missing -= len(made)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE volunteering_finderentry")
    return FinderEntry.objects.count()


def _some_activities(count: int, draw: random.Random) -> list[int]:
    from shetong.volunteering.models import Field, Skill

    belongs, now = team(), timezone.now()
    author = get_user_model().objects.get_or_create(username="bench-organiser")[0]
    local = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    made = []
    for _ in range(count):
        longitude, latitude, division = draw.choice(CITIES)
        made.append(
            Activity(
                number=activity_number(), team=belongs, title=draw.choice(TITLES), state=ActivityState.RECRUITING,
                field=draw.choice(Field.values), content="演示", division_code=division, address="示范路1号",
                longitude=longitude + draw.gauss(0, 0.3), latitude=latitude + draw.gauss(0, 0.3), risks="注意安全。",
                contact="演示", contact_phone="010-00000000", created_by=author, created_at=now, published_at=now,
                updated_at=now, demo=True,
            )
        )  # fmt: skip
    Activity.objects.bulk_create(made, batch_size=2_000)
    starts = [local.replace(hour=draw.randrange(8, 19)) + timedelta(days=draw.randrange(1, 29)) for _ in made]
    sessions = Session.objects.bulk_create(
        [Session(activity=each, during=(start, start + timedelta(hours=2)))
         for each, start in zip(made, starts, strict=True)], batch_size=2_000,
    )  # fmt: skip
    posts = Post.objects.bulk_create(
        [Post(activity=each, title="志愿者", places=10,
              skills=[draw.choice(Skill.values)] if draw.random() < 0.4 else [],
              age_from=draw.choice((None, 16, 18))) for each in made], batch_size=2_000,
    )  # fmt: skip
    Shift.objects.bulk_create(
        [Shift(session=session, post=post, places=10, waiting_limit=100)
         for session, post in zip(sessions, posts, strict=True)], batch_size=2_000,
    )  # fmt: skip
    return [each.pk for each in made]
