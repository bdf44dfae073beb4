"""Watching a log from outside: its public files, its key, and what was seen before; neither database nor trust."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

from shetong.core.canonical_json import canonical
from shetong.ledger import peers
from shetong.ledger.rules import checkpoints, merkle, notes, tiles
from shetong.ledger.rules.checkpoints import Checkpoint


class FindingError(Exception):
    """The log contradicts itself, its signatures, or what was seen of it before."""


class Reader(Protocol):
    """Who derives something of their own from the entries, and keeps it between visits."""

    size: int

    def take(self, index: int, content: Mapping[str, Any]) -> None:
        """Take one entry, in order; raises :class:`FindingError`."""

    def commit(self) -> None:
        """Keep what was taken."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one visit showed: the log grew from ``old`` to ``size`` entries; ``kinds`` counts all entries by type."""

    origin: str
    old: int
    size: int
    root: str
    kinds: dict[str, int]


@dataclass(slots=True)
class Seen:
    """What is kept between visits: the last note, the counts, and the last tile (index, hashes) of each level."""

    note: str
    kinds: Counter[str]
    edge: dict[int, tuple[int, bytes]]


def observe(
    address: str,
    *,
    keys: Sequence[notes.Verifier],
    witnesses: Sequence[notes.Verifier],
    state: Path,
    reader: Reader | None = None,
) -> Observation:
    """Visit the log at ``address``: verify its checkpoint, read every new entry, derive the new root from them alone.

    Because the tree is continued from what the last visit derived, a log that changed its past cannot reach a root that
    fits. ``reader`` is shown every new entry. Raises :class:`FindingError`, ``NoteError`` and ``PeerError``.
    """
    seen = _load(state)
    note = _get(address, "checkpoint").decode()
    checkpoint = _verified(note, keys, witnesses)
    before = _verified(seen.note, keys, ()) if seen.note else Checkpoint(checkpoint.origin, 0, merkle.EMPTY_ROOT)
    if checkpoint.origin != before.origin:
        raise FindingError("the state file is another log's")
    if checkpoint.size < before.size:
        raise FindingError(f"rollback: {before.size} entries were seen, now there are {checkpoint.size}")
    if reader is not None and reader.size < before.size:
        raise FindingError("the sums were kept up to an earlier visit than the state file; begin anew with both")
    start = before.size
    while start < checkpoint.size:
        _take_bundle(address, seen, start, checkpoint.size, reader)
        start += tiles.WIDTH - start % tiles.WIDTH
    if merkle.root(checkpoint.size, _edge_reader(seen, checkpoint.size)) != checkpoint.root:
        raise FindingError(
            f"fork: the entries up to {checkpoint.size} do not lead from what was seen before to the signed root"
        )
    seen.note = note
    if reader is not None:
        reader.commit()
    _save(state, seen)
    return Observation(
        checkpoint.origin, before.size, checkpoint.size, checkpoint.root.hex(), dict(sorted(seen.kinds.items()))
    )


def _take_bundle(address: str, seen: Seen, start: int, size: int, reader: Reader | None) -> None:
    """Read the bundle that holds the entry ``start`` and continue the tree with its entries from ``start`` on."""
    index, held = divmod(start, tiles.WIDTH)
    place = tiles.TileIndex(index, tiles.width_at(0, index, size))
    try:
        entries = tiles.unpack_entries(_get(address, f"tile/entries/{place.path}"))
    except ValueError as error:
        raise FindingError(f"the entries {place.path}: {error}") from error
    if len(entries) != place.width:
        raise FindingError(f"the entries {place.path} are {len(entries)}, not {place.width}")
    for number, data in enumerate(entries[held:], start=start):
        content = _content(data, number)
        seen.kinds[f"{content['type']}/{content['version']}"] += 1
        if reader is not None:
            reader.take(number, content)
    hashes = [merkle.leaf_hash(data) for data in entries[held:]]
    for tile in tiles.grow(start, hashes, lambda level, index: _edge_tile(seen, level, index)):
        seen.edge[tile.level] = tile.index, tile.hashes


def _content(data: bytes, number: int) -> dict[str, Any]:
    """The entry; one that is not canonical JSON of a typed object is a finding."""
    try:
        content = json.loads(data)
        if canonical(content) != data or not {"type", "version"} <= content.keys():
            raise ValueError("not canonical")
    except (ValueError, TypeError, AttributeError) as error:
        raise FindingError(f"entry {number} is not a canonical, typed entry") from error
    return dict(content)


def _edge_tile(seen: Seen, level: int, index: int) -> bytes:
    last, hashes = seen.edge[level]
    if last != index:
        raise FindingError("the state file does not fit the log's size")
    return hashes


def _edge_reader(seen: Seen, size: int) -> merkle.NodeReader:
    """Read nodes from the last tile of each level: a root needs no other."""
    return tiles.node_reader(
        lambda level, index, width: _edge_tile(seen, level, index)[: width * merkle.HASH_SIZE], size
    )


def _verified(note: str, keys: Sequence[notes.Verifier], witnesses: Sequence[notes.Verifier]) -> Checkpoint:
    signed, signers = notes.verify(note, keys)
    if witnesses:
        _, cosigners = notes.verify(note, witnesses)
        missing = [witness.name for witness in witnesses if witness not in cosigners]
        if missing:
            raise FindingError(f"the checkpoint has no cosignature of {', '.join(missing)}")
    return checkpoints.parse_checkpoint(signed.text, origin=signers[0].name)


def _get(address: str, path: str) -> bytes:
    status, body = peers.request("GET", f"{address.rstrip('/')}/{path}")
    if status != HTTPStatus.OK:
        raise FindingError(f"{path}: the log answers {status}")
    return body


def _load(state: Path) -> Seen:
    if not state.exists():
        return Seen("", Counter(), {})
    document = json.loads(state.read_text(encoding="utf-8"))
    edge = {int(level): (int(index), bytes.fromhex(hashes)) for level, index, hashes in document["edge"]}
    return Seen(document["checkpoint"], Counter(document["kinds"]), edge)


def _save(state: Path, seen: Seen) -> None:
    """Write the state whole or not at all."""
    document = {
        "checkpoint": seen.note,
        "kinds": seen.kinds,
        "edge": [[level, index, hashes.hex()] for level, (index, hashes) in sorted(seen.edge.items())],
    }
    draft = state.with_name(f"{state.name}.{os.getpid()}.new")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(state)
