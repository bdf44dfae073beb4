"""Values of data elements: from what a person or program gives to the JSON that records keep.

Text without outer blanks, codes of their code list, dates ``YYYY-MM-DD``, money in integer fen, whole numbers,
booleans. Identifiers have checks of their own, by the element's ``format``.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError
from shetong.core.metadata import DataElement, ElementType
from shetong.core.money import parse_fen

Json = Any

_EMPTY: dict[ElementType, Json] = {ElementType.TEXT: "", ElementType.CODE: "", ElementType.BOOLEAN: False}


def empty(element: DataElement) -> Json:
    """Return how the absence of a value is written: ``""``, ``False`` or ``None``."""
    return _EMPTY.get(element.type)


def is_empty(value: Any) -> bool:
    """Whether an answer says nothing; ``False`` and zero say something."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def clean(element: DataElement, raw: Any, *, required: bool | None = None) -> Json:
    """Return one value as records keep it. Raises :class:`InvalidInputError` with the reason in Chinese."""
    if is_empty(raw):
        if element.required if required is None else required:
            raise InvalidInputError(gettext("请填写%(name)s。") % {"name": element.label})
        return empty(element)
    return _READERS[element.type](element, raw)


def _text(element: DataElement, raw: Any) -> str:
    """Return text in NFC without outer blanks and control characters, no longer than the element allows."""
    value = unicodedata.normalize("NFC", str(raw)).strip().replace("\r\n", "\n")
    looked_at = value.replace("\n", "").replace("\t", "") if element.multiline else value
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co") for sign in looked_at):
        raise InvalidInputError(gettext("%(name)s含有不可见的控制字符，请重新填写。") % {"name": element.label})
    if element.max_length and len(value) > element.max_length:
        raise InvalidInputError(
            gettext("%(name)s最多%(max_length)s个字，现有%(count)s个字，请缩短。")
            % {"name": element.label, "max_length": element.max_length, "count": len(value)}
        )
    return value


def _code(element: DataElement, raw: Any) -> str:
    found = element.code_list.parse(str(raw)) if element.code_list else None
    if found is None:
        raise InvalidInputError(
            gettext("%(name)s“%(given)s”不在代码表中，请重新选择。") % {"name": element.label, "given": str(raw)[:20]}
        )
    return found


def _date(element: DataElement, raw: Any) -> str:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        day = raw
    else:
        try:
            day = date.fromisoformat(unicodedata.normalize("NFKC", str(raw)).strip())
        except ValueError:
            raise InvalidInputError(
                gettext("%(name)s应写成“2026-05-01”的形式，请核对。") % {"name": element.label}
            ) from None
    if not 1900 <= day.year <= 2200:
        raise InvalidInputError(gettext("%(name)s的年份不合理，请核对。") % {"name": element.label})
    return day.isoformat()


def _money(element: DataElement, raw: Any) -> int:
    if isinstance(raw, bool | float):
        raise InvalidInputError(gettext("%(name)s应为整数分或文字金额。") % {"name": element.label})
    if isinstance(raw, int):
        if raw < 0:
            raise InvalidInputError(gettext("%(name)s不能为负数，请核对。") % {"name": element.label})
        return raw
    return parse_fen(str(raw))


def _integer(element: DataElement, raw: Any) -> int:
    written = unicodedata.normalize("NFKC", str(raw)).strip()
    if isinstance(raw, bool | float) or not written.isdigit() or len(written) > 12:
        raise InvalidInputError(gettext("%(name)s应为不带小数的数字，请核对。") % {"name": element.label})
    return int(written)


def _boolean(element: DataElement, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    return _code(element, raw) == "true"


_READERS = {
    ElementType.TEXT: _text,
    ElementType.CODE: _code,
    ElementType.DATE: _date,
    ElementType.MONEY: _money,
    ElementType.BOOLEAN: _boolean,
    ElementType.INTEGER: _integer,
}
