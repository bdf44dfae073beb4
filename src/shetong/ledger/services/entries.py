"""Handing an act to a log, in the transaction of the act itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from shetong.core.canonical_json import Json, canonical
from shetong.core.errors import InvalidInputError
from shetong.ledger.models import Entry, Log
from shetong.ledger.rules.tiles import MAX_ENTRY

SEQUENCE_TASK = "ledger.sequence"


def append(*, log: str, reference: str, kind: str, version: int, body: Mapping[str, Json]) -> Entry:
    """Record an act in the log ``log``, once per ``reference``; must be called inside the act's transaction.

    The entry is the canonical JSON (RFC 8785) of ``{"type", "version", **body}``. ``body`` carries no personal data:
    digests, public codes and dates only. The entry gets its place within about two seconds of the commit.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an entry belongs into the transaction of its act")
    data = canonical({**body, "type": kind, "version": version})
    if len(data) > MAX_ENTRY:
        raise InvalidInputError("记入公开日志的内容过长。", code="log-entry-too-long")
    entry = Entry.objects.create(log=open_log(log), reference=reference, data=data, submitted_at=timezone.now())
    try:
        with transaction.atomic():
            app.configure_task(SEQUENCE_TASK, queueing_lock=f"ledger.{log}").defer(log=log)
    except AlreadyEnqueued:
        pass  # one waiting job sequences everything that was committed before it starts
    return entry


def open_log(name: str) -> Log:
    """Return the log ``name``, founding it where it is new."""
    found = Log.objects.filter(name=name).first()
    if found is None:
        origin = f"{settings.LEDGER_ORIGIN}/{name}"
        found, _ = Log.objects.get_or_create(name=name, defaults={"origin": origin, "created_at": timezone.now()})
    return found
