"""The manifest of the front-end build, and what is said when it is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from shetong.web import frontend
from shetong.web.templatetags.web import vite_entry


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty build folder in place of the real one."""
    monkeypatch.setattr(frontend, "DIST", tmp_path)
    monkeypatch.setattr(frontend, "_last_stamp", 0)
    return tmp_path


def build(dist: Path, manifest: dict[str, object], files: dict[str, str]) -> None:
    for name, text in files.items():
        (dist / name).write_text(text)
    (dist / "manifest.json").write_text(json.dumps(manifest))


def test_an_entry_brings_the_styles_of_what_it_imports_and_its_script(dist: Path) -> None:
    build(
        dist,
        {
            "src/a.ts": {"file": "a.js", "imports": ["_b.js"], "css": ["a.css"]},
            "_b.js": {"file": "b.js", "css": ["b.css"], "imports": ["src/a.ts"]},
        },
        {"a.js": "run()"},
    )
    assert frontend.entry("a") == frontend.Entry(("dist/b.css", "dist/a.css"), ("dist/a.js",))


def test_a_script_without_code_is_not_fetched(dist: Path) -> None:
    build(dist, {"src/a.ts": {"file": "a.js", "css": ["a.css"]}}, {"a.js": ""})
    assert str(vite_entry("a")) == '<link rel="stylesheet" href="/static/dist/a.css">'


def test_a_new_build_is_seen_without_a_restart(dist: Path) -> None:
    build(dist, {"src/a.ts": {"file": "one.js"}}, {"one.js": "1"})
    assert frontend.entry("a").scripts == ("dist/one.js",)
    build(dist, {"src/a.ts": {"file": "two.js"}}, {"two.js": "2"})
    assert frontend.entry("a").scripts == ("dist/two.js",)


def test_pages_stand_while_a_new_build_writes_its_files(dist: Path) -> None:
    build(dist, {"src/a.ts": {"file": "one.js"}}, {"one.js": "1"})
    before = frontend.entry("a")
    (dist / "manifest.json").unlink()
    assert frontend.entry("a") == before


def test_a_missing_build_names_the_command(dist: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="shetong assets"):
        frontend.entry("base")


def test_a_missing_entry_or_picture_is_named(dist: Path) -> None:
    build(dist, {}, {})
    with pytest.raises(ImproperlyConfigured, match="no entry verify"):
        frontend.entry("verify")
    with pytest.raises(ImproperlyConfigured, match="no picture"):
        frontend.asset("none.svg")


def test_the_real_build_has_the_entries_that_pages_load() -> None:
    for name in ("base", "search", "organisation", "design"):
        frontend.entry(name)
    assert frontend.asset("wordmark.svg").startswith("dist/assets/wordmark-")
