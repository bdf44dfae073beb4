"""Spreadsheets (XLSX) through calamine, after a look at what the archive would unpack to."""

from __future__ import annotations

import itertools
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from django.utils.translation import gettext
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from shetong.core.errors import InvalidInputError
from shetong.registry.elements import ORGANISATION
from shetong.registry.services.imports.table import ROW, Heading, find_heading, heading_of

# A full sheet (1,048,576 rows) of the register is about this large; the reader needs about twice as much memory.
MAX_UNPACKED = 1 << 30
_PIECE = 1 << 20
# What the standard library raises for damaged, truncated, encrypted or exotic archives.
_UNREADABLE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError,
    ValueError,
)  # fmt: skip
_DAMAGED = "电子表格已损坏、不完整或加了密码，请用电子表格软件打开后另存为“.xlsx”再导入。"


def open_spreadsheet(path: Path) -> tuple[Heading, int, Callable[[int], Iterator[pl.DataFrame]]]:
    """Return heading, number of rows and a function that streams them, from the first sheet that has a heading.

    Further sheets with the same titles continue the first. Raises :class:`InvalidInputError`.
    """
    check_archive(path)
    sheets = _sheets(path)
    if not sheets:
        raise InvalidInputError(gettext("电子表格里没有数据，请核对是否选错了文件。"), code="file-empty")
    best = max(sheets, key=lambda sheet: _score(sheet))
    index, titles = find_heading(_text_rows(best))
    offset = _first_row(best)
    heading = heading_of([_cell(cell) for cell in titles], offset + index)
    parts = [(best, index)] + [
        (sheet, at) for sheet in sheets if sheet is not best and (at := _same_heading(sheet, heading)) is not None
    ]
    total = sum(max(0, sheet.height - at - 1) for sheet, at in parts)

    def stream(rows: int) -> Iterator[pl.DataFrame]:
        added = 0
        for sheet, at in parts:
            numbered = enumerate(_text_rows(sheet), _first_row(sheet) + added)
            yield from _frames(itertools.islice(numbered, at + 1, None), len(heading.titles), rows)
            # Rows of a continuing sheet are numbered on, so that every row of the file has a number of its own.
            added += sheet.height + _first_row(sheet)

    return heading, total, stream


def check_archive(path: Path) -> None:
    """Refuse archives that unpack to too much, are damaged, or are no spreadsheet.

    The sizes that an archive declares may lie: all of it is unpacked once, in pieces, and checked against its sums.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if not any(entry.filename.startswith("xl/") for entry in entries):
                raise InvalidInputError(
                    gettext("这个压缩包不是电子表格，请解压后导入其中的表格文件。"), code="file-format"
                )
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED or len(entries) > 10_000:
                raise InvalidInputError(
                    gettext("电子表格展开后过大，请分成几个文件或另存为CSV后导入。"), code="file-too-large"
                )
            for entry in entries:
                with archive.open(entry) as file:
                    while file.read(_PIECE):
                        pass
    except _UNREADABLE as error:
        raise InvalidInputError(_DAMAGED, code="file-damaged") from error


def _sheets(path: Path) -> list[CalamineSheet]:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise InvalidInputError(_DAMAGED, code="file-damaged") from error
    return [sheet for sheet in sheets if sheet.height and sheet.width]


def _score(sheet: CalamineSheet) -> int:
    _, titles = find_heading(_text_rows(sheet))
    return len(ORGANISATION.recognise([_cell(title).strip() for title in titles]))


def _same_heading(sheet: CalamineSheet, heading: Heading) -> int | None:
    index, titles = find_heading(_text_rows(sheet))
    return index if tuple(_cell(title).strip() for title in titles) == heading.titles else None


def _first_row(sheet: CalamineSheet) -> int:
    """Number of the first row that the reader yields: it leaves out blank rows at the top of a sheet."""
    return (sheet.start or (0, 0))[0] + 1


def _text_rows(sheet: CalamineSheet) -> Iterator[Sequence[str]]:
    return ([_cell(cell) for cell in row] for row in sheet.iter_rows())


def _cell(value: object) -> str:
    """Return what a person sees in a cell: dates as dates, whole numbers without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return "" if value is None else str(value)


def _frames(numbered: Iterator[tuple[int, Sequence[str]]], width: int, rows: int) -> Iterator[pl.DataFrame]:
    names = [str(position) for position in range(width)]
    while block := list(itertools.islice(numbered, rows)):
        block = [(number, cells) for number, cells in block if any(cells)]
        if not block:
            continue
        columns = zip(*(cells[:width] for _, cells in block), strict=True)
        frame = {name: pl.Series(values, dtype=pl.String) for name, values in zip(names, columns, strict=True)}
        yield pl.DataFrame({**frame, ROW: pl.Series([number for number, _ in block], dtype=pl.Int64)})
