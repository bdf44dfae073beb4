"""What the page about the logs shows: sizes, checkpoints, witnesses, anchors, the newest entries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from shetong.ledger.models import Anchor, Entry, Log, Place
from shetong.ledger.queries.tree import latest_checkpoint
from shetong.ledger.rules import entry_types

NEWEST = 5


@dataclass(frozen=True, slots=True)
class Newest:
    """One of the newest entries: its reference, place and the Chinese title of its type."""

    reference: str
    index: int
    title: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Witnessed:
    """How far a witness has seen a log grow."""

    name: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LogState:
    """A log as the overview shows it; ``root`` in hexadecimal, empty before the first checkpoint."""

    name: str
    origin: str
    size: int
    root: str
    signed_at: datetime | None
    witnesses: tuple[Witnessed, ...]
    anchors: tuple[Anchor, ...]
    newest: tuple[Newest, ...]


def overview() -> list[LogState]:
    """The state of every log, by name; six queries a log."""
    return [_state(log) for log in Log.objects.order_by("name")]


def find(words: str) -> tuple[str, str] | None:
    """The log and reference of the entry that somebody looks for by its reference or its certificate's number."""
    wanted = words.strip().replace(" ", "")[:80]
    found = Entry.objects.filter(reference__in=[wanted, f"issued-{wanted.upper()}"], place__isnull=False)
    return found.values_list("log__name", "reference").first()


def _state(log: Log) -> LogState:
    head = latest_checkpoint(log)
    seen = log.cosignatures.values("witness").annotate(size=Max("size"), at=Max("cosigned_at")).order_by("witness")
    newest = Place.objects.filter(log=log).select_related("entry").order_by("-index")[:NEWEST]
    kept: dict[tuple[str, str], Anchor] = {}
    for anchor in log.anchors.order_by("size"):
        kept[anchor.kind, anchor.place] = anchor
    return LogState(
        log.name,
        log.origin,
        head.size if head else 0,
        bytes(head.root).hex() if head else "",
        head.signed_at if head else None,
        tuple(Witnessed(row["witness"], row["size"], row["at"]) for row in seen),
        tuple(kept.values()),
        tuple(
            Newest(place.entry.reference, place.index, _title(place.entry), place.entry.submitted_at)
            for place in newest
        ),
    )


def _title(entry: Entry) -> str:
    try:
        content = json.loads(bytes(entry.data))
        known = entry_types.find(content["type"], content["version"])
    except (ValueError, KeyError, TypeError):
        return ""
    return known.title if known else ""
