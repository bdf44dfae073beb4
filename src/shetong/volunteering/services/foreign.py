"""Records of service that come from another system, a batch of columns at once.

A batch is one transaction and one event: the same batch again gives the first answer. What overlaps time that counts
already, here or from a third system, comes in flagged and uncounted; the database's own constraint finds it while the
rows are written, so nothing is looked for twice and two batches at once cannot miss each other. The system that a
record comes from answers for it: a record known by its number is never changed here, what differs is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import ApiKey, User
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.ledger.services import entries
from shetong.ledger.services.entries import Act
from shetong.volunteering.entry_types import BATCH
from shetong.volunteering.models import Field, RecordBatch
from shetong.volunteering.queries import public_log

LARGEST = 100_000
SALT = "volunteering.batch_salt"
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,39}")


@dataclass(frozen=True, slots=True)
class Columns:
    """Records column by column, all of one length.

    ``numbers``: of the records in their system; ``volunteers``: by what number that system knows the volunteer (given
    to us before as :class:`SystemNumber`); ``teams``: our number of the team, ``""`` for none; ``starts``, ``ends``:
    seconds since 1970 in UTC; ``minutes``: what counts; ``fields``, ``divisions``, ``places``, ``contents`` as the
    record has them.
    """

    numbers: Sequence[str]
    volunteers: Sequence[str]
    teams: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    minutes: Sequence[int]
    fields: Sequence[str]
    divisions: Sequence[str]
    places: Sequence[str]
    contents: Sequence[str]

    def all(self) -> tuple[Sequence[Any], ...]:
        """Return the columns in their order."""
        return (
            self.numbers, self.volunteers, self.teams, self.starts, self.ends, self.minutes, self.fields,
            self.divisions, self.places, self.contents,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a batch. ``faults``, ``changed``: (number in its system, why) and numbers, not taken.

    ``changed``: known by their number and different now. ``new``: whether the batch came for the first time; of one
    that came before ``faults`` and ``changed`` are not told again.
    """

    batch: RecordBatch
    new: bool
    repeated: int = 0
    changed: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()


@transaction.atomic
def take_in(
    *, actor: User | ApiKey | str, source: str, batch: str, confirmer: str, columns: Columns, demo: bool = False
) -> Imported:
    """Take in a batch of records of the system ``source``, confirmed there by ``confirmer``.

    Raises :class:`InvalidInputError` for a batch that is not well formed as a whole, :class:`ConflictError` where the
    batch's number came with other content.
    """
    _check(source, batch, columns)
    before = RecordBatch.objects.filter(source=source, number=batch).first()
    if before is not None:
        salt = bytes.fromhex(pii.open_sealed(bytes(before.salt_sealed), context=SALT))
        if _digest(salt, columns) != bytes(before.digest):
            raise ConflictError(gettext("这个批次号已经用于别的内容，请换一个批次号。"), code="batch-of-other-content")
        return Imported(before, new=False)
    salt = token_bytes(32)
    now = timezone.now()
    with connection.cursor() as cursor:
        number = _write(cursor, source, columns, now, demo)
        cursor.execute(_SUMS)
        counted, minutes = cursor.fetchone()
        cursor.execute(_NOT_TAKEN)
        left = cursor.fetchall()
        cursor.execute(_DOUBTS, [now])
        cursor.execute("SELECT count(*) FROM volunteering_doubtful")
        flagged = cursor.fetchone()[0]
    made = RecordBatch(
        pk=number, source=source, number=batch, confirmer=confirmer[:100], records=len(columns.numbers),
        counted=counted, flagged=flagged, minutes=minutes or 0, digest=_digest(salt, columns),
        salt_sealed=pii.seal(salt.hex(), context=SALT), received_at=now, demo=demo,
    )  # fmt: skip
    made.save(force_insert=True)
    body = public_log.batch_body(made)
    entries.append(log=public_log.LOG, acts=[Act(f"hours-batch-{made.pk}", BATCH.name, BATCH.version, body)])
    audit.record(
        actor=actor, action="hours.import", target=made,
        detail={"source": source, "records": made.records, "counted": counted, "flagged": flagged},
    )  # fmt: skip
    return Imported(
        made, new=True, repeated=sum(why == "repeated" for _, why in left),
        changed=tuple(number for number, why in left if why == "changed"),
        faults=tuple((number, why) for number, why in left if why not in ("repeated", "changed")),
    )  # fmt: skip


