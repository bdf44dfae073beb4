"""The documents say what the code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shetong.accounts.services import demo
from tests.shared import ROOT

SOURCE = ROOT / "src" / "shetong"
# Given by the machine or another program, not settings of ours.
FOREIGN = {"DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "PATH", "LC_ALL", "PROMETHEUS_MULTIPROC_DIR"}
NAME = re.compile(r"[A-Z][A-Z0-9_]+")


def names_read() -> set[str]:
    """Return every environment variable that the code reads."""
    return {name for path in SOURCE.rglob("*.py") for name in _read_in(ast.parse(path.read_text(encoding="utf-8")))}


def _read_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
            function = ast.unparse(node.func)
            wanted = function.startswith("env.") or function in ("os.environ.get", "os.getenv")
            argument = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            wanted, argument = True, node.slice
        else:
            continue
        if wanted and isinstance(argument, ast.Constant) and NAME.fullmatch(str(argument.value)):
            yield str(argument.value)


def names_listed() -> set[str]:
    """Return every setting that has a row in docs/configuration.md."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}


def test_every_setting_that_is_read_is_listed() -> None:
    assert sorted(names_read() - names_listed() - FOREIGN) == []


def test_every_setting_that_is_listed_is_read() -> None:
    in_tests = {"SHETONG_TEST_RUN", "SHETONG_SHARED_DATA"}
    assert sorted(names_listed() - names_read() - in_tests) == []


def imports_between_packages() -> set[tuple[str, str]]:
    """Return (importing, imported) for all packages of the code; settings named in strings are not imports."""
    packages = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    found: set[tuple[str, str]] = set()
    for path in SOURCE.rglob("*.py"):
        package = path.relative_to(SOURCE).parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            for module in modules:
                parts = module.split(".")
                if parts[0] == "shetong" and len(parts) > 1 and parts[1] in packages and parts[1] != package:
                    found.add((package, parts[1]))
    return {edge for edge in found if edge[0] in packages}


def test_the_diagram_shows_exactly_the_imports_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    diagram = text.split("```mermaid", 1)[1].split("```", 1)[0]
    assert set(re.findall(r"^\s*(\w+) --> (\w+)$", diagram, re.MULTILINE)) == imports_between_packages()


def test_the_table_of_packages_is_complete() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == packages


@pytest.mark.parametrize("room", ["core", "rules"])
def test_kernel_and_rules_do_not_touch_the_database(room: str) -> None:
    folders = [SOURCE / "core"] if room == "core" else list(SOURCE.glob("*/rules*"))
    files = [file for folder in folders for file in ([folder] if folder.is_file() else folder.rglob("*.py"))]
    assert files
    offenders = [file.name for file in files if re.search(r"^\s*(from|import) django\.db\b", file.read_text(), re.M)]
    assert offenders == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted(folder.glob("[0-9]*.md")) if f"]({path.name})" not in index] == []


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "README.zh-CN.md",
        "CONTRIBUTING.md",
        *[
            f"docs/{n}"
            for n in ("architecture.md", "configuration.md", "deployment.md", "glossary.md", "decisions/README.md")
        ],
    ],
)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_both_readmes_give_the_same_commands_accounts_and_links() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    for pattern in (r"^(?:make|shetong) [a-z-]+", r"^\| `(demo-[a-z]+)` \|", r"\]\((?!README)([^)]+)\)"):
        found = [set(re.findall(pattern, text, re.MULTILINE)) for text in (english, chinese)]
        assert found[0] == found[1] != set(), pattern


def test_the_readmes_name_the_demonstration_accounts_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(demo-[a-z]+)` \|", text, re.MULTILINE) == [row[0] for row in demo.ACCOUNTS]
    assert f"`{demo.PASSWORD}`" in text


def test_the_glossary_pairs_each_term_with_its_chinese_once_and_in_order() -> None:
    terms: list[str] = []
    sections = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("\n## ")[1:]
    for section in sections:
        rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
        found = []
        for row in rows:
            cells = [cell.strip() for cell in row.strip("|").split("|")]
            assert len(cells) == 3, row
            assert re.search(r"[\u4e00-\u9fff]", cells[1]), row
            found.append(cells[0].casefold())
        assert found == sorted(found), section.splitlines()[0]
        terms += found
    assert len(terms) > 50
    assert len(terms) == len(set(terms))


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "木兰宽松许可证, 第2版" in text
    assert "END OF THE TERMS AND CONDITIONS" in text
    assert Path(ROOT / "pyproject.toml").read_text().count('license = "MulanPSL-2.0"') == 1
