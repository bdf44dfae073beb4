"""The metadata standard as a workbook: a sheet per element set, code lists, divisions, parameters of law."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from shetong.core import divisions, statutes
from shetong.core.metadata import ElementSet
from shetong.exchange import dictionary
from shetong.exchange.dictionary import LEVEL_NAMES, SHARING_NAMES, TYPE_NAMES
from shetong.exchange.parameters import period, quantity

# A fixed date of making, so that the same standard gives the same bytes (and the same ETag).
_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_FONT = "Microsoft YaHei"

Cell = str | int | None


@lru_cache(maxsize=1)
def as_xlsx() -> bytes:
    """Return the workbook. Every cell of text is written as text: nothing in it can be read as a formula."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": "社通元数据标准", "created": _MADE})
    sheets = _Sheets(book)
    _cover(sheets)
    for elements in dictionary.ELEMENT_SETS:
        _element_set(sheets, elements)
    _code_lists(sheets)
    _divisions(sheets)
    _parameters(sheets)
    book.close()
    return buffer.getvalue()


class _Sheets:
    """Adds sheets that all look alike: a frozen, filterable heading and wrapped cells."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        base: dict[str, Any] = {"font_name": _FONT, "font_size": 10, "valign": "top", "text_wrap": True}
        self.cell = self._format(base, border=1, border_color="#D0D5D3")
        self.head = self._format(base, bold=True, bg_color="#E4EFEC", border=1, border_color="#D0D5D3")
        self.title = self._format(base, bold=True, font_size=16, text_wrap=False)
        self.plain = self._format(base)

    def _format(self, base: dict[str, Any], **more: Any) -> Format:
        return self.book.add_format({**base, **more})

    def table(self, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]]) -> None:
        """Add a sheet with a heading of (title, width in characters) and rows below it."""
        sheet = self.book.add_worksheet(name)
        for at, (title, width) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, title, self.head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(last, at, value, self.cell)
                else:
                    sheet.write_string(last, at, value or "", self.cell)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)


def _cover(sheets: _Sheets) -> None:
    sheet = sheets.book.add_worksheet("说明")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, "社通元数据标准", sheets.title)
    rows = [
        ("格式版本", dictionary.FORMAT),
        *(
            (elements.name_zh, f"{elements.identifier}，版本 {elements.version}")
            for elements in dictionary.ELEMENT_SETS
        ),
        ("代码表", "、".join(codes.name_zh for codes in dictionary.CODE_LISTS) + "、行政区划"),
        ("用途", "导入、接口、校验和开放数据都以本标准为准；数据元标识符为社通自编。"),
        ("未注明依据的参数", "尚未核对到条文，部署单位可以在配置中替换。"),
    ]
    for at, (name, text) in enumerate(rows, start=2):
        sheet.write_string(at, 0, name, sheets.head)
        sheet.write_string(at, 1, text, sheets.plain)


def _element_set(sheets: _Sheets, elements: ElementSet) -> None:
    columns = (
        ("标识符", 13),
        ("中文名称", 22),
        ("英文名称", 28),
        ("字段名", 26),
        ("定义", 48),
        ("数据类型", 10),
        ("最大长度", 10),
        ("代码表", 18),
        ("必填", 8),
        ("来源", 36),
        ("共享属性", 24),
        ("可识别的列名", 48),
    )
    rows = (
        (
            element.identifier,
            element.name_zh,
            element.name_en,
            element.name,
            element.definition,
            TYPE_NAMES[element.type],
            element.max_length,
            element.code_list.name_zh if element.code_list else "",
            "是" if element.required else "否",
            element.source,
            SHARING_NAMES[element.sharing],
            "、".join(element.headings),
        )
        for element in elements
    )
    sheets.table(elements.name_zh, columns, rows)


def _code_lists(sheets: _Sheets) -> None:
    columns = (
        ("代码表", 18),
        ("代码表标识符", 20),
        ("代码", 22),
        ("中文名称", 28),
        ("英文名称", 40),
        ("别名", 48),
        ("说明", 36),
        ("来源", 48),
    )
    rows = (
        (
            codes.name_zh,
            codes.identifier,
            code.value,
            code.name_zh,
            code.name_en,
            "、".join(code.aliases),
            code.note,
            codes.source,
        )
        for codes in dictionary.CODE_LISTS
        for code in codes.codes
    )
    sheets.table("代码表", columns, rows)


def _divisions(sheets: _Sheets) -> None:
    columns = (
        ("代码", 10),
        ("名称", 28),
        ("全称", 48),
        ("级别", 8),
        ("上级代码", 10),
        ("首个有效年份", 13),
        ("最后有效年份", 13),
        ("继任代码", 18),
    )
    rows = (
        (
            each.code,
            each.name,
            divisions.full_name(each.code) if each is periods[-1] else each.name,
            LEVEL_NAMES[each.level],
            each.parent,
            each.valid_from.year if each.valid_from else None,
            each.valid_to.year - 1 if each.valid_to else None,
            "、".join(each.successors),
        )
        for division in divisions.search("", historic=True)
        for periods in (divisions.history(division.code),)
        for each in periods
    )
    sheets.table("行政区划", columns, rows)


def _parameters(sheets: _Sheets) -> None:
    columns = (("参数", 52), ("标识", 34), ("值", 16), ("适用期间", 26), ("依据", 60))
    rows = (
        (parameter.title, parameter.key, quantity(held), period(held), held.provision)
        for parameter in statutes.parameters().values()
        for held in parameter.values
    )
    sheets.table("法定参数", columns, rows)
