"""Keeping the index of open activities: derived from activities, sessions and shifts, renewed when these change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app

from shetong.core import divisions
from shetong.core.pinyin import transliterate
from shetong.core.search_tokens import tokens, vector_literal
from shetong.core.text import key
from shetong.volunteering.models import FinderEntry
from shetong.volunteering.rules import masks

REFRESH_TASK = "volunteering.refresh_finder"
BATCH = 2_000

# What people can still sign up for, one row an activity; quarters of a day by the clock of China.
_OPEN = """
SELECT a.id, a.longitude, a.latitude, a.division_code, a.field, a.published_at, a.title, a.address, t.name,
       array_agg(DISTINCT s.first_slot + step.quarters), array_agg(DISTINCT s.post_id),
       min(s.age_from), max(s.age_to), sum(s.room) FILTER (WHERE step.quarters = 0)
FROM volunteering_activity a
JOIN volunteering_team t ON t.id = a.team_id
CROSS JOIN LATERAL (
    SELECT p.id AS post_id, coalesce(p.age_from, 0) AS age_from, coalesce(p.age_to, 200) AS age_to,
           h.places - h.taken AS room,
           4 * (clock.starts::date - DATE '1970-01-01') + extract(hour FROM clock.starts)::int / 6 AS first_slot,
           CASE WHEN clock.ends::date > clock.starts::date THEN 3 ELSE extract(hour FROM clock.ends)::int / 6 END
               - extract(hour FROM clock.starts)::int / 6 AS further
    FROM volunteering_session e
    JOIN volunteering_shift h ON h.session_id = e.id AND h.open AND h.taken < h.places AND h.waiting = 0
    JOIN volunteering_post p ON p.id = h.post_id
    CROSS JOIN LATERAL (SELECT lower(e.during) AT TIME ZONE 'Asia/Shanghai' AS starts,
        (upper(e.during) - interval '1 second') AT TIME ZONE 'Asia/Shanghai' AS ends) AS clock
    WHERE e.activity_id = a.id AND e.state = 'planned' AND lower(e.during) > now()
) AS s
CROSS JOIN LATERAL generate_series(0, s.further) AS step(quarters)
WHERE a.id = ANY(%s) AND a.state = 'recruiting' AND (a.closes_at IS NULL OR a.closes_at > now())
GROUP BY a.id, t.name
"""
_DEMANDS = "SELECT id, skills, languages FROM volunteering_post WHERE id = ANY(%s)"
COLUMNS = (
    "activity_id", "longitude", "latitude", "division_code", "field", "slots", "demands", "age_from", "age_to",
    "room", "tokens", "published_at",
)  # fmt: skip


def defer_refresh(activity_id: int) -> None:
    """Have the index renewed for an activity, in the transaction that is open or at once."""
    app.configure_task(REFRESH_TASK, queue="volunteering").defer(activity_id=activity_id)


def refresh(activity_ids: Iterable[int]) -> int:
    """Renew the entries of activities; those that nobody can sign up for lose theirs. Return how many have one."""
    ids, total = sorted(set(activity_ids)), 0
    for start in range(0, len(ids), BATCH):
        total += _refresh(ids[start : start + BATCH])
    return total


@transaction.atomic
def _refresh(ids: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        # Two renewals of one activity, one after the other: the later sees what the earlier wrote.
        cursor.execute(
            "SELECT id FROM volunteering_activity WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(ids)]
        )
        cursor.execute(_OPEN, [list(ids)])
        found = cursor.fetchall()
        cursor.execute(_DEMANDS, [[post for row in found for post in row[10]]])
        demands = {post: masks.demand(skills, languages) for post, skills, languages in cursor.fetchall()}
        FinderEntry.objects.filter(pk__in=ids).delete()
        if found:
            with cursor.copy(f"COPY volunteering_finderentry ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in found:
                    copy.write_row(_row(row, demands))
    return len(found)


def _row(row: Sequence[Any], demands: dict[int, int]) -> tuple[Any, ...]:
    pk, longitude, latitude, division, field, published, title, address, team, slots, posts, youngest, oldest, room = (
        row
    )
    return (
        pk, longitude, latitude, division, field, sorted(slots), sorted({demands[post] for post in posts}),
        youngest, oldest, room, vector_literal(words(title, team, address, division)), published,
    )  # fmt: skip


def words(title: str, team: str, address: str, division_code: str) -> list[str]:
    """Return the tokens by which an activity is found: of its title, team, address and division."""
    found: set[str] = set(tokens(key(title), transliterate(key(title)).initials))
    for text in (team, address, divisions.full_name(division_code)):
        found.update(tokens(key(text), ""))
    return sorted(found)
