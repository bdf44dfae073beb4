"""Writing the audit trail and tying its events into one hash chain.

An event is inserted in the transaction of the act that it describes, without any lock. A moment after the commit a
short transaction of its own, the sequencer, takes an advisory lock if it is free and appends all events that wait to
the chain, in batches. So writers never wait for each other, and the chain cannot fork (docs/decisions/0031, 0110).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils import timezone

from shetong.accounts import client
from shetong.accounts.models import ApiKey, AuditEvent, User
from shetong.core.canonical_json import Json, canonical
from shetong.store import rows, transactions
from shetong.store.behind import Behind

GENESIS = hashlib.sha256(b"shetong audit chain, version 1").digest()
BATCH = 1_000
# Key of the advisory lock that only the sequencer takes.
SEQUENCER_LOCK = 0x5348_4155_4449

_IDENTITY_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])([1-9]\d{5})(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[\dXx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")


def record(
    *,
    actor: User | AnonymousUser | ApiKey | str | None,
    action: str,
    target: models.Model | str,
    jurisdiction: str = "",
    purpose: str = "",
    detail: Mapping[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Record one act in the transaction that is open (or on its own) and chain it soon after the commit.

    ``actor``: who acted; a text such as ``"system:import"`` for the system itself. ``action``: dotted, lower case
    (``account.login``). ``target``: a model instance or ``"kind:id"``. ``detail``: JSON without floats, record numbers
    and masked values only; what looks like an identity or mobile number is masked all the same.

    In a whole act the events of its parts are inserted together at its end, and have their numbers only then. A refusal
    that rolls back its transaction must be recorded outside of it. Raises ``ValueError`` or ``TypeError``
    for a detail that is not plain JSON.
    """
    content = _masked(dict(detail or {}))
    canonical(content)
    event = AuditEvent(
        recorded_at=timezone.now(),
        actor=actor if isinstance(actor, User) else None,
        actor_label=_label(actor),
        action=action,
        target=target if isinstance(target, str) else reference(target),
        jurisdiction=jurisdiction,
        purpose=purpose,
        detail=content,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
        network=client.network(client.address(request)) if request is not None else "",
    )
    _written(event)
    return event


def _written(event: AuditEvent) -> None:
    """Insert an event: at once, or with the others of the whole act that runs."""
    together: list[AuditEvent] = transactions.known().setdefault(AuditEvent, [])
    together.append(event)
    transactions.at_end(AuditEvent, lambda: _insert(together))


def _insert(events: list[AuditEvent]) -> None:
    rows.insert_all(events)
    _chain_after_commit()


def _chain_after_commit() -> None:
    # Once per transaction is enough, unless the earlier registration hangs on a savepoint that may be rolled back.
    open_now = set(connection.savepoint_ids)
    waiting: list[Any] = connection.run_on_commit
    if not any(function is _chain_soon and ids <= open_now for ids, function, *_ in waiting):
        transaction.on_commit(_chain_soon, robust=True)


def _chain_soon() -> None:
    if settings.AUDIT_CHAIN_SECONDS:
        _sequencer.ask(settings.AUDIT_CHAIN_SECONDS)
    else:
        chain_pending()


def reference(record_: models.Model) -> str:
    """Return how the trail names a record: model name and number, ``organisation:7``."""
    return f"{record_._meta.model_name}:{record_.pk}"


def chain_pending() -> int:
    """Append every committed event that waits to the chain; return how many this call appended.

    Where another process holds the sequencer nothing is done: that process looks once more after it let go, and an
    event committed before our attempt is visible to it then.
    """
    total = 0
    while True:
        done, more = _chain_batch()
        total += done
        if not more:
            return total


_sequencer = Behind("audit chain", chain_pending)


def _chain_batch() -> tuple[int, bool]:
    with transaction.atomic():
        if not rows.fetch("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])[0][0]:
            return 0, False
        head = rows.fetch("SELECT position, hash FROM accounts_auditlink ORDER BY position DESC LIMIT 1")
        position, previous = (head[0][0], bytes(head[0][1])) if head else (0, GENESIS)
        waiting = "SELECT event_id FROM accounts_auditpending ORDER BY event_id LIMIT %s"
        links = []
        for event in rows.load(AuditEvent, f"WHERE id IN ({waiting}) ORDER BY id", [BATCH]):
            digest = link_hash(previous, event)
            position += 1
            links.append((position, event.pk, previous, digest))
            previous = digest
        if links:
            _append(links)
    # Asked again after the lock was let go, because who failed to take it meanwhile relies on us.
    return len(links), bool(links) and _waiting()


def _append(links: list[tuple[int, int, bytes, bytes]]) -> None:
    positions, events, previous, hashes = (list(column) for column in zip(*links, strict=True))
    rows.run(
        "WITH linked AS (INSERT INTO accounts_auditlink (position, event_id, previous_hash, hash)"
        " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[]) RETURNING event_id)"
        " DELETE FROM accounts_auditpending USING linked WHERE accounts_auditpending.event_id = linked.event_id",
        [positions, events, previous, hashes],
    )


def _waiting() -> bool:
    return rows.exists("FROM accounts_auditpending")


def link_hash(previous: bytes, event: AuditEvent) -> bytes:
    """Return SHA-256 of the previous hash (32 bytes) followed by the event in canonical JSON (RFC 8785)."""
    return hashlib.sha256(previous + canonical(document(event))).digest()


def document(event: AuditEvent) -> dict[str, Json]:
    """Return what of an event is hashed: all of it, the time in UTC with microseconds."""
    return {
        "id": event.pk,
        "recorded_at": _timestamp(event.recorded_at),
        "actor": event.actor_label,
        "actor_id": event.actor_id,
        "action": event.action,
        "target": event.target,
        "jurisdiction": event.jurisdiction,
        "purpose": event.purpose,
        "detail": event.detail,
        "request_id": event.request_id,
        "network": event.network,
    }


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _label(actor: User | AnonymousUser | ApiKey | str | None) -> str:
    if isinstance(actor, User):
        return f"user:{actor.pk}"
    if isinstance(actor, ApiKey):
        return f"key:{actor.prefix}"
    if isinstance(actor, str) and actor:
        return actor
    return "anonymous"


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        hidden = _IDENTITY_NUMBER.sub(lambda found: f"{found[0][:3]}***********{found[0][-4:]}", value)
        return _MOBILE.sub(r"\1****\2", hidden).replace("\x00", "")
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item) for item in value]
    if isinstance(value, float):
        raise TypeError("no floats in the audit trail: they do not survive storage exactly")
    return value
