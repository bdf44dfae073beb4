"""Changes put in order for other volunteer systems: numbered by one sequencer, a batch after the other.

Triggers note what changed and hold the note until their transaction ends; the sequencer, one at a time under an
advisory lock, passes over notes that are held and numbers the others. So a reader who has come to a number has seen
everything before it, and no change is numbered before it can be read. Of one object and reader the newest change alone
is kept: whoever has not come to the older one meets it at the newer, and the feed is no longer than there are objects.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

LOCK = 0x5348_5645_5843
BATCH = 1_000
BATCHES = 200

# Volunteers go to the systems that know them or were told of them once (who was merged or erased is known to nobody any
# more), their records to the systems that know them now, where they agree to it.
_BATCH = """
WITH taken AS (
    DELETE FROM volunteering_exchangedirty WHERE id IN (
        SELECT id FROM volunteering_exchangedirty ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ) RETURNING id, kind, object_id
), systems AS (
    SELECT id, code FROM volunteering_volunteersystem WHERE ended_on IS NULL
), people AS (
    SELECT t.id, t.kind, t.object_id AS volunteer_id, s.id AS system_id
    FROM taken t CROSS JOIN systems s
    WHERE t.kind IN ('volunteers', 'transfers') AND (
        EXISTS (SELECT FROM volunteering_systemnumber n WHERE n.volunteer_id = t.object_id AND n.system = s.code)
        OR EXISTS (SELECT FROM volunteering_exchangechange c
                   WHERE c.kind = 'volunteers' AND c.object_id = t.object_id AND c.system_id = s.id))
), touched AS (
    SELECT t.id, r.id AS record_id, r.volunteer_id
    FROM taken t JOIN volunteering_servicerecord r ON r.id = t.object_id AND r.source = ''
    WHERE t.kind = 'records'
    UNION ALL
    SELECT t.id, r.id, r.volunteer_id
    FROM taken t JOIN volunteering_servicerecord r ON r.volunteer_id = t.object_id AND r.source = ''
    WHERE t.kind = 'transfers'
), records AS (
    SELECT DISTINCT t.id, t.record_id, s.id AS system_id
    FROM touched t
    JOIN volunteering_systemnumber n ON n.volunteer_id = t.volunteer_id
    JOIN systems s ON s.code = n.system
    WHERE EXISTS (SELECT FROM volunteering_consent c WHERE c.volunteer_id = t.volunteer_id AND c.purpose = 'transfer'
                  AND c.withdrawn_at IS NULL)
), found AS (
    SELECT id, 0 AS part, kind, object_id, NULL::bigint AS system_id
    FROM taken WHERE kind IN ('organisations', 'activities')
    UNION ALL SELECT id, 1, 'volunteers', volunteer_id, system_id FROM people
    UNION ALL SELECT id, 2, 'records', record_id, system_id FROM records
), superseded AS (
    DELETE FROM volunteering_exchangechange c USING found f
    WHERE c.object_id = f.object_id AND c.kind = f.kind AND c.system_id IS NOT DISTINCT FROM f.system_id
), numbered AS (
    INSERT INTO volunteering_exchangechange (kind, object_id, system_id, recorded_at)
    SELECT kind, object_id, system_id, %(now)s FROM found ORDER BY id, part, object_id, system_id
    RETURNING id
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM numbered)
"""


def sequence(*, batches: int = BATCHES) -> int:
    """Put what changed in order; return how many changes were numbered. Does nothing where another does it."""
    total = 0
    for _ in range(batches):
        taken, numbered = _one_batch()
        total += numbered
        if taken < BATCH:
            break
    return total


@transaction.atomic
def _one_batch() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0, 0
        cursor.execute(_BATCH, {"batch": BATCH, "now": timezone.now()})
        taken, numbered = cursor.fetchone()
    return int(taken), int(numbered)
