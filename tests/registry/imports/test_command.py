"""``shetong import organisations`` as people and programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shetong.cli import main
from shetong.cli.exits import Exit
from tests.registry import factories
from tests.registry.imports import files


@pytest.fixture(autouse=True)
def _register_in_use(db: None) -> None:
    factories.register_organisation()


def test_programs_get_one_json_object_and_people_the_sums(tmp_path: Path) -> None:
    path = files.write_csv(tmp_path / "a.csv", [files.row(1), files.row(2)])
    result = CliRunner().invoke(main, ["import", "organisations", str(path), "--json"])
    assert result.exit_code == Exit.DONE, result.output
    report = json.loads(result.stdout)
    assert (report["rows"], report["created"], report["rejected"]) == (2, 2, 0)
    again = CliRunner().invoke(main, ["import", "organisations", str(path)])
    assert again.exit_code == Exit.DONE
    assert "以前已经导入" in again.stdout
    assert "新增 2" in again.stdout


def test_returned_rows_have_an_exit_code_and_a_workbook(tmp_path: Path) -> None:
    path = files.write_csv(tmp_path / "a.csv", [files.row(1), files.row(2, 名称="")])
    target = tmp_path / "mend.xlsx"
    result = CliRunner().invoke(main, ["import", "organisations", str(path), "--returned", str(target)])
    assert result.exit_code == Exit.FINDINGS
    assert "第 3 行：缺少社会组织名称。" in result.stdout
    assert target.is_file()


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["import", "organisations", str(tmp_path / "none.csv")])
    assert result.exit_code == Exit.USAGE