def _check(source: str, batch: str, columns: Columns) -> None:
    if not _CODE.fullmatch(source) or not _CODE.fullmatch(batch):
        raise InvalidInputError(gettext("来源系统代码和批次号用字母、数字、点、横线，最多40个字符。"))
    lengths = {len(column) for column in columns.all()}
    if lengths != {len(columns.numbers)} or not 1 <= len(columns.numbers) <= LARGEST:
        raise InvalidInputError(
            gettext("一个批次1到%(most)d条记录，各列长短应当一致。") % {"most": LARGEST}, code="batch-size"
        )
    if len(set(columns.numbers)) != len(columns.numbers) or not all(0 < len(one) <= 60 for one in columns.numbers):
        raise InvalidInputError(gettext("每条记录须有编号，同一批次内不能重复，最多60个字符。"), code="batch-numbers")


def _digest(salt: bytes, columns: Columns) -> bytes:
    """Return the digest over everything but the column of volunteers."""
    said = sha256(salt)
    for column in (columns.numbers, *columns.all()[2:]):
        said.update("\x1f".join(map(str, column)).encode())
        said.update(b"\x1e")
    return said.digest()


def _write(cursor: Any, source: str, columns: Columns, now: Any, demo: bool) -> int:
    """Stage, check and write the rows; return the number that the batch will have."""
    cursor.execute(_STAGE)
    with cursor.copy("COPY volunteering_arrived FROM STDIN") as copy:
        for row in zip(*columns.all(), strict=True):
            copy.write_row(row)
    cursor.execute("ANALYZE volunteering_arrived")
    cursor.execute(_CHECKED, [now, list(Field.values), source, source])
    cursor.execute("SELECT nextval(pg_get_serial_sequence('volunteering_recordbatch', 'id'))")
    number = int(cursor.fetchone()[0])
    given = {"source": source, "batch": number, "now": now, "demo": demo}
    cursor.execute(_COUNTED, given)
    cursor.execute(_FLAGGED, given)
    return number


