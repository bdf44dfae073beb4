"""Handing an act to a log, in the transaction of the act itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.core.canonical_json import Json
from shetong.core.errors import InvalidInputError
from shetong.ledger.models import Log
from shetong.ledger.rules import entry_types
from shetong.ledger.rules.commitments import Opening, Personal, commitment, entry_salt
from shetong.ledger.rules.tiles import MAX_ENTRY
from shetong.ledger.services.people import salts_for
from shetong.store import queue, rows

SEQUENCE_TASK = "ledger.sequence"
CHUNK = 5_000


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
        _insert(log, now, [(act.reference, encode(log, act, salts)) for act in acts[start : start + CHUNK]])
    return len(acts)


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
