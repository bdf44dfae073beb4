"""The workbook of returned rows: the original columns and why each row came back; mended, it is imported as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from shetong.registry.services.imports.sources import READ_ROWS, Source
from shetong.registry.services.imports.table import REASONS, ROW

_ROWS_PER_SHEET = 1_048_575
_LONGEST_CELL = 32_767
_ORIGINAL_ROW = "原文件行号"


def write_workbook(path: Path, source: Source, rejected: Mapping[int, Sequence[str]]) -> None:
    """Write the rows of ``source`` whose numbers are in ``rejected`` with their reasons, in constant memory.

    All cells are text: codes keep their zeros, dates their form, and a cell that looks like a formula stays text.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    kept = [position for position, title in enumerate(source.heading.titles) if title not in (REASONS, _ORIGINAL_ROW)]
    titles = [*(source.heading.titles[position] for position in kept), REASONS, _ORIGINAL_ROW]
    with xlsxwriter.Workbook(str(path), options) as workbook:
        text = workbook.add_format({"num_format": "@"})
        head = workbook.add_format({"num_format": "@", "bold": True, "bg_color": "#E8EEF4"})
        reason = workbook.add_format({"num_format": "@", "font_color": "#9C1C1C"})
        sheet, line = None, _ROWS_PER_SHEET
        for frame in source.frames(READ_ROWS):
            for row in frame.filter(frame[ROW].is_in(list(rejected))).iter_rows(named=True):
                if line >= _ROWS_PER_SHEET:
                    sheet, line = workbook.add_worksheet(), 0
                    sheet.freeze_panes(1, 0)
                    sheet.set_column(0, len(titles) - 1, 20)
                    sheet.set_column(len(kept), len(kept), 60)
                    for column, title in enumerate(titles):
                        sheet.write_string(0, column, title, head)
                if sheet is None:
                    continue
                line += 1
                for column, position in enumerate(kept):
                    sheet.write_string(line, column, (row[str(position)] or "")[:_LONGEST_CELL], text)
                reasons = "".join(rejected[row[ROW]])
                sheet.write_string(line, len(kept), reasons[:_LONGEST_CELL], reason)
                sheet.write_string(line, len(kept) + 1, str(row[ROW]), text)
