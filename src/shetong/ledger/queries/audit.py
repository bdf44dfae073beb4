"""Auditing a log: everything is derived again, from the rows behind the entries up to the signed roots."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from shetong.ledger.models import Checkpoint, Cosignature, Entry, Log, Place
from shetong.ledger.queries import people as held
from shetong.ledger.queries import sources
from shetong.ledger.queries.sources import Row, Source
from shetong.ledger.queries.tree import head_size, verifiers
from shetong.ledger.rules import checkpoints, entry_types, merkle, notes, tiles
from shetong.ledger.rules.commitments import Opening, commitment, entry_salt

CHUNK = 2_048


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit of a log found; ``findings`` is empty where all is well."""

    log: str
    size: int
    checkpoints: int
    findings: tuple[str, ...]


def audit(log: Log, *, progress: Callable[[int], None] = lambda _: None) -> AuditReport:
    """Derive rows, entries, tiles and signed roots of ``log`` again and name everything that differs.

    The log may grow meanwhile: what is judged is the log of the size that it had at the beginning.
    """
    size = head_size(log)
    findings: list[str] = []
    derived: dict[tuple[int, int], bytes] = {}
    for start, entries in _chunks(log, size):
        missing = [str(index) for index in range(start, min(start + CHUNK, size)) if index not in entries]
        if missing:
            findings.append(f"entries {', '.join(missing[:20])} are missing")
            break
        hashes = [merkle.leaf_hash(bytes(entry.data)) for entry in entries.values()]
        for tile in tiles.grow(start, hashes, lambda level, index: derived[level, index]):
            derived[tile.level, tile.index] = tile.hashes
        findings += _against_rows(log, list(entries.values()))
        progress(len(entries))
    else:
        findings += _against_tiles(log, size, derived)
        findings += _against_checkpoints(log, size, derived)
    findings += _unlogged(log)
    findings += _cosignatures(log)
    for projection in sources.projections_of(log.name):
        findings += projection.findings()
    return AuditReport(log.name, size, log.checkpoints.filter(size__lte=size).count(), tuple(findings))


def _chunks(log: Log, size: int) -> Iterator[tuple[int, dict[int, Entry]]]:
    for start in range(0, size, CHUNK):
        places = Place.objects.filter(log=log, index__gte=start, index__lt=min(start + CHUNK, size)).order_by("index")
        numbers = dict(places.values_list("index", "entry_id"))
        rows = Entry.objects.select_related("place").in_bulk(numbers.values())
        yield start, {index: rows[number] for index, number in numbers.items() if number in rows}


def _against_tiles(log: Log, size: int, derived: Mapping[tuple[int, int], bytes]) -> Iterator[str]:
    """Name what differs between stored tiles and those of the entries; at the lowest level, the entries themselves.

    Of a tile that grew since the log had ``size`` entries, what it held then is compared; no tile may hold more than
    the log has entries for when all were read.
    """
    stored = {
        (level, index): bytes(hashes)
        for level, index, hashes in log.tiles.values_list("level", "index", "hashes").iterator()
    }
    head = head_size(log)
    for key in sorted(stored.keys() | derived.keys()):
        old, new = stored.get(key), derived.get(key)
        if old is not None and len(old) > tiles.width_at(*key, head) * merkle.HASH_SIZE:
            yield f"tile {key} holds more than the log has entries for"
        if old is not None:
            old = old[: tiles.width_at(*key, size) * merkle.HASH_SIZE] or None
        if old == new:
            continue
        if key[0] == 0 and old is not None and new is not None and len(old) == len(new):
            pairs = zip(tiles.split_hashes(old), tiles.split_hashes(new), strict=True)
            for place, (signed, now) in enumerate(pairs, start=key[1] * tiles.WIDTH):
                if signed != now:
                    reference = Entry.objects.values_list("reference", flat=True).get(
                        place__log=log, place__index=place
                    )
                    yield f"entry {place} ({reference}) is not what was hashed when it was sequenced"
        yield f"tile {key} differs from the entries"