# Dropped before they are made: two batches may come in one transaction.
_STAGE = """
DROP TABLE IF EXISTS pg_temp.volunteering_arrived, pg_temp.volunteering_written, pg_temp.volunteering_doubtful,
    pg_temp.volunteering_checked;
CREATE TEMP TABLE volunteering_arrived (
    number text, volunteer text, team text, starts bigint, ends bigint, minutes integer, field text, division text,
    place text, content text
) ON COMMIT DROP;
CREATE TEMP TABLE volunteering_written (number text, minutes integer) ON COMMIT DROP;
CREATE TEMP TABLE volunteering_doubtful (id bigint, number text) ON COMMIT DROP;
"""
_CHECKED = """
CREATE TEMP TABLE volunteering_checked ON COMMIT DROP AS
SELECT a.number, n.volunteer_id, t.id AS team_id, a.minutes, a.field, a.division, left(a.place, 200) AS place,
    left(a.content, 500) AS content,
    CASE WHEN a.ends > a.starts THEN tstzrange(to_timestamp(a.starts), to_timestamp(a.ends)) END AS during,
    CASE WHEN n.volunteer_id IS NULL THEN 'unknown-volunteer'
        WHEN a.team <> '' AND t.id IS NULL THEN 'unknown-team'
        WHEN a.starts < 0 OR a.ends <= a.starts OR a.ends > extract(epoch FROM %s::timestamptz) THEN 'time'
        WHEN a.minutes < 1 OR a.minutes > least(1440, (a.ends - a.starts) / 60) THEN 'minutes'
        WHEN a.field <> ALL(%s) THEN 'field'
        WHEN a.division !~ '^[1-9][0-9]{5}$' THEN 'division' END AS fault,
    k.id AS known
FROM volunteering_arrived a
LEFT JOIN volunteering_systemnumber n ON n.system = %s AND n.number = a.volunteer
LEFT JOIN volunteering_team t ON t.number = a.team AND a.team <> ''
LEFT JOIN volunteering_servicerecord k ON k.source = %s AND k.source <> '' AND k.source_number = a.number
"""
_COLUMNS = (
    "volunteer_id, team_id, during, minutes, field, division_code, place, content, state, flags, source,"
    " source_number, evidence, batch_id, recorded_at, confirmed_at, demo"
)
# In the order of people, so that two batches at once never wait for each other crosswise.
_COUNTED = f"""
WITH written AS (
    INSERT INTO volunteering_servicerecord ({_COLUMNS})
    SELECT volunteer_id, team_id, during, minutes, field, division, place, content, 'confirmed', '{{}}',
        %(source)s, number, 'import', %(batch)s, %(now)s, %(now)s, %(demo)s
    FROM volunteering_checked WHERE fault IS NULL AND known IS NULL ORDER BY volunteer_id, lower(during)
    ON CONFLICT DO NOTHING RETURNING source_number, minutes
) INSERT INTO volunteering_written SELECT source_number, minutes FROM written
"""  # noqa: S608 - constant pieces
_FLAGGED = f"""
WITH written AS (
    INSERT INTO volunteering_servicerecord ({_COLUMNS})
    SELECT volunteer_id, team_id, during, minutes, field, division, place, content, 'flagged', '{{overlap}}',
        %(source)s, number, 'import', %(batch)s, %(now)s, NULL, %(demo)s
    FROM volunteering_checked c WHERE fault IS NULL AND known IS NULL
        AND NOT EXISTS (SELECT FROM volunteering_written w WHERE w.number = c.number)
    ORDER BY volunteer_id, lower(during)
    ON CONFLICT DO NOTHING RETURNING id, source_number
) INSERT INTO volunteering_doubtful SELECT id, source_number FROM written
"""  # noqa: S608 - constant pieces
_DOUBTS = """
INSERT INTO volunteering_doubt (record_id, kind, serious, detail, other_id, state, found_at, reason)
SELECT r.id, 'overlap', true,
    jsonb_build_object('minutes', ceil(extract(epoch FROM least(upper(r.during), upper(o.during))
        - greatest(lower(r.during), lower(o.during))) / 60)::int),
    o.id, 'open', %s, ''
FROM volunteering_doubtful d JOIN volunteering_servicerecord r ON r.id = d.id
CROSS JOIN LATERAL (
    SELECT s.id, s.during FROM volunteering_servicerecord s
    WHERE int8range(s.volunteer_id, s.volunteer_id, '[]') && int8range(r.volunteer_id, r.volunteer_id, '[]')
        AND s.during && r.during AND s.state IN ('confirmed', 'objected') LIMIT 3
) AS o
"""
_SUMS = "SELECT count(*), sum(minutes) FROM volunteering_written"
# Known by number: the same, or changed there since it came. What was written by somebody else meanwhile is repeated.
_NOT_TAKEN = """
SELECT c.number, CASE
    WHEN c.fault IS NOT NULL THEN c.fault
    WHEN k.id IS NULL OR (k.during, k.minutes, k.team_id, k.field) IS NOT DISTINCT FROM
        (c.during, c.minutes, c.team_id, c.field) THEN 'repeated'
    ELSE 'changed' END
FROM volunteering_checked c LEFT JOIN volunteering_servicerecord k ON k.id = c.known
WHERE c.fault IS NOT NULL OR c.known IS NOT NULL OR NOT EXISTS (
    SELECT FROM volunteering_written w WHERE w.number = c.number
    UNION ALL SELECT FROM volunteering_doubtful d WHERE d.number = c.number)
ORDER BY c.number
"""
