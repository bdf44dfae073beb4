"""The sequencer: gives waiting entries their places and signs what the log then is, all in one transaction.

A crash before the commit leaves everything waiting; after it, everything is published. Nobody has seen a signature
that was not committed, and the log's row lock makes a second sequencer wait, so no fork can ever be signed.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from shetong.ledger.models import Checkpoint, Log, Tile
from shetong.ledger.queries.tree import head_size, read_tile
from shetong.ledger.rules import checkpoints, merkle, notes, tiles
from shetong.ledger.services.keys import signing_key

BATCH = 50_000


def sequence(*, log: str, batch: int = BATCH) -> int:
    """Sequence everything that waits in ``log``; return the number of entries that got a place."""
    total = 0
    while taken := _sequence_batch(log, batch):
        total += taken
        if taken < batch:
            break
    return total


@transaction.atomic
def _sequence_batch(name: str, batch: int) -> int:
    log = Log.objects.select_for_update().get(name=name)
    waiting = _take(log, batch)
    if not waiting:
        return 0
    size = head_size(log)
    hashes = [merkle.leaf_hash(data) for _, data in waiting]
    _place(log, size, [entry_id for entry_id, _ in waiting])
    _store_tiles(log, tiles.grow(size, hashes, lambda level, index: read_tile(log, level, index)))
    _sign(log, size + len(waiting))
    return len(waiting)


def _take(log: Log, batch: int) -> list[tuple[int, bytes]]:
    """Take up to ``batch`` waiting entries, oldest first, off the list of those that wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM ledger_waiting WHERE entry_id IN ("
            " SELECT entry_id FROM ledger_waiting WHERE log_id = %s ORDER BY entry_id LIMIT %s) RETURNING entry_id)"
            " SELECT entry.id, entry.data FROM ledger_entry AS entry JOIN taken ON entry.id = taken.entry_id"
            " ORDER BY entry.id",
            [log.pk, batch],
        )
        taken: list[tuple[int, bytes]] = cursor.fetchall()
        return taken


def _place(log: Log, size: int, entry_ids: list[int]) -> None:
    lines = (f"{entry_id}\t{log.pk}\t{index}\n" for index, entry_id in enumerate(entry_ids, start=size))
    with connection.cursor() as cursor, cursor.copy("COPY ledger_place (entry_id, log_id, index) FROM STDIN") as copy:
        copy.write("".join(lines))


def _store_tiles(log: Log, grown: list[tiles.GrownTile]) -> None:
    Tile.objects.bulk_create(
        [Tile(log=log, level=tile.level, index=tile.index, hashes=tile.hashes) for tile in grown],
        update_conflicts=True,
        unique_fields=["log", "level", "index"],
        update_fields=["hashes"],
    )


def _sign(log: Log, size: int) -> None:
    node = tiles.node_reader(lambda level, index, width: read_tile(log, level, index, width), size)
    root = merkle.root(size, node)
    text = str(checkpoints.Checkpoint(log.origin, size, root))
    signature = notes.sign(text, name=log.origin, private_key=signing_key(log))
    Checkpoint.objects.create(
        log=log, size=size, root=root, note=str(notes.Note(text, (signature,))), signed_at=timezone.now()
    )
