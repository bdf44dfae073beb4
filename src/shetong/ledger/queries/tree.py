"""The published tree: size, tiles, entry bundles, proofs and receipts."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext

from shetong.core.errors import NotFoundError
from shetong.ledger.models import Checkpoint, Cosignature, Entry, Log, Place, Tile
from shetong.ledger.rules import merkle, notes, tiles
from shetong.ledger.rules.receipts import Receipt


def log_named(name: str) -> Log:
    """The log ``name``; raises :class:`NotFoundError`."""
    log = Log.objects.filter(name=name).first()
    if log is None:
        raise NotFoundError(gettext("没有这个公开日志。"), code="log-not-found")
    return log


def latest_checkpoint(log: Log) -> Checkpoint | None:
    """The newest checkpoint; ``None`` while nothing was sequenced."""
    return log.checkpoints.order_by("-size").first()


def head_size(log: Log) -> int:
    """Number of entries under the newest checkpoint."""
    head = latest_checkpoint(log)
    return head.size if head else 0


def cosigned(checkpoint: Checkpoint) -> str:
    """The checkpoint's note with the cosignatures that witnesses have given so far."""
    lines = Cosignature.objects.filter(log_id=checkpoint.log_id, size=checkpoint.size).order_by("id")
    return checkpoint.note + "".join(lines.values_list("line", flat=True))


def receipt_checkpoint(log: Log, index: int) -> Checkpoint | None:
    """The checkpoint that proves the entry ``index`` best: the newest that a witness has seen, else the newest.

    ``None`` while no checkpoint covers the entry.
    """
    seen = Cosignature.objects.filter(log=log, size__gt=index).order_by("-size").values_list("size", flat=True).first()
    if seen is not None:
        return log.checkpoints.get(size=seen)
    head = latest_checkpoint(log)
    return head if head is not None and head.size > index else None


def verifiers(log: Log) -> list[notes.Verifier]:
    """The log's public keys, the signing one first."""
    keys = log.keys.order_by("-created_at", "-id").values_list("public_key", flat=True)
    return [notes.Verifier(log.origin, bytes(key)) for key in keys]


def read_tile(log: Log, level: int, index: int, width: int | None = None) -> bytes:
    """The hashes of a stored tile, cut to ``width``; raises :class:`NotFoundError` where it is not that wide yet."""
    row = Tile.objects.filter(log=log, level=level, index=index).values_list("hashes", flat=True).first()
    wanted = None if width is None else width * merkle.HASH_SIZE
    if row is None or (wanted is not None and len(row) < wanted):
        raise NotFoundError(gettext("这个分片还没有公布。"), code="tile-not-found")
    return bytes(row)[:wanted]


def entry_bundle(log: Log, tile: tiles.TileIndex) -> bytes:
    """The entries of one bundle; raises :class:`NotFoundError` where they are not all published."""
    first = tile.index * tiles.WIDTH
    rows = Place.objects.filter(log=log, index__gte=first, index__lt=first + tile.width).order_by("index")
    data = [bytes(row) for row in rows.values_list("entry__data", flat=True)]
    if len(data) != tile.width:
        raise NotFoundError(gettext("这些条目还没有公布。"), code="tile-not-found")
    return tiles.pack_entries(data)


def node_reader(log: Log, size: int, *around: int) -> merkle.NodeReader:
    """Read the nodes of the log's tree of ``size`` entries from its tiles.

    The tiles on the tree's right edge and those above the entries ``around`` are fetched with one query; these are all
    that an inclusion proof needs.
    """
    wanted = {
        (level, (position >> (tiles.HEIGHT * level)) >> tiles.HEIGHT)
        for level in range(tiles.MAX_LEVEL + 1)
        for position in (size, *around)
        if size >> (tiles.HEIGHT * level)
    }
    levels, indexes = zip(*wanted, strict=True) if wanted else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(
            # The limit keeps the planner to one look into the index for each tile, whatever it believes of the table.
            "SELECT wanted.level, wanted.index, tile.hashes"
            " FROM unnest(%s::smallint[], %s::bigint[]) AS wanted (level, index), LATERAL ("
            " SELECT hashes FROM ledger_tile AS held WHERE held.log_id = %s"
            " AND held.level = wanted.level AND held.index = wanted.index LIMIT 1) AS tile",
            [list(levels), list(indexes), log.pk],
        )
        near = {(level, index): bytes(hashes) for level, index, hashes in cursor.fetchall()}

    def read(level: int, index: int, width: int) -> bytes:
        hashes = near.get((level, index))
        if hashes is None or len(hashes) < width * merkle.HASH_SIZE:
            return read_tile(log, level, index, width)
        return hashes[: width * merkle.HASH_SIZE]

    return tiles.node_reader(read, size)


def receipt(log: Log, reference: str) -> Receipt:
    """The receipt of the act ``reference``, under a checkpoint with what witnesses signed of it.

    Raises :class:`NotFoundError`.
    """
    entry = Entry.objects.select_related("place").filter(log=log, reference=reference).first()
    if entry is None:
        raise NotFoundError(gettext("公开日志里没有这一条。"), code="entry-not-found")
    head = None if entry.index is None else receipt_checkpoint(log, entry.index)
    if entry.index is None or head is None:
        raise NotFoundError(gettext("这一条正在记入公开日志，请几秒后再查。"), code="entry-pending")
    proof = merkle.inclusion_proof(entry.index, head.size, node_reader(log, head.size, entry.index))
    return Receipt(log.origin, entry.index, bytes(entry.data), tuple(proof), cosigned(head))


def consistency(log: Log, old: int, new: int) -> list[bytes]:
    """Proof that the log only grew from ``old`` to ``new`` entries; raises :class:`NotFoundError` beyond the head."""
    if not 0 <= old <= new <= head_size(log):
        raise NotFoundError(gettext("日志没有这么多条目。"), code="size-not-found")
    return merkle.consistency_proof(old, new, node_reader(log, new, old))
