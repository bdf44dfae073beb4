"""Personal data sealed anew under the current key, after a rotation of the ring (:mod:`shetong.core.pii`).

A table is gone through by its key, in short transactions; rows that somebody holds are left for the next night, so
that what is filed meanwhile is never overwritten. With a single key in the ring there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

import structlog
from django.db import connection, transaction

from shetong.core import pii

BATCH = 500
# A night's share of a table; the next night goes on with what is still stale.
SECONDS = 3 * 3600.0

logger = structlog.get_logger(__name__)


def reseal(table: str, contexts: Mapping[str, str], *, key: str = "id", seconds: float = SECONDS) -> int:
    """Seal anew what a retired key sealed in a table's columns, each with its context; return how many rows were done.

    A value that no key of the ring opens is left as it is, and the log tells the row.
    """
    ring = pii.ring()
    if not ring.has_retired:
        return 0
    started, done, last = monotonic(), 0, None
    while monotonic() < started + seconds:
        found, last = _batch(ring, table, contexts, key, last)
        done += found
        if last is None:
            break
    logger.info("resealed", table=table, rows=done, through=last is None)
    return done


@transaction.atomic
def _batch(ring: pii.KeyRing, table: str, contexts: Mapping[str, str], key: str, last: Any) -> tuple[int, Any]:
    """Seal the next rows anew; return how many, and the last key seen, ``None`` at the end."""
    columns = list(contexts)
    stale = " OR ".join(f'(octet_length("{column}") > 0 AND substr("{column}", 1, %s) <> %s)' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    after = f'"{key}" > %s AND ' if last is not None else ""
    head = ring.header
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{key}", {names} FROM "{table}" WHERE {after}({stale})'  # noqa: S608 - names of the caller
            f' ORDER BY "{key}" LIMIT %s FOR UPDATE SKIP LOCKED',
            [*([last] if last is not None else []), *[one for _ in columns for one in (len(head), head)], BATCH],
        )
        rows = cursor.fetchall()
        new = [values for row in rows if (values := _sealed(ring, table, contexts, row)) is not None]
        if new:
            places = ", ".join(f'"{column}" = %s' for column in columns)
            cursor.executemany(f'UPDATE "{table}" SET {places} WHERE "{key}" = %s', new)  # noqa: S608 - as above
    return len(new), rows[-1][0] if len(rows) == BATCH else None


def _sealed(ring: pii.KeyRing, table: str, contexts: Mapping[str, str], row: Any) -> tuple[Any, ...] | None:
    number, *values = row
    try:
        made = [
            ring.seal_content(ring.open_content(bytes(value), context=context), context=context)
            if value and not ring.is_current(bytes(value))
            else value
            for value, context in zip(values, contexts.values(), strict=True)
        ]
    except pii.SealError as error:
        logger.error("reseal.failed", table=table, row=number, fault=str(error))
        return None
    return (*made, number)
