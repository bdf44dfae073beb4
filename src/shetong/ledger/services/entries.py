"""Handing an act to a log, in the transaction of the act itself."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.core.canonical_json import Json
from shetong.core.errors import InvalidInputError
from shetong.ledger.models import Log
from shetong.ledger.rules import entry_types
from shetong.ledger.rules.commitments import Opening, Personal, commitment, entry_salt
from shetong.ledger.rules.tiles import MAX_ENTRY
from shetong.ledger.services.people import salts_for
from shetong.store import queue, rows, transactions

SEQUENCE_TASK = "ledger.sequence"
CHUNK = 5_000
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_NUMBER = struct.Struct(">iq").pack
_LENGTH = struct.Struct(">i").pack
_POSTGRES_EPOCH = 946_684_800_000_000  # microseconds from 1970 to 2000


@dataclass(frozen=True, slots=True)
class Act:
    """One act to be recorded: its business reference (unique in the log), type, version and public content.

    ``people`` maps names of fields to what the act says of people; the entry gets salted commitments to it.
    """

    reference: str
    kind: str
    version: int
    body: Mapping[str, Json]
    people: Mapping[str, Personal] = field(default_factory=dict)


def append(*, log: str, acts: Iterable[Act]) -> int:
    """Record acts in the log ``log``, each once per reference; must be called inside the acts' own transaction.

    An entry is the canonical JSON (RFC 8785) of ``{"reference", "type", "version", **body}``, with ``"people"`` where
    there are commitments. Its type must be registered (:mod:`shetong.ledger.rules.entry_types`), else ``ValueError``.
    Entries get their places within about two seconds of the commit. Returns their number; raises
    :class:`InvalidInputError` where an entry is longer than a bundle can hold.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an entry belongs into the transaction of its act")
    now = timezone.now()
    acts = list(acts)
    salts = salts_for(person.subject for act in acts for person in act.people.values() if person.subject)
    for start in range(0, len(acts), CHUNK):
        entries = [(act.reference, encode(log, act, salts)) for act in acts[start : start + CHUNK]]
        # At the end of a whole act: the job's lock, which acts everywhere take, is then held but for the commit.
        transactions.at_end(("log", log, entries[0][0]), partial(_insert, log, now, entries))
    return len(acts)


def append_encoded(*, log: str, entries: Sequence[tuple[str, bytes]]) -> int:
    """Record acts whose entries the caller encoded, as (reference, what :func:`encode` returns for the act).

    For types of which thousands are written at once; a test of the caller must hold its encoding against
    :func:`encode`. Otherwise as :func:`append`.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an entry belongs into the transaction of its act")
    if entries:
        _copy(open_log(log), timezone.now(), entries)
        # One waiting job sequences everything that was committed before it starts.
        queue.defer(SEQUENCE_TASK, queue="ledger", once=f"ledger.{log}", log=log)
    return len(entries)


def _copy(log: Log, now: datetime, entries: Sequence[tuple[str, bytes]]) -> None:
    """Write entries and that they wait by two binary COPYs; ids follow the order given."""
    numbered = rows.fetch(
        "SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id')) FROM generate_series(1, %s)", [len(entries)]
    )
    home, moment = _NUMBER(8, log.pk), _NUMBER(8, round(now.timestamp() * 1_000_000) - _POSTGRES_EPOCH)
    written, waiting = [_COPY_HEAD], [_COPY_HEAD]
    for (number,), (reference, data) in zip(numbered, entries, strict=True):
        name = reference.encode()
        key = _NUMBER(8, number)
        written += (b"\0\5", key, home, _LENGTH(len(name)), name, _LENGTH(len(data)), data, moment)
        waiting += (b"\0\2", key, home)
    for statement, sent in (
        ("COPY ledger_entry (id, log_id, reference, data, submitted_at) FROM STDIN (FORMAT BINARY)", written),
        ("COPY ledger_waiting (entry_id, log_id) FROM STDIN (FORMAT BINARY)", waiting),
    ):
        sent.append(b"\xff\xff")
        # The copying itself speaks to the driver, past Django: its errors are translated here.
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            copy.write(b"".join(sent))


def _insert(log: str, now: datetime, entries: list[tuple[str, bytes]]) -> None:
    """Write entries, that they wait, and the job that gives them places, in one statement; ids follow the order."""
    references, contents = [reference for reference, _ in entries], [data for _, data in entries]
    # One waiting job sequences everything that was committed before it starts.
    job = queue.values(SEQUENCE_TASK, "ledger", f"ledger.{log}", {"log": log})
    if not rows.run(_WRITE, [now, references, contents, log, *job]):
        open_log(log)
        rows.run(_WRITE, [now, references, contents, log, *job])


_WRITE = f"""
WITH written AS (
    INSERT INTO ledger_entry (log_id, reference, data, submitted_at)
    SELECT log.id, act.reference, act.data, %s
    FROM unnest(%s::text[], %s::bytea[]) AS act (reference, data), ledger_log AS log WHERE log.name = %s
    RETURNING id, log_id
), woken AS ({queue.AFTER})
INSERT INTO ledger_waiting (entry_id, log_id) SELECT id, log_id FROM written
"""  # noqa: S608 - the job's own statement


def encode(log: str, act: Act, salts: Mapping[str, bytes]) -> bytes:
    """Return the entry of ``act`` as the log holds it; ``salts`` has the salt of every subject in it.

    Raises ``ValueError`` where the act is not of its type's form, :class:`InvalidInputError` where it is too long.
    """
    entry_types.check(act.kind, act.version, act.body, act.people)
    content: dict[str, Json] = {**act.body, "reference": act.reference, "type": act.kind, "version": act.version}
    if act.people:
        content[entry_types.PEOPLE] = {
            name: commitment(
                Opening(
                    log,
                    act.reference,
                    name,
                    person.value,
                    entry_salt(_salt(person, salts), log=log, reference=act.reference, field=name),
                )
            )
            for name, person in act.people.items()
        }
    data = _canonical(content)
    if len(data) > MAX_ENTRY:
        raise InvalidInputError(gettext("记入公开日志的内容过长。"), code="log-entry-too-long")
    return data


def _salt(person: Personal, salts: Mapping[str, bytes]) -> bytes:
    salt = person.salt_among(salts)
    if salt is None:
        raise ValueError("an act cannot commit to somebody without a salt")
    return salt


def _canonical(content: Mapping[str, Json]) -> bytes:
    # What the check above let through is flat, with ASCII keys and no fractions: there the quick encoder of the
    # standard library writes RFC 8785 too (a property test compares them), at a fifth of the time.
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def open_log(name: str) -> Log:
    """Return the log ``name``, founding it where it is new."""
    found = rows.first(Log, "WHERE name = %s", [name])
    if found is None:
        origin = f"{settings.LEDGER_ORIGIN}/{name}"
        found, _ = Log.objects.get_or_create(name=name, defaults={"origin": origin, "created_at": timezone.now()})
    return found
