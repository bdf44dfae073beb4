"""Finding activities that still have room: near, on one's days, by one's skills, by text; all of it public.

Without words the nearest come first: the index on ``spot`` gives them in order and the filters look at each as it
comes, so that the answer takes as long as the filters are narrow, not as there are activities. With words the inverted
index gives all that contain them, which are then put in order.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from shetong.core.search_tokens import query_pairs
from shetong.core.text import key
from shetong.volunteering.rules import places
from shetong.volunteering.rules.criteria import Criteria
from shetong.volunteering.rules.places import Spot

DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100

_COLUMNS = (
    "f.activity_id, f.longitude, f.latitude, f.division_code, f.field, f.slots, f.demands, f.room, f.published_at"
)
_JOINED = """
SELECT a.number, a.title, t.name, a.address, a.demo, f.*
FROM ({inner}) AS f
JOIN volunteering_activity a ON a.id = f.activity_id
JOIN volunteering_team t ON t.id = a.team_id
ORDER BY f.place
"""


@dataclass(frozen=True, slots=True)
class Found:
    """An activity in a list.

    ``metres``: distance from where one looks; ``slots``, ``demands`` as the index has them.
    """

    pk: int
    number: str
    title: str
    team: str
    address: str
    demo: bool
    longitude: float | None
    latitude: float | None
    division_code: str
    field: str
    slots: tuple[int, ...]
    demands: tuple[int, ...]
    room: int
    published_at: datetime
    metres: float | None


def find(
    asked: Criteria,
    *,
    limit: int = DEFAULT_LIMIT,
    offset: int = 0,
    since: datetime | None = None,
    without: Collection[int] = (),
    today: date | None = None,
) -> list[Found]:
    """Return the activities that are asked for, the nearest first, else the newest.

    ``since``: published after it; ``without``: not these activities.
    """
    sql, params = statement(
        asked, limit=min(limit, LARGEST_LIMIT), offset=offset, since=since, without=without,
        today=today or timezone.localdate(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_found(row, asked.near) for row in cursor.fetchall()]


def statement(
    asked: Criteria, *, limit: int, offset: int = 0, since: datetime | None = None, without: Collection[int] = (),
    today: date,
) -> tuple[str, list[Any]]:  # fmt: skip
    """Return the one statement that answers, and its parameters."""
    conditions: list[str] = []
    params: list[Any] = []
    order, first = "f.published_at DESC, f.activity_id DESC", []
    if asked.near is not None:
        x, y = places.mercator(asked.near)
        order, first = "f.spot <-> point(%s, %s)", [x, y]
        conditions.append("f.spot IS NOT NULL")
        if asked.within_km:
            # A circle on the plane: there a metre is longer by the secant of the latitude.
            radius = asked.within_km * 1000 / _shrinkage(asked.near)
            conditions.append("f.spot <@ circle(point(%s, %s), %s)")
            params += [x, y, radius]
    if slots := asked.slots(today):
        conditions.append("f.slots && %s::int[]")
        params.append(slots)
    if asked.suits:
        conditions.append("EXISTS (SELECT FROM unnest(f.demands) AS d(bits) WHERE d.bits & ~%s::bigint = 0)")
        params.append(asked.demand)
    if asked.age is not None:
        conditions.append("f.age_from <= %s AND f.age_to >= %s")
        params += [asked.age, asked.age]
    if asked.field:
        conditions.append("f.field = %s")
        params.append(asked.field)
    if asked.division:
        conditions.append("f.division_code LIKE %s")
        params.append(asked.division[: _significant(asked.division)] + "%")
    if since is not None:
        conditions.append("f.published_at > %s")
        params.append(since)
    if without:
        conditions.append("f.activity_id <> ALL(%s::bigint[])")
        params.append(list(without))
    for word in asked.text.split():
        folded = key(word)
        if pairs := query_pairs(folded):
            conditions.append("f.tokens @@ %s::tsquery")
            params.append(" & ".join(f"'{pair}'" for pair in pairs))
        elif folded:
            conditions.append("f.tokens @@ %s::tsquery")
            params.append(f"'{folded}':*")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    inner = (
        f"SELECT {_COLUMNS}, row_number() OVER () AS place FROM (SELECT * FROM volunteering_finderentry f{where}"
        f" ORDER BY {order} LIMIT %s OFFSET %s) AS f"
    )
    return _JOINED.format(inner=inner), [*params, *first, limit, offset]


def _significant(division: str) -> int:
    """Return how many digits of a division's code tell it from others of its level."""
    return 2 if division.endswith("0000") else 4 if division.endswith("00") else 6


def _shrinkage(spot: Spot) -> float:
    north = Spot(spot.longitude, spot.latitude + 0.001)
    return places.metres(spot, north) / (places.mercator(north)[1] - places.mercator(spot)[1])


def _found(row: tuple[Any, ...], near: Spot | None) -> Found:
    number, title, team, address, demo, *found = row
    pk, longitude, latitude, division, field, slots, demands, room, published, _place = found
    away = None
    if near is not None and longitude is not None and latitude is not None:
        away = places.metres(near, Spot(longitude, latitude))
    return Found(
        pk, number, title, team, address, demo, longitude, latitude, division, field, tuple(slots), tuple(demands),
        room, published, away,
    )  # fmt: skip
