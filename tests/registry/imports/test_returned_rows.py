"""Rows with faults come back in a workbook with their reasons; mended there, they go in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from shetong.registry.models import Filing, FilingKind, Organisation, OrganisationName, SearchEntry
from shetong.registry.queries import log_people, public_log
from shetong.registry.services.imports import ImportReport, import_organisations
from tests.registry import factories
from tests.registry.imports import files

FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "check sign": ({"统一社会信用代码": files.code(7)[:-1] + ("0" if files.code(7)[-1] != "0" else "1")}, "校验码"),
    "short code": ({"统一社会信用代码": "5111"}, "18位"),
    "not of civil affairs": ({"统一社会信用代码": "91110000100000008A"}, "统一社会信用代码"),
    "no code": ({"统一社会信用代码": ""}, "缺少统一社会信用代码"),
    "no name": ({"名称": " "}, "缺少社会组织名称"),
    "name without characters": ({"名称": "ABC"}, "汉字"),
    "name too long": ({"名称": "会" * 201}, "最多200个字"),
    "control character": ({"名称": "北京\x1f市会"}, "无法识别的字符"),
    "unknown kind": ({"类型": "公司"}, "代码表"),
    "branch": ({"类型": "分支机构"}, "法人资格"),
    "30 February": ({"成立日期": "2015-02-30"}, "不是有效日期"),
    "founded tomorrow": ({"成立日期": "2199-01-01"}, "晚于"),
    "funds in words": ({"注册资金（万元）": "五六"}, "注册资金"),
    "unknown status": ({"状态": "活着"}, "代码表"),
}


@pytest.fixture
def registered(db: None) -> Organisation:
    """Somebody is registered already, so that the import is not a first load."""
    return factories.register_organisation()


def run(path: Path, **options: object) -> ImportReport:
    return import_organisations(path, **options)  # type: ignore[arg-type]


@pytest.mark.usefixtures("registered")
class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_each_fault_has_its_reason_and_the_good_row_goes_in(self, tmp_path: Path, fault: str) -> None:
        changed, words = FAULTS[fault]
        report = run(files.write_csv(tmp_path / "a.csv", [files.row(7, **changed), files.row(8)]))
        assert (report.created, report.rejected) == (1, 1)
        ((number, reasons),) = report.reasons
        assert number == 2
        assert any(words in reason for reason in reasons), reasons
        assert Organisation.objects.filter(uscc=files.code(8)).exists()

    def test_a_row_says_all_its_faults_at_once(self, tmp_path: Path) -> None:
        report = run(files.write_csv(tmp_path / "a.csv", [files.row(1, 名称="", 成立日期="昨天", 状态="活着")]))
        assert len(report.reasons[0][1]) == 3

    def test_a_ragged_row_comes_back_and_a_short_one_is_filled_up(self, tmp_path: Path) -> None:
        rows = [[*files.row(1), "多", "余"], files.row(2)[:3], files.row(3)]
        report = run(files.write_csv(tmp_path / "a.csv", rows))
        assert (report.created, report.rejected) == (2, 1)
        assert "列数多于表头" in report.reasons[0][1][0]

    def test_a_repeated_row_counts_once_and_a_contradicting_one_comes_back(self, tmp_path: Path) -> None:
        rows = [files.row(1), files.row(1), files.row(1, 法定代表人="李示范")]
        report = import_organisations(files.write_csv(tmp_path / "a.csv", rows), chunk_rows=1)
        assert (report.created, report.unchanged, report.rejected) == (1, 1, 1)
        assert "与第2行相同，但内容不同" in report.reasons[0][1][0]

    def test_a_damaged_character_returns_its_row_only(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        good = files.delimited([files.row(n) for n in range(1, 20)]).encode()
        path.write_bytes(
            good + files.delimited([files.row(20)]).splitlines()[1].encode().replace("第".encode(), b"\xff")
        )
        report = run(path)
        assert (report.created, report.rejected) == (19, 1)


@pytest.mark.usefixtures("registered")
class TestWorkbook:
    def test_the_mended_workbook_goes_in_whole(self, tmp_path: Path) -> None:
        rows = [files.row(1), files.row(2, 成立日期="2015-13-01"), files.row(3, 名称="")]
        first = run(files.write_csv(tmp_path / "名册.csv", rows, "gb18030"))
        assert (first.created, first.rejected) == (1, 2)
        assert first.returned_to == str(tmp_path / "名册.退回.xlsx")
        again = run(Path(first.returned_to))
        assert (again.created, again.rejected) == (0, 2)

        titles, *returned = files.sheet_rows(first.returned_to)
        assert titles == [*files.TITLES, "退回原因", "原文件行号"]
        assert [cells[-1] for cells in returned] == ["3", "4"]
        assert "2015-13-01" in returned[0][-2]
        returned[0][files.cell("成立日期")] = "2015-12-01"
        returned[1][files.cell("名称")] = "北京市第3示范研究会"
        files.write_xlsx(tmp_path / "mended.xlsx", returned, titles)
        mended = run(tmp_path / "mended.xlsx")
        assert (mended.created, mended.rejected, mended.returned_to) == (2, 0, None)
        assert Organisation.objects.get(uscc=files.code(2)).founded_on is not None

    @pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1"])
    def test_formulas_stay_text(self, tmp_path: Path, formula: str) -> None:
        report = run(files.write_csv(tmp_path / "a.csv", [files.row(1, 名称="", 法定代表人=formula)]))
        assert report.returned_to
        with zipfile.ZipFile(report.returned_to) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
            assert "<f>" not in sheet
            assert not [name for name in archive.namelist() if "externalLink" in name]
        cells = files.sheet_rows(report.returned_to)[1]
        assert cells[files.cell("法定代表人")].strip() == formula.strip()


@pytest.mark.usefixtures("registered")
class TestRegister:
    def test_a_new_organisation_has_filing_former_name_and_search_entries(self, tmp_path: Path) -> None:
        run(files.write_csv(tmp_path / "a.csv", [files.row(1)]), basis="移交清册")
        found = Organisation.objects.get(uscc=files.code(1))
        filing = Filing.objects.get(organisation=found)
        assert (filing.kind, filing.basis, filing.before) == (FilingKind.IMPORT, "移交清册", {})
        assert filing.after["name"] == found.name
        assert found.registered_funds == 5_000_000
        assert OrganisationName.objects.get(organisation=found).name == "北京市第1示范学会"
        assert SearchEntry.objects.filter(organisation=found).count() == 2

    def test_the_same_file_again_changes_nothing(self, tmp_path: Path) -> None:
        path = files.write_csv(tmp_path / "a.csv", [files.row(n) for n in range(3)])
        run(path)
        before = Filing.objects.count()
        report = run(path)
        assert (report.repeated, report.created) == (True, 3)
        assert Filing.objects.count() == before

    def test_the_same_rows_in_another_file_change_nothing(self, tmp_path: Path) -> None:
        rows = [files.row(n) for n in range(3)]
        run(files.write_csv(tmp_path / "a.csv", rows))
        report = run(files.write_xlsx(tmp_path / "b.xlsx", rows))
        assert (report.created, report.changed, report.unchanged) == (0, 0, 3)

    def test_what_differs_becomes_a_filing_and_empty_cells_say_nothing(self, tmp_path: Path) -> None:
        run(files.write_csv(tmp_path / "a.csv", [files.row(1)]))
        report = run(files.write_csv(tmp_path / "b.csv", [files.row(1, 法定代表人="李示范", 地址="")]))
        assert report.changed == 1
        found = Organisation.objects.get(uscc=files.code(1))
        assert (found.legal_representative, found.domicile) == ("李示范", "北京市东城区示范路1号")
        last = Filing.objects.filter(organisation=found).order_by("-pk")[0]
        assert last.after == {"legal_representative": "李示范"}
        # It has an entry of its own in the public log, so whom it names can be found there, and erased.
        assert {one.filing_id for one in log_people.mentions(found)} == {last.pk}
        references = {one for chunk in public_log._filing_references() for one in chunk}
        assert references & {f"filing-{one.pk}" for one in found.filings.all()} == {f"filing-{last.pk}"}

    def test_a_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        before = Organisation.objects.count()
        report = run(files.write_csv(tmp_path / "a.csv", [files.row(1), files.row(2, 名称="")]), dry_run=True)
        assert (report.created, report.rejected) == (1, 1)
        assert Organisation.objects.count() == before
