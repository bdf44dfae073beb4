"""One consistent reading of the whole public register, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from shetong.exchange.elements import OPEN_DATA

CHUNK = 10_000

# Where the value of an element does not stand in the organisation's column of the same name.
_ELSEWHERE = {
    "authority": "authority.name",
    "parent": "parent.uscc",
    "former_names": "names.list",
    "charity_since": "held.charity_since",
    "public_fundraising_since": "held.public_fundraising_since",
    "attributes": "held.list",
    # Named from the code while writing.
    "division_name": "organisation.division_code",
}

_FROM = """
FROM registry_organisation AS organisation
JOIN registry_authority AS authority ON authority.id = organisation.authority_id
LEFT JOIN registry_organisation AS parent ON parent.id = organisation.parent_id
LEFT JOIN (
    SELECT organisation_id, array_agg(name ORDER BY valid_to NULLS FIRST, id) AS list
    FROM registry_organisationname
    WHERE withdrawn_by_id IS NULL
    GROUP BY organisation_id
) AS names ON names.organisation_id = organisation.id
LEFT JOIN (
    SELECT organisation_id,
           min(valid_from) FILTER (WHERE code = 'CHARITY') AS charity_since,
           min(valid_from) FILTER (WHERE code = 'PUBFUND') AS public_fundraising_since,
           json_agg(json_build_object('code', code, 'value', value, 'valid_from', valid_from)
                    ORDER BY code, valid_from) AS list
    FROM registry_organisationattribute
    WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
    GROUP BY organisation_id
) AS held ON held.organisation_id = organisation.id
ORDER BY organisation.id
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The moment of a snapshot and its rows in chunks, one value per element of ``OPEN_DATA``.

    Dates and codes are as in the database, money is in fen, former names a list of text, attributes a list of
    ``{"code", "value", "valid_from"}``; ``division_name`` still holds the code.
    """

    taken_at: datetime
    chunks: Iterator[Sequence[tuple[Any, ...]]]


@contextmanager
def open_snapshot() -> Iterator[Snapshot]:
    """Open a read-only transaction that sees the register as it is now, whatever is written meanwhile.

    Rows come through a server-side cursor, so memory does not grow with the register. Must not run inside another
    transaction.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT now()")
            taken_at: datetime = cursor.fetchone()[0]
        day = taken_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        yield Snapshot(taken_at, _chunks(day))


def _chunks(day: date) -> Iterator[Sequence[tuple[Any, ...]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {_columns()} {_FROM}", {"day": day})
        while rows := cursor.fetchmany(CHUNK):
            yield rows


def _columns() -> str:
    quote = connection.ops.quote_name
    return ", ".join(
        f"{_ELSEWHERE.get(element.name, 'organisation.' + quote(element.name))} AS {quote(element.name)}"
        for element in OPEN_DATA
    )
