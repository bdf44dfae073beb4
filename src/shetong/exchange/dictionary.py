"""The published metadata standard: element sets, code lists and parameters of law, gathered where they are declared.

One document feeds the page, the JSON file and the workbook, so that the three cannot disagree. ``FORMAT`` changes when
the shape of the JSON changes, the versions of the element sets when their content does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shetong.core import divisions, statutes
from shetong.core.divisions import Division, Level
from shetong.core.metadata import Code, CodeList, DataElement, ElementSet, ElementType, Sharing
from shetong.exchange.elements import OPEN_DATA
from shetong.registry.code_lists import PLATFORM, REGISTER_LISTS
from shetong.registry.elements import GB2260, ORGANISATION

FORMAT = "1.0"
DIVISIONS_SLUG = "division"
DIVISIONS_IDENTIFIER = "ST.CL.DIVISION"

TYPE_NAMES = {
    ElementType.TEXT: "字符",
    ElementType.CODE: "代码",
    ElementType.DATE: "日期",
    ElementType.MONEY: "金额",
    ElementType.BOOLEAN: "布尔",
    ElementType.INTEGER: "整数",
}
FORMS = {
    ElementType.TEXT: "文本",
    ElementType.CODE: "代码表中的代码",
    ElementType.DATE: "YYYY-MM-DD",
    ElementType.MONEY: "元，两位小数",
    ElementType.BOOLEAN: "true 或 false",
    ElementType.INTEGER: "整数",
}
SHARING_NAMES = {
    Sharing.OPEN: "无条件共享，向社会开放",
    Sharing.UNCONDITIONAL: "无条件共享",
    Sharing.CONDITIONAL: "有条件共享",
    Sharing.CLOSED: "不予共享",
}
UNIT_NAMES = {
    statutes.Unit.YEAR: "年",
    statutes.Unit.MONTH: "个月",
    statutes.Unit.DAY: "日",
    statutes.Unit.WORKING_DAY: "个工作日",
    statutes.Unit.FEN: "元",
    statutes.Unit.PERCENT: "%",
    statutes.Unit.GRADE: "A级",
    statutes.Unit.PERSON: "人",
    statutes.Unit.UNIT: "个单位",
    statutes.Unit.MEMBER: "个会员",
    statutes.Unit.TERM: "届",
    statutes.Unit.HOUR: "小时",
}
LEVEL_NAMES = {Level.NATION: "国家", Level.PROVINCE: "省级", Level.CITY: "地级", Level.COUNTY: "县级"}

SHARING = CodeList(
    "ST.CL.SHARING",
    "共享属性",
    "Sharing class",
    "《政务信息资源目录编制指南（试行）》（发改高技〔2017〕1272号）；是否向社会开放为开放属性",
    (
        Code("open", SHARING_NAMES[Sharing.OPEN], "Open to the public"),
        Code("unconditional", SHARING_NAMES[Sharing.UNCONDITIONAL], "Shared with departments without conditions"),
        Code("conditional", SHARING_NAMES[Sharing.CONDITIONAL], "Shared with departments on conditions"),
        Code("closed", SHARING_NAMES[Sharing.CLOSED], "Not shared"),
    ),
)
TYPES = CodeList(
    "ST.CL.TYPE",
    "数据类型",
    "Types of data elements",
    PLATFORM,
    tuple(Code(kind.value, TYPE_NAMES[kind], kind.name.capitalize(), note=FORMS[kind]) for kind in ElementType),
)

ELEMENT_SETS: tuple[ElementSet, ...] = (ORGANISATION, OPEN_DATA)
CODE_LISTS: tuple[CodeList, ...] = (*REGISTER_LISTS, SHARING, TYPES)


@dataclass(frozen=True, slots=True)
class Published:
    """A code list with the last part of its address."""

    slug: str
    codes: CodeList


def slug(codes: CodeList) -> str:
    """Return the last part of a list's address (``ST.CL.KIND`` → ``kind``)."""
    return codes.identifier.rpartition(".")[2].casefold()


def code_list(name: str) -> CodeList | None:
    """Return the code list whose address ends in ``name``."""
    return next((codes for codes in CODE_LISTS if slug(codes) == name), None)


