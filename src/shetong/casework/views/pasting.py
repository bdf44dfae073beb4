"""A list of people pasted at once from a spreadsheet: a line each, columns in the order of the questions."""

from __future__ import annotations

import re
from typing import Any

from shetong.casework.rules.matters import Section
from shetong.core.values import is_empty

_BETWEEN = re.compile(r"\t|[,，;；]")
MOST_SIGNS = 40_000


def columns(section: Section) -> list[str]:
    """Return the names of the columns."""
    return [question.element.label for question in section.fields]


def records(section: Section, pasted: str) -> list[dict[str, Any]]:
    """Return the records of pasted lines, at most as many as the section holds; a heading line is left out."""
    names = [question.name for question in section.fields]
    headings = {name for one in section.fields for name in (one.element.name_zh, one.element.name_en)}
    found = []
    for line in pasted[:MOST_SIGNS].splitlines():
        cells = [cell.strip() for cell in _BETWEEN.split(line.strip())]
        if is_empty("".join(cells)) or cells[0] in headings:
            continue
        found.append(dict(zip(names, cells, strict=False)))
    return found[: section.most]
