"""Rows as ``COPY … (FORMAT binary)`` reads them, put together by columns: nothing is written as text and read again.

A field is a few *pieces*, columns of octets that are joined row by row: its length, then its value in the form that the
database sends it in. Integers are big-endian, dates are days since 2000-01-01.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

Octets: TypeAlias = "np.ndarray[Any, np.dtype[np.uint8]]"
Piece: TypeAlias = "pa.Array | pa.Scalar"

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_DATE_ZERO = date(2000, 1, 1)
_UNIX_TO_2000 = 10_957  # days
_MICROSECONDS = 1_000_000


def head(fields: int) -> Piece:
    """Begin a row of so many fields."""
    return _scalar(fields.to_bytes(2, "big"))


def constant(value: str | bytes | bool | date | datetime | int | None) -> Piece:
    """A field with the same value in every row; ``int`` is a bigint."""
    if value is None:
        return _scalar(_NULL)
    octets = _octets(value)
    return _scalar(len(octets).to_bytes(4, "big") + octets)


def text(values: pl.Series, before: bytes = b"") -> list[Piece]:
    """A text field without nulls; ``before`` is put before every value (the version of ``jsonb``)."""
    array = values.to_arrow()
    column = array.cast(pa.large_binary()) if array.type != pa.large_binary() else array
    lengths = pc.binary_length(column).to_numpy(zero_copy_only=False) + len(before)
    size = _fixed(lengths.astype(">i4").view(np.uint8), 4)
    return [size, _scalar(before), column] if before else [size, column]


def octets(values: pa.Array) -> list[Piece]:
    """A field whose values are given as they are sent."""
    lengths = pc.binary_length(values).to_numpy(zero_copy_only=False)
    return [_fixed(lengths.astype(">i4").view(np.uint8), 4), values]


def bigint(values: pl.Series) -> Piece:
    """A bigint field; null where the series is."""
    return _number(values, ">i8")


def integer(values: pl.Series) -> Piece:
    """An integer field; null where the series is."""
    return _number(values, ">i4")


def boolean(values: pl.Series) -> Piece:
    """A boolean field without nulls."""
    return _number(values.cast(pl.Int8), ">i1")


def day(values: pl.Series) -> Piece:
    """A date field; null where the series is."""
    return _number(values.cast(pl.Int32) - _UNIX_TO_2000, ">i4")


def counts(values: np.ndarray[Any, Any]) -> Piece:
    """Integers that are part of a field."""
    return _fixed(values.astype(">i4").view(np.uint8), 4)


def join(*pieces: Piece | list[Piece]) -> pa.Array:
    """Put pieces together, row by row."""
    flat = [each for piece in pieces for each in (piece if isinstance(piece, list) else [piece])]
    wide = [each.cast(pa.large_binary()) if each.type != pa.large_binary() else each for each in flat]
    return pc.binary_join_element_wise(*wide, pa.scalar(b"", pa.large_binary()))


def payload(rows: pa.Array) -> Iterable[memoryview | bytes]:
    """Yield what is sent: the rows between their signature and trailer."""
    offsets = np.frombuffer(rows.buffers()[1], np.int64)[rows.offset : rows.offset + len(rows) + 1]
    yield SIGNATURE
    yield memoryview(rows.buffers()[2])[offsets[0] : offsets[-1]]
    yield TRAILER


def from_offsets(data: Octets | bytes, offsets: np.ndarray[Any, np.dtype[np.int64]]) -> pa.Array:
    """Octets laid end to end, as a column: value ``n`` lies between offsets ``n`` and ``n + 1``."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)


def _number(values: pl.Series, form: str) -> Piece:
    size = np.dtype(form).itemsize
    made = np.empty(len(values), np.dtype([("size", ">i4"), ("value", form)]))
    made["size"] = size
    made["value"] = values.fill_null(0).to_numpy()
    column = _fixed(made.view(np.uint8), 4 + size)
    return pc.if_else(values.is_null().to_arrow(), _scalar(_NULL), column) if values.null_count() else column


def _fixed(data: Octets, width: int) -> pa.Array:
    return from_offsets(data, np.arange(0, len(data) + 1, width, dtype=np.int64))


def _scalar(value: bytes) -> pa.Scalar:
    return pa.scalar(value, pa.large_binary())


def _octets(value: str | bytes | bool | date | datetime | int) -> bytes:
    match value:
        case bool():
            return bytes([value])
        case str():
            return value.encode()
        case int():
            return value.to_bytes(8, "big", signed=True)
        case datetime():
            days, rest = divmod(round(value.timestamp() * _MICROSECONDS), 86_400 * _MICROSECONDS)
            return ((days - _UNIX_TO_2000) * 86_400 * _MICROSECONDS + rest).to_bytes(8, "big", signed=True)
        case date():
            return (value - _DATE_ZERO).days.to_bytes(4, "big", signed=True)
        case _:
            return value
