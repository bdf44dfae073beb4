"""Files as streams of text tables: what a file is, is decided by its content, never by its name.

Every reader yields frames of text columns in the order of the file, some thousands of rows at a time, with the row
numbers that a person sees in a spreadsheet program. Memory stays bounded for CSV and Parquet; a spreadsheet is unpacked
by the reading library, so its unpacked size is limited before (:data:`MAX_UNPACKED`).
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError
from shetong.registry.services.imports import delimited, parquet, spreadsheet
from shetong.registry.services.imports.table import ROW, Heading

READ_ROWS = 25_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file: its digest (SHA-256), its heading, and a way to stream it from the first data row."""

    path: Path
    digest: bytes
    format: str
    heading: Heading
    total_rows: int | None
    _stream: Callable[[int], Iterator[pl.DataFrame]]

    def frames(self, rows: int = READ_ROWS) -> Iterator[pl.DataFrame]:
        """Yield frames of at most ``rows`` rows: text columns named by position, and :data:`ROW`, the row number."""
        return self._stream(rows)


def open_source(path: Path) -> Source:
    """Recognise the format of ``path`` and its heading.

    Raises :class:`InvalidInputError` with what to do: ``file-missing``, ``file-empty``, ``file-format``,
    ``file-damaged``, ``file-encoding``, ``file-too-large``, ``file-heading``.
    """
    digest, start = _digest(path)
    if start.startswith(b"PAR1"):
        heading, total, stream = parquet.open_parquet(path)
        return Source(path, digest, "parquet", heading, total, stream)
    if zipfile.is_zipfile(path) or start.startswith(b"PK\x03\x04"):
        heading, total, stream = spreadsheet.open_spreadsheet(path)
        return Source(path, digest, "xlsx", heading, total, stream)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInputError(
            gettext("这是旧版Excel（.xls）或加密的文件，请用电子表格软件另存为未加密的“.xlsx”后再导入。"),
            code="file-format",
        )
    heading, stream = delimited.open_delimited(path, start)
    return Source(path, digest, "csv", heading, None, stream)


def _digest(path: Path) -> tuple[bytes, bytes]:
    """Return the SHA-256 of the file and its first megabyte."""
    if not path.is_file():
        raise InvalidInputError(
            gettext("没有找到文件“%(name)s”，请核对路径。") % {"name": path.name}, code="file-missing"
        )
    running = hashlib.sha256()
    start = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            start = start or piece
            running.update(piece)
    if not start:
        raise InvalidInputError(gettext("文件是空的，请核对是否选错了文件。"), code="file-empty")
    return running.digest(), start


__all__ = ["READ_ROWS", "ROW", "Source", "open_source"]
