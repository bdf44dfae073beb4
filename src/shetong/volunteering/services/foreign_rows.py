"""How the rows of a batch from another system are judged and written: a statement for all of them at every step.

The people are locked first, in order, as everywhere: what counts of them then stands still until the batch is done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from shetong.volunteering.models import ConsentPurpose, DoubtKind, Field, VolunteerState
from shetong.volunteering.rules import doubts as rules
from shetong.volunteering.rules.doubts import Finding, Span
from shetong.volunteering.rules.places import division_spot

# Whose record may still grow; where somebody went or was erased, nothing is to be kept of them.
OPEN = (VolunteerState.ACTIVE, VolunteerState.PENDING, VolunteerState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written. ``left``: (number in its system, why) of what was not: ``repeated``, ``changed``, a fault."""

    counted: int
    minutes: int
    flagged: int
    left: tuple[tuple[str, str], ...]


def write(
    cursor: Any, *, source: str, columns: tuple[Sequence[Any], ...], now: datetime, demo: bool
) -> tuple[int, Written]:
    """Write the records of a batch inside the caller's transaction; return the number that the batch will have."""
    cursor.execute(_STAGE)
    with cursor.copy("COPY volunteering_arrived FROM STDIN") as copy:
        for row in zip(*columns, strict=True):
            copy.write_row(row)
    cursor.execute("ANALYZE volunteering_arrived")
    cursor.execute(_CHECKED, [list(OPEN), ConsentPurpose.TRANSFER.value, now, list(Field.values), source])
    cursor.execute(_LOCKED)
    cursor.execute(_FRESH, [source])
    cursor.execute("ANALYZE volunteering_fresh")
    _judge(cursor)
    cursor.execute("SELECT nextval(pg_get_serial_sequence('volunteering_recordbatch', 'id'))")
    number = int(cursor.fetchone()[0])
    cursor.execute(_WRITTEN, {"source": source, "batch": number, "now": now, "demo": demo})
    cursor.execute(_DOUBTS, {"now": now})
    cursor.execute(_SUMS)
    counted, minutes, flagged = cursor.fetchone()
    cursor.execute(_NOT_TAKEN)
    return number, Written(counted, minutes, flagged, tuple(cursor.fetchall()))


def _judge(cursor: Any) -> None:
    """Fill the table of what does not go together."""
    cursor.execute(_NEAR)
    cursor.execute(_LONG_DAYS, [settings.VOLUNTEER_LONG_DAY_MINUTES])
    cursor.execute(_JOURNEYS, [rules.FARTHEST_KM / settings.VOLUNTEER_SPEED_KMH * 3600])
    found = []
    for number, start, end, division, other, other_number, other_start, other_end, other_division in cursor.fetchall():
        own = Span(0, start, end, 0, division_spot(division))
        there = Span(other or 0, other_start, other_end, 0, division_spot(other_division))
        limit = settings.VOLUNTEER_SPEED_KMH
        for finding in rules.speeds(own, [there], limit_kmh=limit, inexact_metres=rules.DIVISION_METRES):
            found.append((number, finding, other, other_number))
    _add(cursor, found)
    cursor.execute(_TAKEN)
    # What counts anew must not overlap within the batch either: of those that would, the first to begin comes first.
    cursor.execute(_CLASHING)
    later = rules.later_ones((volunteer, start, end, number) for number, volunteer, start, end in cursor.fetchall())
    _add(cursor, [(number, Finding(DoubtKind.OVERLAP), None, None) for number in later])


def _add(cursor: Any, found: Sequence[tuple[str, Finding, int | None, str | None]]) -> None:
    if not found:
        return
    with cursor.copy("COPY volunteering_found FROM STDIN") as copy:
        for number, finding, other, other_number in found:
            copy.write_row((number, finding.kind.value, json.dumps(finding.detail), other, other_number))


_COUNTED = "('confirmed', 'objected')"
_STANDING = "('pending', 'noticed', 'flagged', 'confirmed', 'objected')"
_CHINA = "AT TIME ZONE 'Asia/Shanghai'"