def _against_checkpoints(log: Log, size: int, derived: Mapping[tuple[int, int], bytes]) -> Iterator[str]:
    known = verifiers(log)
    for checkpoint in log.checkpoints.filter(size__lte=size).order_by("size").iterator():
        node = tiles.node_reader(
            lambda level, index, width: derived[level, index][: width * merkle.HASH_SIZE], checkpoint.size
        )
        yield from _check_checkpoint(
            checkpoint.note, log.origin, known, merkle.root(checkpoint.size, node), checkpoint.size
        )


def _check_checkpoint(note: str, origin: str, known: Sequence[notes.Verifier], root: bytes, size: int) -> Iterator[str]:
    try:
        signed, _ = notes.verify(note, known)
        checkpoint = checkpoints.parse_checkpoint(signed.text, origin=origin)
    except notes.NoteError as error:
        yield f"checkpoint {size}: {error}"
        return
    if (checkpoint.size, checkpoint.root) != (size, root):
        yield f"checkpoint {size} signs another root than the entries have"


def _cosignatures(log: Log) -> Iterator[str]:
    """Name the cosignatures whose checkpoint is gone: a witness saw more of the log than there is.

    One statement, so that both are seen at one moment.
    """
    known = Checkpoint.objects.filter(log=log, size=OuterRef("size"))
    for size, witness in Cosignature.objects.filter(~Exists(known), log=log).values_list("size", "witness"):
        yield f"witness {witness} cosigned {size} entries, of which there is no checkpoint"


def _against_rows(log: Log, entries: Sequence[Entry]) -> Iterator[str]:
    """Name the rows that no longer say what their entries recorded."""
    known = sources.of_log(log.name)
    groups: dict[tuple[str, int], dict[str, dict[str, Any]]] = defaultdict(dict)
    for entry in entries:
        content = _content(bytes(entry.data))
        if content.get("reference") != entry.reference:
            yield f"entry {entry.index} is filed under {entry.reference}, but says another reference"
        kind = content.get("type"), content.get("version")
        if entry_types.find(*kind) is None:
            yield f"entry {entry.index} ({entry.reference}) is of the unknown type {kind[0]}/{kind[1]}"
        elif kind in known:
            groups[str(kind[0]), int(str(kind[1]))][entry.reference] = content
    for key, recorded in groups.items():
        yield from _compare(log, known[key], recorded)


def _compare(log: Log, source: Source, recorded: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    rows = source.rows(list(recorded))
    salts = held.salts(person.subject for row in rows.values() for person in row.people.values() if person.subject)
    for reference, content in recorded.items():
        row = rows.get(reference)
        if row is None:
            yield f"{reference} ({source.kind}) is in the log, but its row is gone"
        elif differing := _differences(log.name, reference, row, content, salts):
            yield f"{row.name} was changed after it was logged as {reference}: {', '.join(differing)}"


def _differences(
    log: str, reference: str, row: Row, content: Mapping[str, Any], salts: Mapping[str, bytes]
) -> list[str]:
    said = content.get(entry_types.PEOPLE, {})
    found = [name for name, value in row.body.items() if content.get(name) != value]
    found += [f"{entry_types.PEOPLE}.{name}" for name in sorted(said.keys() ^ row.people.keys())]
    for name, person in row.people.items():
        salt = person.salt_among(salts)
        if salt is None or name not in said:
            continue  # erased: nobody can say any more what the commitment was to
        opening = Opening(
            log, reference, name, person.value, entry_salt(salt, log=log, reference=reference, field=name)
        )
        if commitment(opening) != said[name]:
            found.append(f"{entry_types.PEOPLE}.{name}")
    return found


def _unlogged(log: Log) -> Iterator[str]:
    """Name the rows that nobody logged: written into the database past every service."""
    for source in sources.of_log(log.name).values():
        for references in source.references():
            logged = set(Entry.objects.filter(log=log, reference__in=references).values_list("reference", flat=True))
            for reference in references:
                if reference not in logged:
                    yield f"{reference} ({source.kind}) has a row, but was never logged"


def _content(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
