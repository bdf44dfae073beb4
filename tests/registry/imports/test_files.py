"""What a file is, is decided by its content; what is no table of organisations is refused in a clear sentence."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from shetong.core.errors import InvalidInputError
from shetong.registry.models import ImportRun, Organisation
from shetong.registry.services.imports import import_organisations, spreadsheet
from shetong.registry.services.imports.prepare import prepare
from shetong.registry.services.imports.sources import open_source
from tests.registry.imports import files

ROWS = [files.row(1), files.row(2, 名称="北京市㐂事研究会"), files.row(3, 地址="北京市东城区示范路1号，二层")]


def contents(path: Path) -> list[tuple[object, ...]]:
    """What the importer understands of a file."""
    source = open_source(path)
    chunks = list(prepare(source, date(2026, 6, 30), done=(), rows=1000))
    assert not any(chunk.rejected for chunk in chunks)
    return [row for chunk in chunks for row in chunk.rows.drop("__row__", "__at__").iter_rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_reads_alike(tmp_path: Path, encoding: str) -> None:
    plain = contents(files.write_csv(tmp_path / "plain.csv", ROWS))
    assert len(plain) == 3
    assert contents(files.write_csv(tmp_path / "other.csv", ROWS, encoding)) == plain


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_every_delimiter_reads_alike(tmp_path: Path, delimiter: str) -> None:
    plain = contents(files.write_csv(tmp_path / "plain.csv", ROWS))
    assert contents(files.write_csv(tmp_path / "other.csv", ROWS, delimiter=delimiter)) == plain


def test_spreadsheet_and_parquet_read_like_text_whatever_their_names(tmp_path: Path) -> None:
    plain = contents(files.write_csv(tmp_path / "really-text.xlsx", ROWS))
    assert contents(files.write_xlsx(tmp_path / "really-a-spreadsheet.csv", ROWS)) == plain
    assert contents(files.write_parquet(tmp_path / "really-parquet.txt", ROWS)) == plain


def test_titles_above_the_heading_and_unknown_columns_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = files.delimited([[*files.row(1), "甲"]], [*files.TITLES, "经办人"])
    path.write_text(f"北京市社会组织名册\n\n{text}", encoding="utf-8")
    source = open_source(path)
    assert source.heading.ignored == ["经办人"]
    assert source.heading.recognised["登记机关"] == "登记管理机关"
    assert len(contents(path)) == 1


def formula_workbook(path: Path) -> Path:
    """Codes as formulas, with the values that the office program last saw."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, files.TITLES)
        sheet.write_row(1, 0, files.row(1))
        sheet.write_formula(1, 0, '=CONCATENATE("5","1")', None, files.code(1))
    return path


def test_formula_cells_count_as_the_values_they_show(tmp_path: Path) -> None:
    assert [row[0] for row in contents(formula_workbook(tmp_path / "f.xlsx"))] == [files.code(1)]


def text_file(text: str) -> Callable[[Path], bytes]:
    return lambda _: text.encode()


def archive(**members: bytes) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        with zipfile.ZipFile(folder / "made", "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in members.items():
                file.writestr(name.replace("__", "/"), content)
        return (folder / "made").read_bytes()

    return make


def spreadsheet_cut(folder: Path) -> bytes:
    return files.write_xlsx(folder / "whole", ROWS).read_bytes()[:-300]


def parquet_cut(folder: Path) -> bytes:
    return files.write_parquet(folder / "whole", ROWS).read_bytes()[:-40]


GARBAGE: dict[str, tuple[str, str, Callable[[Path], bytes]]] = {
    "empty": ("file-empty", "空的", text_file("")),
    "blank lines": ("file-heading", "表头缺少", text_file("\n\n\n")),
    "binary": ("file-format", "不是表格", lambda _: bytes(range(256)) * 64),
    "NULs in text": ("file-format", "不是表格", text_file(files.delimited([files.row(1, 名称="北京\0会")]))),
    "old Excel": ("file-format", "另存为", lambda _: b"\xd0\xcf\x11\xe0" + bytes(600)),
    "other archive": ("file-format", "压缩包", archive(readme=b"x")),
    "cut spreadsheet": ("file-damaged", "损坏", spreadsheet_cut),
    "cut Parquet": ("file-damaged", "损坏", parquet_cut),
    "neither UTF-8 nor GB18030": ("file-encoding", "编码", lambda _: b"a,\xff\xff\xfe,\xff\n" * 500),
    "unknown headings": ("file-heading", "表头缺少", text_file("甲,乙\n1,2\n")),
    "no code column": ("file-heading", "统一社会信用代码", text_file("名称,类型\n北京市示范会,社会团体\n")),
    "one element twice": ("file-heading", "只保留一列", text_file("信用代码,名称,组织名称\n1,2,3\n")),
    "open quotation mark": (
        "file-damaged",
        "引号",
        text_file(files.delimited([]) + '"' + files.delimited([files.row(n) for n in range(3000)])),
    ),
    "cell of 10 MB": ("file-damaged", "第2行", text_file(files.delimited([files.row(1, 名称="会" * 3_400_000)]))),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_refused_in_a_sentence_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    expected, words, make = GARBAGE[kind]
    path = tmp_path / "名册.csv"
    path.write_bytes(make(tmp_path))
    with pytest.raises(InvalidInputError) as refused:
        import_organisations(path)
    assert refused.value.code == expected
    assert words in refused.value.message
    assert not ImportRun.objects.exists()
    assert not Organisation.objects.exists()
    assert not path.with_name("名册.退回.xlsx").exists()


class TestBombs:
    def test_an_archive_that_declares_too_much(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(spreadsheet, "MAX_UNPACKED", 1 << 20)
        path = tmp_path / "bomb.xlsx"
        path.write_bytes(archive(xl__workbook=bytes(2 << 20))(tmp_path))
        assert path.stat().st_size < 10_000
        with pytest.raises(InvalidInputError, match="过大") as refused:
            open_source(path)
        assert refused.value.code == "file-too-large"

    def test_an_archive_that_declares_less_than_it_holds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(spreadsheet, "MAX_UNPACKED", 1 << 20)
        content = archive(xl__workbook=bytes(2 << 20))(tmp_path)
        true, lie = (2 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")
        path = tmp_path / "bomb.xlsx"
        path.write_bytes(content.replace(true, lie))
        with pytest.raises(InvalidInputError) as refused:
            open_source(path)
        assert refused.value.code == "file-damaged"