# Dropped before they are made: two batches may come in one transaction.
_STAGE = """
DROP TABLE IF EXISTS pg_temp.volunteering_arrived, pg_temp.volunteering_checked, pg_temp.volunteering_fresh,
    pg_temp.volunteering_people, pg_temp.volunteering_near, pg_temp.volunteering_found, pg_temp.volunteering_written;
CREATE TEMP TABLE volunteering_arrived (
    number text, volunteer text, team text, starts bigint, ends bigint, minutes integer, field text, division text,
    place text, content text
) ON COMMIT DROP;
CREATE TEMP TABLE volunteering_found (number text, kind text, detail jsonb, other_id bigint, other_number text)
    ON COMMIT DROP;
CREATE TEMP TABLE volunteering_written (id bigint, number text, minutes integer, counts boolean) ON COMMIT DROP;
"""
_CHECKED = """
CREATE TEMP TABLE volunteering_checked ON COMMIT DROP AS
SELECT a.number, n.volunteer_id, t.id AS team_id, a.minutes, a.field, a.division, left(a.place, 200) AS place,
    left(a.content, 500) AS content,
    CASE WHEN a.ends > a.starts THEN tstzrange(to_timestamp(a.starts), to_timestamp(a.ends)) END AS during,
    CASE WHEN n.volunteer_id IS NULL THEN 'unknown-volunteer'
        WHEN v.state <> ALL(%s) THEN 'volunteer-state'
        WHEN NOT EXISTS (SELECT FROM volunteering_consent o WHERE o.volunteer_id = v.id AND o.purpose = %s
            AND o.withdrawn_at IS NULL) THEN 'no-consent'
        WHEN a.team <> '' AND t.id IS NULL THEN 'unknown-team'
        WHEN a.starts < 0 OR a.ends <= a.starts OR a.ends > extract(epoch FROM %s::timestamptz) THEN 'time'
        WHEN a.minutes < 1 OR a.minutes > least(1440, (a.ends - a.starts) / 60) THEN 'minutes'
        WHEN a.field <> ALL(%s) THEN 'field'
        WHEN a.division !~ '^[1-9][0-9]{5}$' THEN 'division' END AS fault
FROM volunteering_arrived a
LEFT JOIN volunteering_systemnumber n ON n.system = %s AND n.number = a.volunteer
LEFT JOIN volunteering_volunteer v ON v.id = n.volunteer_id
LEFT JOIN volunteering_team t ON t.number = a.team AND a.team <> ''
"""
# First as all our services do, then as the database itself does, which is for whoever writes beside them.
_LOCKED = """
CREATE TEMP TABLE volunteering_people ON COMMIT DROP AS WITH locked AS MATERIALIZED (
    SELECT id, left(division_code, 4) AS city FROM volunteering_volunteer
    WHERE id IN (SELECT volunteer_id FROM volunteering_checked WHERE fault IS NULL) ORDER BY id FOR NO KEY UPDATE
) SELECT id, city FROM locked;
INSERT INTO volunteering_volunteertotal (volunteer_id, city, minutes, records)
    SELECT id, city, 0, 0 FROM volunteering_people ORDER BY id ON CONFLICT DO NOTHING;
WITH locked AS MATERIALIZED (
    SELECT volunteer_id FROM volunteering_volunteertotal
    WHERE volunteer_id IN (SELECT id FROM volunteering_people) ORDER BY volunteer_id FOR NO KEY UPDATE
) SELECT count(*) FROM locked
"""
_FRESH = """
ALTER TABLE volunteering_checked ADD COLUMN known bigint;
UPDATE volunteering_checked c SET known = k.id FROM volunteering_servicerecord k
    WHERE k.source = %s AND k.source <> '' AND k.source_number = c.number;
CREATE TEMP TABLE volunteering_fresh ON COMMIT DROP AS
    SELECT * FROM volunteering_checked WHERE fault IS NULL AND known IS NULL
"""
# Records that stand already within a day of a new one.
_NEAR = f"""
CREATE TEMP TABLE volunteering_near ON COMMIT DROP AS
SELECT DISTINCT ON (r.id) r.* FROM volunteering_fresh f CROSS JOIN LATERAL (
    SELECT s.id, s.volunteer_id, s.during, s.minutes, s.division_code FROM volunteering_servicerecord s
    WHERE s.volunteer_id = f.volunteer_id AND lower(s.during) > lower(f.during) - interval '1 day'
        AND lower(s.during) < upper(f.during) + interval '1 day' AND s.state IN {_STANDING} OFFSET 0
) AS r
"""  # noqa: S608 - constant pieces
# All that stands on the day counts first, then what comes anew in its order.
_LONG_DAYS = f"""
INSERT INTO volunteering_found (number, kind, detail)
SELECT number, 'day', jsonb_build_object('minutes', total, 'day', day::text) FROM (
    SELECT number, day, coalesce(sum(minutes) FILTER (WHERE number IS NULL) OVER whole, 0)
        + coalesce(sum(minutes) FILTER (WHERE number IS NOT NULL) OVER (whole ORDER BY during, number), 0) AS total
    FROM (
        SELECT number, volunteer_id, during, minutes, (lower(during) {_CHINA})::date AS day FROM volunteering_fresh
        UNION ALL SELECT NULL, volunteer_id, during, minutes, (lower(during) {_CHINA})::date FROM volunteering_near
    ) AS every WINDOW whole AS (PARTITION BY volunteer_id, day)
) AS summed WHERE number IS NOT NULL AND total > %s
"""  # noqa: S608 - constant pieces
# From the one before, and to the one after where that stands already, in another division and not long away.
_JOURNEYS = """
WITH line AS (
    SELECT number, id, volunteer_id, during, division, lag(number) OVER w AS before_number, lag(id) OVER w AS before_id,
        lag(during) OVER w AS before, lag(division) OVER w AS before_division, lead(id) OVER w AS after_id,
        lead(during) OVER w AS after, lead(division) OVER w AS after_division
    FROM (
        SELECT number, NULL::bigint AS id, volunteer_id, during, division FROM volunteering_fresh
        UNION ALL SELECT NULL, id, volunteer_id, during, division_code FROM volunteering_near
    ) AS every WINDOW w AS (PARTITION BY volunteer_id ORDER BY during, id, number)
), pairs AS (
    SELECT number, during, division, before_id AS id, before_number AS other, before AS there,
        before_division AS elsewhere, lower(during) - upper(before) AS gap
    FROM line WHERE number IS NOT NULL AND before_division <> division
    UNION ALL SELECT number, during, division, after_id, NULL, after, after_division, lower(after) - upper(during)
    FROM line WHERE number IS NOT NULL AND after_id IS NOT NULL AND after_division <> division
)
SELECT number, lower(during), upper(during), division, id, other, lower(there), upper(there), elsewhere
FROM pairs WHERE gap >= interval '0' AND gap < make_interval(secs => %s)
"""
# What counts never overlaps, so the last to begin before a record ends is the one to look at (migration counted_once).
_TAKEN = f"""
INSERT INTO volunteering_found (number, kind)
SELECT f.number, 'overlap' FROM volunteering_fresh f CROSS JOIN LATERAL (
    SELECT s.during FROM volunteering_servicerecord s
    WHERE s.volunteer_id = f.volunteer_id AND lower(s.during) < upper(f.during) AND s.state IN {_COUNTED}
    ORDER BY lower(s.during) DESC LIMIT 1
) AS o WHERE upper(o.during) > lower(f.during)
"""  # noqa: S608 - constant pieces
# All that would count of those people of whom two would overlap.
_CLASHING = """
WITH free AS (
    SELECT f.number, f.volunteer_id, f.during FROM volunteering_fresh f
    WHERE NOT EXISTS (SELECT FROM volunteering_found d WHERE d.number = f.number)
), clashing AS (
    SELECT volunteer_id FROM (
        SELECT volunteer_id, lower(during) AS start, lag(upper(during)) OVER
            (PARTITION BY volunteer_id ORDER BY during, number) AS before FROM free
    ) AS line WHERE before > start
)
SELECT number, volunteer_id, lower(during), upper(during) FROM free
WHERE volunteer_id IN (SELECT volunteer_id FROM clashing)
"""
_WRITTEN = """
WITH verdicts AS (
    SELECT number, array_agg(DISTINCT kind ORDER BY kind) AS kinds FROM volunteering_found GROUP BY number
), written AS (
    INSERT INTO volunteering_servicerecord (volunteer_id, team_id, during, minutes, field, division_code, place,
        content, state, flags, source, source_number, evidence, batch_id, recorded_at, confirmed_at, demo)
    SELECT f.volunteer_id, f.team_id, f.during, f.minutes, f.field, f.division, f.place, f.content,
        CASE WHEN v.number IS NULL THEN 'confirmed' ELSE 'flagged' END, coalesce(v.kinds, '{}'), %(source)s, f.number,
        'import', %(batch)s, %(now)s, CASE WHEN v.number IS NULL THEN %(now)s END, %(demo)s
    FROM volunteering_fresh f LEFT JOIN verdicts v ON v.number = f.number ORDER BY f.volunteer_id, f.during
    ON CONFLICT (source, source_number) WHERE source <> '' DO NOTHING
    RETURNING id, source_number, minutes, state
) INSERT INTO volunteering_written SELECT id, source_number, minutes, state = 'confirmed' FROM written
"""
_DOUBTS = f"""
INSERT INTO volunteering_doubt (record_id, kind, serious, detail, other_id, state, found_at, reason)
SELECT w.id, d.kind, true, d.detail, coalesce(d.other_id, o.id), 'open', %(now)s, ''
FROM volunteering_found d JOIN volunteering_written w ON w.number = d.number
LEFT JOIN volunteering_written o ON o.number = d.other_number
WHERE d.kind <> 'overlap'
UNION ALL SELECT r.id, 'overlap', true, CASE WHEN o.id IS NULL THEN '{{}}' ELSE
    jsonb_build_object('minutes', ceil(extract(epoch FROM least(upper(r.during), upper(o.during))
        - greatest(lower(r.during), lower(o.during))) / 60)::int) END,
    o.id, 'open', %(now)s, ''
FROM volunteering_found d JOIN volunteering_written w ON w.number = d.number
JOIN volunteering_servicerecord r ON r.id = w.id
LEFT JOIN LATERAL (
    SELECT last.id, last.during FROM (
        SELECT s.id, s.during FROM volunteering_servicerecord s
        WHERE s.volunteer_id = r.volunteer_id AND lower(s.during) < upper(r.during) AND s.state IN {_COUNTED}
        ORDER BY lower(s.during) DESC LIMIT 3
    ) AS last WHERE upper(last.during) > lower(r.during)
) AS o ON true
WHERE d.kind = 'overlap'
"""  # noqa: S608 - constant pieces
_SUMS = """
SELECT count(*) FILTER (WHERE counts), coalesce(sum(minutes) FILTER (WHERE counts), 0),
    count(*) FILTER (WHERE NOT counts)
FROM volunteering_written
"""
# Known by number: the same, or changed there since it came. What was written by somebody else meanwhile is repeated.
_NOT_TAKEN = """
SELECT c.number, CASE
    WHEN c.fault IS NOT NULL THEN c.fault
    WHEN k.id IS NULL OR (k.during, k.minutes, k.team_id, k.field) IS NOT DISTINCT FROM
        (c.during, c.minutes, c.team_id, c.field) THEN 'repeated'
    ELSE 'changed' END
FROM volunteering_checked c LEFT JOIN volunteering_servicerecord k ON k.id = c.known
WHERE c.fault IS NOT NULL OR c.known IS NOT NULL
    OR NOT EXISTS (SELECT FROM volunteering_written w WHERE w.number = c.number)
ORDER BY c.number
"""
