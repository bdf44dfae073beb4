"""Re-deriving a whole log from its entries alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shetong.ledger.models import Log
from shetong.ledger.queries.tree import entry_bundle, latest_checkpoint, verifiers
from shetong.ledger.rules import checkpoints, merkle, notes, tiles


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit of a log found; ``findings`` is empty where all is well."""

    log: str
    size: int
    checkpoints: int
    findings: tuple[str, ...]


def audit(log: Log, *, progress: Callable[[int], None] = lambda _: None) -> AuditReport:
    """Recompute every tile and every signed root from the entries and compare them with what is published."""
    head = latest_checkpoint(log)
    size = head.size if head else 0
    findings: list[str] = []
    derived: dict[tuple[int, int], bytes] = {}
    for start in range(0, size, tiles.WIDTH):
        place = tiles.TileIndex(start // tiles.WIDTH, min(tiles.WIDTH, size - start))
        hashes = [merkle.leaf_hash(entry) for entry in tiles.unpack_entries(entry_bundle(log, place))]
        for tile in tiles.grow(start, hashes, lambda level, index: derived[level, index]):
            derived[tile.level, tile.index] = tile.hashes
        progress(place.width)
    stored = {
        (level, index): bytes(hashes)
        for level, index, hashes in log.tiles.values_list("level", "index", "hashes").iterator()
    }
    findings += [
        f"tile {key} differs from the entries"
        for key in stored.keys() | derived.keys()
        if stored.get(key) != derived.get(key)
    ]
    known = verifiers(log)
    count = 0
    for checkpoint in log.checkpoints.order_by("size").iterator():
        count += 1
        node = tiles.node_reader(
            lambda level, index, width: derived[level, index][: width * merkle.HASH_SIZE], checkpoint.size
        )
        findings += _check_checkpoint(
            checkpoint.note, log.origin, known, merkle.root(checkpoint.size, node), checkpoint.size
        )
    return AuditReport(log.name, size, count, tuple(findings))


def _check_checkpoint(note: str, origin: str, known: Sequence[notes.Verifier], root: bytes, size: int) -> list[str]:
    try:
        signed, _ = notes.verify(note, known)
        checkpoint = checkpoints.parse_checkpoint(signed.text, origin=origin)
    except notes.NoteError as error:
        return [f"checkpoint {size}: {error}"]
    if (checkpoint.size, checkpoint.root) != (size, root):
        return [f"checkpoint {size} signs another root than the entries have"]
    return []
