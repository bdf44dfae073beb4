"""Records of service for the benchmark: written without indexes, which are built afterwards, and totals counted."""

from __future__ import annotations

import re
import time
from typing import Any

from django.db import connection

from shetong.core import pii

# Records a volunteer; each begins on a day of its own.
EACH = 50


def ready(records: int) -> tuple[int, int]:
    """Make volunteers, teams and records where they are missing; return how many people and teams there are."""
    people, teams = records // EACH, max(20, records // 5_000)
    with connection.cursor() as cursor:
        if not _there(cursor, "volunteertotal", people):
            _people(cursor, people, teams)
            _records(cursor, people, teams)
        if not _there(cursor, "teammonth", teams):
            _team_totals(cursor)
        _consents(cursor)
    return people, teams


def _there(cursor: Any, table: str, rows: int) -> bool:
    cursor.execute(f"SELECT count(*) FROM volunteering_{table}")
    return bool(cursor.fetchone()[0] >= rows)


def _people(cursor: Any, people: int, teams: int) -> None:
    from volunteering_world import DIVISIONS

    sealed = pii.seal("演示", context="volunteer.name")
    cursor.execute(
        "INSERT INTO volunteering_volunteer (number, state, name_sealed, name_masked, identity_kind, identity_sealed,"
        " identity_index, born_on, division_code, registered_by, registered_at, verified_at, verified_through,"
        " updated_at, demo, reach_km, skills, languages, fields, times, wishes, token_epoch)"
        " SELECT 'V' || lpad(n::text, 13, '0'), 'active', %s, '演*', 'resident', %s, sha256(('hours ' || n)::bytea),"
        " '1990-01-01'::date + n %% 9000, (%s::text[])[1 + n %% 5], 'import', now(), now(), 'benchmark', now(), true,"
        " 10, '{}', '{}', '{}', 268435455, '', 0 FROM generate_series(1, %s) AS n ON CONFLICT DO NOTHING",
        [sealed, sealed, list(DIVISIONS), people],
    )
    cursor.execute(
        "INSERT INTO volunteering_systemnumber (volunteer_id, system, number, since) SELECT id, 'bench', number, now()"
        " FROM volunteering_volunteer WHERE number LIKE 'V00%' AND verified_through = 'benchmark'"
        " ON CONFLICT DO NOTHING"
    )
    _consents(cursor)
    from django.utils import timezone

    from shetong.volunteering.models import Team, TeamKind, TeamState

    there = Team.objects.filter(contact="时长压测").count()
    Team.objects.bulk_create(
        [
            Team(number=f"T{n:011}", name=f"压测服务队{n}", kind=TeamKind.GROUP, state=TeamState.ACTIVE, demo=True,
                 division_code=DIVISIONS[n % 5], contact="时长压测", contact_phone="010-0", created_at=timezone.now())
            for n in range(there, teams)
        ], batch_size=2_000,
    )  # fmt: skip


def _consents(cursor: Any) -> None:
    """Everybody agreed to the exchange, a third to be named."""
    cursor.execute(
        "INSERT INTO volunteering_consent (volunteer_id, purpose, version, given_at, guardian)"
        " SELECT id, purpose, '1', now(), false FROM volunteering_volunteer,"
        " (VALUES ('publish', 3), ('transfer', 1)) AS one (purpose, part)"
        " WHERE verified_through = 'benchmark' AND id % part = 0 ON CONFLICT DO NOTHING"
    )


def _records(cursor: Any, people: int, teams: int) -> None:
    cursor.execute("ALTER TABLE volunteering_servicerecord DISABLE TRIGGER USER")
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid ="
        " 'volunteering_servicerecord'::regclass AND contype IN ('x', 'u', 'f')"
    )
    constraints = cursor.fetchall()
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid ="
        " 'volunteering_servicerecord'::regclass AND NOT indisprimary AND NOT EXISTS (SELECT FROM pg_constraint"
        " WHERE conindid = indexrelid)"
    )
    indexes = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f'ALTER TABLE volunteering_servicerecord DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    _timed(
        cursor, "records",
        "INSERT INTO volunteering_servicerecord (volunteer_id, team_id, during, minutes, field, division_code, place,"
        " content, state, flags, source, source_number, evidence, recorded_at, confirmed_at, demo)"
        " SELECT v.id, t.first + (v.rank * 7 + k * k) %% %s, tstzrange(s.at, s.at + interval '2 hours'),"
        " 60 + (v.rank + k)::int %% 60, (ARRAY['community','care','culture','health','environment'])[1 + k %% 5],"
        " v.division_code, '示范路1号', '演示服务', 'confirmed', '{}', '', '', 'scan', s.at, s.at, true"
        " FROM (SELECT id, division_code, row_number() OVER (ORDER BY id) AS rank FROM volunteering_volunteer"
        "       WHERE verified_through = 'benchmark' ORDER BY id LIMIT %s) AS v,"
        " generate_series(1, %s) AS k,"
        " LATERAL (SELECT '2022-01-01 01:00+00'::timestamptz + (k * 29 + v.rank %% 29) * interval '1 day' AS at) AS s,"
        " (SELECT min(id) AS first FROM volunteering_team WHERE contact = '时长压测') AS t",
        [teams, people, EACH],
    )  # fmt: skip
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for name, definition in sorted(constraints, key=lambda one: one[1]):
        _timed(cursor, name, f'ALTER TABLE volunteering_servicerecord ADD CONSTRAINT "{name}" {definition}')
    for name, definition in indexes:
        _timed(cursor, name, definition)
    cursor.execute("ALTER TABLE volunteering_servicerecord ENABLE TRIGGER USER")
    _timed(
        cursor, "totals",
        "INSERT INTO volunteering_volunteertotal SELECT s.volunteer_id, left(v.division_code, 4), s.minutes, s.n FROM"
        " (SELECT volunteer_id, sum(minutes) AS minutes, count(*) AS n FROM volunteering_servicerecord GROUP BY 1) AS s"
        " JOIN volunteering_volunteer v ON v.id = s.volunteer_id",
    )  # fmt: skip


def _team_totals(cursor: Any) -> None:
    # Both sides of every reference come from records, whose own were checked: twenty million checks fewer.
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("SET work_mem = '512MB'")
    cursor.execute("DELETE FROM volunteering_teamyear")
    served = "(lower(during) AT TIME ZONE 'Asia/Shanghai')::date"
    _timed(
        cursor, "team years",
        "INSERT INTO volunteering_teamyear (team_id, year, volunteer_id, minutes, records) SELECT team_id,"
        f" extract(year FROM {served}), volunteer_id, sum(minutes), count(*) FROM volunteering_servicerecord"
        " GROUP BY 1, 2, 3",
    )  # fmt: skip
    _timed(
        cursor, "team months",
        "INSERT INTO volunteering_teammonth (team_id, month, field, minutes, records) SELECT team_id,"
        f" date_trunc('month', {served})::date, field, sum(minutes), count(*) FROM volunteering_servicerecord"
        " GROUP BY 1, 2, 3",
    )  # fmt: skip
    cursor.execute("RESET session_replication_role")
    cursor.execute("RESET work_mem")
    for table in ("servicerecord", "volunteertotal", "teamyear", "teammonth", "volunteer", "systemnumber", "consent"):
        cursor.execute(f"VACUUM ANALYZE volunteering_{table}")


def _timed(cursor: Any, what: str, statement: str, parameters: Any = None) -> None:
    import sys

    started = time.perf_counter()
    cursor.execute(statement, parameters)
    sys.stderr.write(f"{re.sub('[^a-z_ ]', '', what)}: {time.perf_counter() - started:.1f} s\n")
