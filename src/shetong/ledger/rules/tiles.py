"""Static tiles after C2SP ``tlog-tiles``: rows of up to 256 hashes, eight levels of the tree apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shetong.ledger.rules.merkle import HASH_SIZE, NodeReader, fold, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 63 // HEIGHT
MAX_ENTRY = 0xFFFF

_PATH = re.compile(r"((?:x\d{3}/)*)(\d{3})(?:\.p/([1-9]\d{0,2}))?")

TileReader = Callable[[int, int, int], bytes]


@dataclass(frozen=True, slots=True)
class TileIndex:
    """Place of a tile: number ``index`` of its level, holding ``width`` hashes (256 when full)."""

    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The last part of the tile's address, for example ``x001/x234/067.p/40``."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        return "/".join(groups) + ("" if self.width == WIDTH else f".p/{self.width}")


def parse_path(path: str) -> TileIndex:
    """Read the last part of a tile's address; raises ``ValueError`` for any but the one right spelling."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError("not a tile's address")
    index = int(match[1].replace("x", "").replace("/", "") + match[2])
    tile = TileIndex(index, int(match[3]) if match[3] else WIDTH)
    if tile.path != path or tile.width > WIDTH or (match[3] and tile.width == WIDTH):
        raise ValueError("not the tile's one address")
    return tile


def width_at(level: int, index: int, size: int) -> int:
    """Number of hashes (0 to 256) that tile ``index`` of ``level`` has in a tree of ``size`` leaves."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH))


def node_reader(read: TileReader, size: int) -> NodeReader:
    """Turn a reader of tiles ``read(level, index, width) -> bytes`` into a reader of nodes, fetching a tile once."""
    cache: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, inner = divmod(level, HEIGHT)
        first = index << inner
        tile = first >> HEIGHT
        key = (tile_level, tile)
        if key not in cache:
            cache[key] = read(tile_level, tile, width_at(tile_level, tile, size))
        rows = inner_rows(cache[key])
        at = (first % WIDTH) >> inner
        if inner >= len(rows) or at >= len(rows[inner]):
            raise ValueError("the node is not complete in this tree")
        return rows[inner][at]

    return node


@lru_cache(maxsize=256)
def inner_rows(tile: bytes) -> list[list[bytes]]:
    """The complete nodes above a tile's hashes, level by level from the hashes themselves up to its root.

    Kept for the tiles asked for most, those of the upper levels, which every proof passes.
    """
    rows = [split_hashes(tile)]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return rows


def split_hashes(row: bytes) -> list[bytes]:
    """Cut a tile into its hashes."""
    if len(row) % HASH_SIZE:
        raise ValueError("a tile holds whole hashes")
    return [row[i : i + HASH_SIZE] for i in range(0, len(row), HASH_SIZE)]


@dataclass(frozen=True, slots=True)
class GrownTile:
    """A tile that gained hashes."""

    level: int
    index: int
    hashes: bytes


def grow(size: int, leaf_hashes: Sequence[bytes], last_tile: Callable[[int, int], bytes]) -> list[GrownTile]:
    """Tiles that change when ``leaf_hashes`` are appended to a tree of ``size`` leaves.

    ``last_tile(level, index)`` gives the hashes which the incomplete tile at the right edge already has.
    """
    grown: list[GrownTile] = []
    fresh: list[bytes] = list(leaf_hashes)
    level, before = 0, size
    while fresh:
        index, held = divmod(before, WIDTH)
        row = (split_hashes(last_tile(level, index)) if held else []) + fresh
        if len(row) != held + len(fresh):
            raise ValueError("the stored tile does not fit the tree's size")
        completed: list[bytes] = []
        for offset in range(0, len(row), WIDTH):
            part = row[offset : offset + WIDTH]
            grown.append(GrownTile(level, index + offset // WIDTH, b"".join(part)))
            if len(part) == WIDTH:
                completed.append(fold(part))
        fresh, before, level = completed, before // WIDTH, level + 1
    return grown


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry behind its length as two big-endian bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_entries(bundle: bytes) -> list[bytes]:
    """Read an entry bundle; raises ``ValueError`` where it is cut short."""
    entries: list[bytes] = []
    offset = 0
    while offset < len(bundle):
        length = int.from_bytes(bundle[offset : offset + 2], "big")
        entry = bundle[offset + 2 : offset + 2 + length]
        if offset + 2 > len(bundle) or len(entry) != length:
            raise ValueError("the entry bundle is cut short")
        entries.append(entry)
        offset += 2 + length
    return entries
