"""The heading of a table: where it stands and which columns are elements of the metadata standard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError
from shetong.core.metadata import DataElement
from shetong.registry.elements import ORGANISATION

# Name of the column that holds row numbers (from 1, as spreadsheet programs count) in every frame.
ROW = "__row__"
# Column added to returned rows; ignored when the mended file comes back.
REASONS = "退回原因"
# A title and remarks may stand above the heading.
HEADING_WITHIN = 12
# What cannot be derived; kind and registration authority follow from the code where their columns are missing.
_INDISPENSABLE = ("uscc", "name")


@dataclass(frozen=True, slots=True)
class Heading:
    """Titles of all columns in order, the row in which they stand, and element name → position of its column."""

    titles: tuple[str, ...]
    row: int
    columns: dict[str, int]

    @property
    def recognised(self) -> dict[str, str]:
        """Title → Chinese name of its element, in the order of the file."""
        by_position = {position: name for name, position in self.columns.items()}
        return {
            title: ORGANISATION[by_position[position]].name_zh
            for position, title in enumerate(self.titles)
            if position in by_position
        }

    @property
    def ignored(self) -> list[str]:
        """Titles that are no element."""
        used = set(self.columns.values())
        return [title for at, title in enumerate(self.titles) if at not in used and title and title != REASONS]


def heading_of(titles: Sequence[str], row: int) -> Heading:
    """Make the heading of a row of titles.

    Raises :class:`InvalidInputError` (``file-heading``) where a column that cannot be derived is missing, or where two
    columns are the same element.
    """
    tidy = tuple(str(title or "").strip().lstrip("\ufeff") for title in titles)
    found = ORGANISATION.recognise(tidy)
    columns: dict[str, int] = {}
    for position, title in enumerate(tidy):
        element = found.get(title)
        if element is None:
            continue
        if element.name in columns:
            first = tidy[columns[element.name]]
            raise InvalidInputError(
                gettext("“%(first)s”和“%(title)s”两列都是“%(name_zh)s”，请只保留一列。")
                % {"first": first, "title": title, "name_zh": element.name_zh},
                code="file-heading",
            )
        columns[element.name] = position
    missing = [ORGANISATION[name] for name in _INDISPENSABLE if name not in columns]
    if missing:
        raise InvalidInputError(_missing_message(missing, tidy, found), code="file-heading")
    return Heading(tidy, row, columns)


def find_heading(rows: Iterable[Sequence[str]]) -> tuple[int, Sequence[str]]:
    """Return index and titles of the row, among the first few, in which most elements are recognised."""
    best: tuple[int, int, Sequence[str]] = (0, 0, ())
    for index, row in zip(range(HEADING_WITHIN), rows, strict=False):
        score = len(ORGANISATION.recognise([str(cell or "").strip().lstrip("\ufeff") for cell in row]))
        if score > best[0] or not best[2]:
            best = (score, index, row)
    return best[1], best[2]


def _missing_message(missing: Sequence[DataElement], titles: Sequence[str], found: dict[str, DataElement]) -> str:
    lacking = "、".join(f"“{element.name_zh}”" for element in missing)
    known = "、".join(f"“{title}”" for title in titles if title in found) or "无"
    unknown = [title for title in titles if title and title not in found][:12]
    others = "；未识别的列：" + "、".join(f"“{title[:20]}”" for title in unknown) if unknown else ""
    hints = "；".join(
        f"“{element.name_zh}”也可写作{'、'.join(f'“{heading}”' for heading in element.headings[:3])}"
        for element in missing
        if element.headings
    )
    return f"表头缺少{lacking}。已识别的列：{known}{others}。请补上后再导入（{hints}）。"
