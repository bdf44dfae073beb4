"""Data elements and code lists: declared once, used by importer, API schema, validation and the published dictionary.

After the manner of GB/T 18391 (ISO/IEC 11179) data elements: identifier, names, definition, representation, source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import get_language


class ElementType(StrEnum):
    """How a value is written: the representation class of a data element."""

    TEXT = "text"  # 字符型
    CODE = "code"  # 代码型: a value of the element's code list
    DATE = "date"  # 日期型, GB/T 7408 (ISO 8601) YYYY-MM-DD
    MONEY = "money"  # 金额型: yuan with two decimals outside, integer fen inside
    BOOLEAN = "boolean"  # 布尔型
    INTEGER = "integer"  # 整数型


class Sharing(StrEnum):
    """Sharing class of 《政务信息资源目录编制指南》 (发改高技〔2017〕1272号) plus whether the public may see it."""

    OPEN = "open"  # 无条件共享, 向社会开放
    UNCONDITIONAL = "unconditional"  # 无条件共享
    CONDITIONAL = "conditional"  # 有条件共享
    CLOSED = "closed"  # 不予共享


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list; ``aliases`` are other spellings found in real files."""

    value: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed list of values with its source."""

    identifier: str
    name_zh: str
    name_en: str
    source: str
    codes: tuple[Code, ...]

    def parse(self, text: str) -> str | None:
        """Return the code that ``text`` means (value, Chinese or English name, alias), or ``None``."""
        wanted = text.strip()
        for code in self.codes:
            if wanted in (code.value, code.name_zh, code.name_en) or wanted in code.aliases:
                return code.value
        return None

    def name(self, value: str, *, english: bool = False) -> str:
        """Return the Chinese or English name of a code; the value itself where it is unknown."""
        return next((code.name_en if english else code.name_zh for code in self.codes if code.value == value), value)


@dataclass(frozen=True, slots=True)
class DataElement:
    """One data element. ``name`` is the field used in code and API; ``headings`` are column titles met in files."""

    identifier: str
    name: str
    name_zh: str
    name_en: str
    definition: str
    type: ElementType
    max_length: int | None = None
    code_list: CodeList | None = None
    required: bool = False
    source: str = ""
    sharing: Sharing = Sharing.OPEN
    headings: tuple[str, ...] = ()
    multiline: bool = False

    @property
    def label(self) -> str:
        """Return the name in the language of whoever reads."""
        return self.name_en if get_language() == "en" else self.name_zh


@dataclass(frozen=True, slots=True)
class ElementSet:
    """The elements of one kind of record, in the order in which they are shown."""

    identifier: str
    name_zh: str
    name_en: str
    version: str
    elements: tuple[DataElement, ...]
    _by_name: dict[str, DataElement] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {element.name: element for element in self.elements}
        if len(by_name) != len(self.elements):
            raise ValueError(f"{self.identifier}: two elements share a name")
        object.__setattr__(self, "_by_name", by_name)

    def __iter__(self) -> Iterator[DataElement]:
        return iter(self.elements)

    def __getitem__(self, name: str) -> DataElement:
        return self._by_name[name]

    def recognise(self, headings: Iterable[str]) -> dict[str, DataElement]:
        """Map each recognised column heading to its element; brackets, spaces and case do not matter."""
        known = {
            _key(title): element
            for element in self.elements
            for title in (element.name, element.name_zh, element.name_en, element.identifier, *element.headings)
        }
        return {heading: known[_key(heading)] for heading in headings if _key(heading) in known}


def _key(heading: str) -> str:
    return "".join(character for character in heading.casefold() if character.isalnum())
