"""The specification says what the code does."""

from __future__ import annotations

import re

from shetong.ledger.rules import entry_types
from tests.shared import ROOT

SPECIFICATION = (ROOT / "docs" / "specs" / "public-log.md").read_text(encoding="utf-8")


def test_every_type_of_entry_is_specified_field_by_field() -> None:
    section = SPECIFICATION.split("## 5.")[1].split("## 6.")[0]
    written = {
        (title, int(version)): re.findall(r"^\| `(\w+)` \| ([a-z]+)", body, re.MULTILINE)
        for title, version, body in re.findall(r"### `([\w.]+)`, version (\d+)\n(.*?)(?=### |\Z)", section, re.DOTALL)
    }
    known = {
        (kind.name, kind.version): [(field.name, str(field.form)) for field in kind.fields]
        for kind in entry_types.known()
        if not kind.name.startswith("test.")
    }
    assert written == known


def test_every_form_of_field_is_specified() -> None:
    section = SPECIFICATION.split("## 2.")[1].split("## 3.")[0]
    rows = re.findall(r"^\| ([a-z, ]+) \|", section, re.MULTILINE)
    assert {form for row in rows for form in row.split(", ")} >= {str(form) for form in entry_types.Form}
