"""Delimited text (CSV, TSV): encoding and delimiter detected, rows streamed."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError
from shetong.registry.elements import ORGANISATION
from shetong.registry.services.imports.table import HEADING_WITHIN, ROW, Heading, find_heading, heading_of

# A cell may hold the longest element many times over; more is a quotation mark that was never closed.
_LARGEST_CELL = 200_000
_DELIMITERS = (",", "\t", ";", "|", "，")
_PIECE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Column for what stands beyond the last title; rows that have it are returned.
BEYOND = "__beyond__"


def open_delimited(path: Path, start: bytes) -> tuple[Heading, Callable[[int], Iterator[pl.DataFrame]]]:
    """Detect encoding, delimiter and heading; return the heading and a function that streams the rows after it."""
    encoding = detect_encoding(path, start)
    delimiter = _delimiter(path, encoding)
    with path.open(encoding=encoding, newline="", errors=_errors(encoding)) as file:
        lines = _rows(file, delimiter)
        numbered = list(itertools.islice(lines, HEADING_WITHIN))
    index, titles = find_heading([row for _, row in numbered])
    heading = heading_of(titles, numbered[index][0] if numbered else 1)

    def stream(rows: int) -> Iterator[pl.DataFrame]:
        with path.open(encoding=encoding, newline="", errors=_errors(encoding)) as file:
            yield from _frames(itertools.islice(_rows(file, delimiter), index + 1, None), len(heading.titles), rows)

    return heading, stream


def detect_encoding(path: Path, start: bytes) -> str:
    """Return the codec of a text file: by its mark, else UTF-8 if all of it is, else GB18030 if all of it is.

    A file that is UTF-8 but for single damaged characters is read as UTF-8; its damaged rows are returned later.
    Raises :class:`InvalidInputError` (``file-format`` for binary data, ``file-encoding``).
    """
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return codec
    if b"\x00" in start:
        raise InvalidInputError(gettext("文件不是表格：请导入CSV、XLSX或Parquet格式的文件。"), code="file-format")
    for codec in ("utf-8", "gb18030"):
        if _decodes(path, codec):
            return codec
    damaged = start.decode("utf-8", "replace").count("\ufffd")
    if damaged * 100 < len(start):
        return "utf-8"
    raise InvalidInputError(gettext("文件的文字编码无法识别，请另存为“CSV UTF-8”后再导入。"), code="file-encoding")


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _errors(encoding: str) -> str:
    return "replace" if encoding.startswith("utf-8") else "strict"


def _delimiter(path: Path, encoding: str) -> str:
    """Return the delimiter that lets most titles be recognised in the first lines; the comma where none does."""
    with path.open(encoding=encoding, errors=_errors(encoding)) as file:
        lines = [line[:_LARGEST_CELL] for line in (file.readline(_LARGEST_CELL) for _ in range(HEADING_WITHIN))]

    def score(delimiter: str) -> int:
        return max(
            len(ORGANISATION.recognise([cell.strip('"\ufeff \r\n') for cell in line.split(delimiter)]))
            for line in lines
        )

    return max(_DELIMITERS, key=score)


def _rows(file: Iterator[str], delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (row number, cells) of rows that are not blank; numbers count the rows of a spreadsheet, not lines."""
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(file, delimiter=delimiter)
    number = 0
    while True:
        line = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidInputError(
                gettext("从第%(line)s行起无法读出表格，多半是引号没有成对，请核对该行。") % {"line": line + 1},
                code="file-damaged",
            ) from error
        except UnicodeError as error:
            raise InvalidInputError(gettext("文件的文字编码前后不一致或已损坏。"), code="file-encoding") from error
        number += 1
        if any(cells):
            yield number, cells


def _frames(numbered: Iterator[tuple[int, Sequence[str]]], width: int, rows: int) -> Iterator[pl.DataFrame]:
    names = [str(position) for position in range(width)]
    while block := list(itertools.islice(numbered, rows)):
        beyond: list[str | None] = [None] * len(block)
        even: list[Sequence[str]] = []
        for index, (_, cells) in enumerate(block):
            if len(cells) == width:
                even.append(cells)
            elif len(cells) < width:
                even.append([*cells, *[""] * (width - len(cells))])
            else:
                even.append(cells[:width])
                beyond[index] = "".join(cells[width:]).strip() or None
        columns = dict(
            zip(names, (pl.Series(values, dtype=pl.String) for values in zip(*even, strict=True)), strict=True)
        )
        yield pl.DataFrame(
            {
                **columns,
                BEYOND: pl.Series(beyond, dtype=pl.String),
                ROW: pl.Series([n for n, _ in block], dtype=pl.Int64),
            }
        )