def published_lists() -> list[Published]:
    """Return the code lists with their addresses, the divisions apart (they are many)."""
    return [Published(slug(codes), codes) for codes in CODE_LISTS]


@lru_cache(maxsize=1)
def document() -> Mapping[str, Any]:
    """Return the whole standard as plain values; ``schemas/dictionary-1.schema.json`` describes the form."""
    return {
        "format": FORMAT,
        "title": "社通元数据标准",
        "element_sets": [_element_set(elements) for elements in ELEMENT_SETS],
        "code_lists": [as_document(codes) for codes in CODE_LISTS],
        "divisions": {
            "identifier": DIVISIONS_IDENTIFIER,
            "name_zh": "行政区划",
            "name_en": "Administrative divisions",
            "source": GB2260,
            "current": len(divisions.current()),
            "file": f"{DIVISIONS_SLUG}.json",
        },
        "parameters": [_parameter(parameter) for parameter in statutes.parameters().values()],
    }


@lru_cache(maxsize=1)
def as_json() -> bytes:
    """Return :func:`document` as UTF-8 JSON, the same bytes every time."""
    return json.dumps(document(), ensure_ascii=False, indent=1).encode()


@lru_cache(maxsize=1)
def digest() -> str:
    """Return a short digest that changes with the standard's content, divisions included."""
    state = hashlib.sha256(as_json())
    state.update(divisions_json())
    return state.hexdigest()[:16]


@lru_cache(maxsize=1)
def divisions_json() -> bytes:
    """Return the divisions, current and ceased since 1984, as UTF-8 JSON."""
    body = {
        "format": FORMAT,
        "identifier": DIVISIONS_IDENTIFIER,
        "name_zh": "行政区划",
        "name_en": "Administrative divisions",
        "source": GB2260,
        "note": "起止按年记载：变更当年新旧代码均有效；last_year 为最后有效年份，null 表示现行",
        "codes": [
            _division(period)
            for division in divisions.search("", historic=True)
            for period in divisions.history(division.code)
        ],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def list_json(codes: CodeList) -> bytes:
    """Return one code list as UTF-8 JSON."""
    return json.dumps({"format": FORMAT, **as_document(codes)}, ensure_ascii=False, indent=1).encode()


def as_document(codes: CodeList) -> dict[str, Any]:
    """Return a code list as plain values."""
    return {
        "identifier": codes.identifier,
        "slug": slug(codes),
        "name_zh": codes.name_zh,
        "name_en": codes.name_en,
        "source": codes.source,
        "codes": [
            {
                "value": code.value,
                "name_zh": code.name_zh,
                "name_en": code.name_en,
                "aliases": list(code.aliases),
                "note": code.note,
            }
            for code in codes.codes
        ],
    }


def _element_set(elements: ElementSet) -> dict[str, Any]:
    return {
        "identifier": elements.identifier,
        "name_zh": elements.name_zh,
        "name_en": elements.name_en,
        "version": elements.version,
        "elements": [_element(element) for element in elements],
    }


def _element(element: DataElement) -> dict[str, Any]:
    return {
        "identifier": element.identifier,
        "name": element.name,
        "name_zh": element.name_zh,
        "name_en": element.name_en,
        "definition": element.definition,
        "type": element.type.value,
        "max_length": element.max_length,
        "code_list": element.code_list.identifier if element.code_list else None,
        "required": element.required,
        "source": element.source,
        "sharing": element.sharing.value,
        "headings": list(element.headings),
    }


def _division(division: Division) -> dict[str, Any]:
    return {
        "value": division.code,
        "name_zh": division.name,
        "level": int(division.level),
        "parent": division.parent,
        "first_year": division.valid_from.year if division.valid_from else None,
        "last_year": division.valid_to.year - 1 if division.valid_to else None,
        "successors": list(division.successors),
    }


def _parameter(parameter: statutes.Parameter) -> dict[str, Any]:
    return {
        "key": parameter.key,
        "title": parameter.title,
        "unit": parameter.unit.value,
        "values": [
            {
                "value": held.value,
                "from": held.valid_from.isoformat() if held.valid_from else None,
                "to": held.valid_to.isoformat() if held.valid_to else None,
                "provision": held.provision,
                "standing": held.standing.value,
            }
            for held in parameter.values
        ],
    }
