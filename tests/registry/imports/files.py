"""Files of invented organisations, written in the forms in which registration offices send them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import xlsxwriter
from python_calamine import CalamineWorkbook

from shetong.core.identifiers import organisation_code_check_character, uscc_check_character

TITLES = (
    "统一社会信用代码", "名称", "类型", "法定代表人", "地址", "成立日期", "注册资金（万元）", "登记机关", "状态",
    "曾用名",
)  # fmt: skip


def code(number: int) -> str:
    """Return the ``number``-th valid code of a social group of Beijing."""
    main = f"MJE{number:05}"
    head = "51110000" + main + organisation_code_check_character(main)
    return head + uscc_check_character(head)


def row(number: int, **changed: str) -> list[str]:
    """Return the cells of a good row; keyword arguments replace cells by their title."""
    cells = {
        "统一社会信用代码": code(number),
        "名称": f"北京市第{number}示范研究会",
        "类型": "社会团体",
        "法定代表人": "张示范",
        "地址": "北京市东城区示范路1号",
        "成立日期": "2015-08-02",
        "注册资金（万元）": "5",
        "登记机关": "北京市民政局",
        "状态": "正常",
        "曾用名": f"北京市第{number}示范学会",
    }
    return list({**cells, **changed}.values())


def delimited(rows: Sequence[Sequence[str]], titles: Sequence[str] = TITLES, delimiter: str = ",") -> str:
    """Return a CSV text with its heading."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([titles, *rows])
    return text.getvalue()


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Write a CSV file."""
    path.write_bytes(delimited(rows, delimiter=delimiter).encode(encoding))
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[str]], titles: Sequence[str] = TITLES) -> Path:
    """Write a spreadsheet of text cells."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate([titles, *rows]):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)
    return path


def write_parquet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Write a Parquet file of text columns."""
    pl.DataFrame([list(cells) for cells in rows], schema=list(TITLES), orient="row").write_parquet(path)
    return path


def sheet_rows(path: Path | str) -> list[list[str]]:
    """Return the cells of the first sheet of a spreadsheet, its heading first."""
    return [
        [str(cell) for cell in row] for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    ]


def cell(title: str) -> int:
    """Position of a column."""
    return TITLES.index(title)
