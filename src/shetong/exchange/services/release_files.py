"""The files of a release: each is written as a stream, digested on the way, and on the disk when it is closed."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from shetong.exchange.elements import OPEN_DATA
from shetong.exchange.services import release_tables

CSV = "organisations.csv"
CSV_GZIP = "organisations.csv.gz"
JSON_LINES = "organisations.jsonl.gz"
PARQUET = "organisations.parquet"
BOM = b"\xef\xbb\xbf"
# Compression: a third of the time of level 9 for a few per cent more bytes.
_LEVEL = 6
# Parquet: one row group is read into memory at once by those who scan.
_ROWS_PER_GROUP = 100_000


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file."""

    name: str
    size: int
    sha256: str


class _Digesting(io.RawIOBase):
    """A file that digests what is written to it; cannot be sought."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._digest = hashlib.sha256()
        self._file: BinaryIO = path.open("xb")

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(data)
        self._file.write(view)
        self._digest.update(view)
        self.size += view.nbytes
        return view.nbytes

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        super().close()

    def written(self) -> Written:
        return Written(self.path.name, self.size, self._digest.hexdigest())


class Tables:
    """The four files of the register, written together so that the register is read once."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        names = (CSV, CSV_GZIP, JSON_LINES, PARQUET)
        self._files = {name: stack.enter_context(_Digesting(directory / name)) for name in names}
        # The same rows give the same bytes: no time and no file name in the gzip headers.
        self._csv_gzip = stack.enter_context(self._gzip(CSV_GZIP))
        self._json = stack.enter_context(self._gzip(JSON_LINES))
        schema = _schema()
        self._parquet = stack.enter_context(
            pq.ParquetWriter(self._files[PARQUET], schema, compression="zstd", write_statistics=True)
        )
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._csv(BOM + release_tables.readable(release_tables.empty()).write_csv(quote_style="necessary").encode())
        stack.push(self._finish)

    def add(self, table: pl.DataFrame) -> None:
        """Write the rows of a typed table to every file."""
        text = release_tables.readable(table).write_csv(include_header=False, quote_style="necessary")
        self._csv(text.encode())
        self._json.write(table.write_ndjson().encode())
        self._waiting.append(table.to_arrow().cast(self._schema))
        if sum(part.num_rows for part in self._waiting) >= _ROWS_PER_GROUP:
            self._write_group()

    def written(self) -> list[Written]:
        """Return the finished files; only after the stack has closed them."""
        return [file.written() for file in self._files.values()]

    def _csv(self, data: bytes) -> None:
        self._files[CSV].write(data)
        self._csv_gzip.write(data)

    def _gzip(self, name: str) -> gzip.GzipFile:
        return gzip.GzipFile("", "wb", _LEVEL, self._files[name], mtime=0)

    def _write_group(self) -> None:
        if self._waiting:
            self._parquet.write_table(pa.concat_tables(self._waiting), row_group_size=_ROWS_PER_GROUP)
            self._waiting.clear()

    def _finish(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self._write_group()


@contextmanager
def open_tables(directory: Path) -> Iterator[Tables]:
    """Open the files of the register below ``directory``; they are closed and on the disk afterwards."""
    with ExitStack() as stack:
        yield Tables(directory, stack)


def write_file(directory: Path, name: str, data: bytes) -> Written:
    """Write a small file of a release."""
    with _Digesting(directory / name) as file:
        file.write(data)
    return file.written()


def checksums(files: list[Written]) -> bytes:
    """Return the content of ``SHA256SUMS``, as ``sha256sum --check`` reads it."""
    return "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda f: f.name)).encode()


def _schema() -> pa.Schema:
    """The Parquet schema: fields with their Chinese names and identifiers as metadata, large strings as strings."""
    arrow = release_tables.empty().to_arrow().schema
    fields = [
        pa.field(
            field.name,
            _small(field.type),
            metadata={"name_zh": OPEN_DATA[field.name].name_zh, "identifier": OPEN_DATA[field.name].identifier},
        )
        for field in arrow
    ]
    return pa.schema(fields)


def _small(kind: pa.DataType) -> pa.DataType:
    """Polars hands over large strings and lists; readers of other languages prefer the ordinary ones."""
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_small(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, _small(field.type)) for field in kind])
    return kind
