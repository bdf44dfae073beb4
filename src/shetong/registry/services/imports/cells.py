"""From cells as people write them to values, column by column, with a reason in Chinese for every cell that has none.

Each reader takes a text column and returns the values and the reasons, both as long as the column: a value or a reason
or neither (the cell was blank or held a placeholder). Distinct texts are read once, so long columns cost little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

import polars as pl

from shetong.core.errors import InvalidInputError
from shetong.core.identifiers import USCC_ALPHABET, parse_uscc
from shetong.core.metadata import DataElement, ElementType
from shetong.core.money import parse_fen

# Texts that real lists put where nothing is known.
_NOTHING = frozenset(
    {"nan", "NaN", "NAN", "null", "NULL", "None", "none", "N/A", "n/a", "#N/A", "-", "--", "—", "——", "/", "\\", "*"}
) | {"无", "暂无", "待检", "待定", "待补", "不详", "未知", "空", "至"}
# A few columns have placeholders of their own.
_NOTHING_IN = {"domicile": frozenset({"正常"}), "certificate_valid_to": frozenset({"长期", "长期有效", "永久"})}
_NEVER_NOTHING = frozenset({"name", "direct_registration"})
# Dates that programs write for "no date": the zero days of spreadsheets, SQL Server, Unix and others.
_NO_DATE = frozenset(
    {date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1), date(1, 1, 1), date(9999, 12, 31)}
)
_EARLIEST = date(1850, 1, 1)
_LATEST = date(2200, 1, 1)
_SPREADSHEET_ZERO = date(1899, 12, 30)
_INVISIBLE = r"[\x{200B}-\x{200F}\x{2060}\x{FEFF}\x{00AD}]"
_UNPRINTABLE = r"[\p{Cc}\p{Co}\x{FFFD}]"
# Below this, in fen, no body of the kind was ever registered. It tells 元 from 万元 where an old sheet does not say
# which, and is no check: what the law or the deployment asks today would read the past wrongly.
_LEAST_FUNDS = {"SG": 3_000_000, "FD": 200_000_000}
_MOST_FUNDS = 1_000_000_000_000  # ten billion yuan: no reading beyond it is likely
_UNIT_OPEN = r"^\s*([\d,.]+)\s*[(（]单位[:：]?\s*元\s*[/、或]\s*万元[)）]\s*$"
_PERIOD = r"^\s*(?:自|从)?\s*(\d.*?)\s*(?:至|到|—|~|－{1,2}|--| - )\s*(.*)$"
_DATE_PARTS = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]?[0-9:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_DATE_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")


class Read(NamedTuple):
    """Values and reasons of one column; both may be null, never both given."""

    values: pl.Series
    reasons: pl.Series


def blank(column: pl.Series, element: DataElement) -> pl.Series:
    """Return the texts without outer and invisible blanks; null where a cell is empty or a placeholder."""
    text = column.str.strip_chars()
    if text.str.contains(_INVISIBLE).any():
        text = text.str.replace_all(_INVISIBLE, "").str.strip_chars()
    nothing = {""} if element.name in _NEVER_NOTHING else {"", *_NOTHING, *_NOTHING_IN.get(element.name, ())}
    return text.set(text.is_in(list(nothing)), None)


def read(column: pl.Series, element: DataElement, unit: str = "元") -> Read:
    """Read a column of ``element``; ``unit`` is the unit of money that the title names."""
    text = blank(column, element)
    if element.name == "uscc":
        return read_codes(text)
    match element.type:
        case ElementType.DATE:
            return _read_dates(text, element)
        case ElementType.MONEY:
            return _by_value(_half_width(text), partial(_fen, element, unit), pl.Int64)
        case ElementType.CODE | ElementType.BOOLEAN:
            return _by_value(text, partial(_code, element), pl.String)
        case _:
            return _read_text(text, element)


def read_codes(text: pl.Series) -> Read:
    """Read unified codes: both check signs computed for the whole column, single faults explained one by one."""
    code = text.set(~_valid_codes(text), None)
    doubtful = text.set(code.is_not_null(), None)
    if doubtful.null_count() == len(doubtful):
        return Read(code, _no_reasons(len(text)))
    repaired = _by_value(doubtful, parse_uscc, pl.String)
    return Read(code.zip_with(code.is_not_null(), repaired.values), repaired.reasons)


def _valid_codes(text: pl.Series) -> pl.Series:
    """Whether each text, as it stands, is a code with right form and check sign (GB 32100-2015); null is not."""
    well_formed = text.str.contains(r"^[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$").fill_null(value=False)
    signs = text.set(~well_formed, "0" * 18)
    alphabet = pl.Enum(list(USCC_ALPHABET))
    total = pl.zeros(len(text), dtype=pl.Int32, eager=True)
    for place in range(17):
        value = signs.str.slice(place, 1).cast(alphabet).to_physical().cast(pl.Int32)
        total += value * pow(3, place, 31)
    check = signs.str.slice(17, 1).cast(alphabet).to_physical().cast(pl.Int32)
    return well_formed & ((31 - total % 31) % 31 == check) & _valid_main(signs)


def _valid_main(signs: pl.Series) -> pl.Series:
    """Whether the organisation code inside (GB 11714, places 9 to 17) has the right check sign."""
    base36 = pl.Enum(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    total = pl.zeros(len(signs), dtype=pl.Int32, eager=True)
    for place, weight in zip(range(8, 16), (3, 7, 9, 10, 5, 8, 4, 2), strict=True):
        total += signs.str.slice(place, 1).cast(base36).to_physical().cast(pl.Int32) * weight
    wanted = pl.Series([*"0123456789", "X"]).gather(((11 - total % 11) % 11).cast(pl.UInt32))
    return wanted == signs.str.slice(16, 1)


def parse_date(text: str) -> date | None:
    """Return the date written in ``text``; ``None`` for a placeholder such as 1900-01-01.

    Understood: 2015-08-02, 2015/8/2, 2015.8.2, 2015年8月2日, 20150802, with a time behind or 至 before it, full-width
    digits, and the day numbers of spreadsheets. Raises ``ValueError`` for anything else and years outside 1850–2199.
    """
    compact = unicodedata.normalize("NFKC", text).strip().lstrip("自至到 ").replace("号", "日")
    compact = re.sub(r"\s*([-/.年月])\s*", r"\1", compact)
    match = _DATE_PARTS.fullmatch(compact) or _DATE_DIGITS.fullmatch(compact)
    if match:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    elif re.fullmatch(r"\d{5}(\.\d+)?", compact):
        day = _SPREADSHEET_ZERO + timedelta(days=int(compact[:5]))
    elif re.fullmatch(r"[012](\.0+)?", compact):
        return None
    else:
        raise ValueError(text)
    if day in _NO_DATE:
        return None
    if not _EARLIEST <= day < _LATEST:
        raise ValueError(text)
    return day


def split_period(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Split "2019-01-01至2023-12-31" into both ends; a single date is an end, and an open end is nothing."""
    parts = column.str.extract_groups(_PERIOD).struct.unnest()
    first, last = parts.to_series(0), parts.to_series(1)
    return first, last.zip_with(first.is_not_null(), column)


def _read_dates(text: pl.Series, element: DataElement) -> Read:
    plain = text.str.to_date("%Y-%m-%d", strict=False)
    ordinary = (text.str.len_bytes() == 10) & plain.is_between(_EARLIEST, _LATEST) & ~plain.is_in(list(_NO_DATE))
    ordinary = ordinary.fill_null(value=False)
    rest = text.set(ordinary, None)
    if rest.null_count() == len(rest):
        return Read(plain, _no_reasons(len(text)))
    other = _by_value(rest, partial(_date, element), pl.Date)
    return Read(plain.zip_with(ordinary, other.values), other.reasons)


def _date(element: DataElement, text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        raise InvalidInputError(
            f"{element.name_zh}“{text[:20]}”不是有效日期，请写成“2015-08-02”的形式。", code="date"
        ) from None


def _fen(element: DataElement, unit: str, text: str) -> int:
    try:
        return parse_fen(text, unit=unit)
    except InvalidInputError as error:
        raise InvalidInputError(f"{element.name_zh}“{text[:20]}”：{error.message}", code=error.code) from None


def undecided_funds(text: pl.Series) -> pl.Series:
    """Whether each cell leaves the unit open ("200.00 (单位:元 / 万元)"), a form that real lists have."""
    return text.str.contains(_UNIT_OPEN).fill_null(value=False)


def read_undecided_funds(text: pl.Series, kind: pl.Series) -> Read:
    """Read cells for which :func:`undecided_funds` holds (null elsewhere).

    The unit is the one that the law's minimum for the kind leaves possible; a zero says nothing.
    """
    bare = text.str.extract(_UNIT_OPEN, 1)
    decided = [_choose_unit(amount, of) for amount, of in zip(bare, kind, strict=True)]
    values = pl.Series([value for value, _ in decided], dtype=pl.Int64)
    reasons = pl.Series([reason for _, reason in decided], dtype=pl.String)
    return Read(values, reasons)


def _choose_unit(amount: str | None, kind: str | None) -> tuple[int | None, str | None]:
    if amount is None:
        return None, None
    try:
        readings = {parse_fen(amount, unit=unit) for unit in ("元", "万元")}
    except InvalidInputError as error:
        return None, f"注册资金“{amount[:20]}”：{error.message}"
    if readings == {0}:
        return None, None
    least = _LEAST_FUNDS.get(kind or "")
    possible = {fen for fen in readings if least is not None and least <= fen <= _MOST_FUNDS}
    if len(possible) == 1:
        return possible.pop(), None
    return None, f"注册资金“{amount[:20]}”没有写明单位是元还是万元，请注明。"


def _code(element: DataElement, text: str) -> str:
    codes = element.code_list
    found = codes.parse(text) or codes.parse(unicodedata.normalize("NFKC", text)) if codes else text
    if found is None:
        names = "、".join(code.name_zh for code in codes.codes) if codes else ""
        raise InvalidInputError(f"{element.name_zh}“{text[:20]}”不在代码表中，应为：{names}。", code="code")
    return found


def _read_text(text: pl.Series, element: DataElement) -> Read:
    if element.name == "business_scope":
        text = text.str.replace_all(r"[\r\n\t]+", " ")
    reasons = _no_reasons(len(text))
    unprintable = text.str.contains(_UNPRINTABLE).fill_null(value=False)
    if unprintable.any():
        message = f"{element.name_zh}含有无法识别的字符，请核对原文。"
        reasons = reasons.set(unprintable, message)
    if element.max_length:
        length = text.str.len_chars()
        long = (length > element.max_length).fill_null(value=False)
        if long.any():
            start = f"{element.name_zh}最多{element.max_length}个字，现有"
            too_long = start + length.cast(pl.String) + "个字，请缩短。"
            reasons = too_long.zip_with(long & reasons.is_null(), reasons)
    if element.name == "division_code":
        text = _half_width(text)
    return Read(text.set(reasons.is_not_null(), None), reasons)


def _half_width(text: pl.Series) -> pl.Series:
    return text.str.normalize("NFKC").str.strip_chars()


def _by_value(text: pl.Series, parse: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]) -> Read:
    """Parse every distinct text once; what :class:`InvalidInputError` says becomes the reason."""
    values: dict[str, object] = {}
    reasons: dict[str, str] = {}
    for distinct in text.drop_nulls().unique():
        try:
            values[distinct] = parse(distinct)
        except InvalidInputError as error:
            reasons[distinct] = error.message
    found = text.replace_strict(
        list(values), pl.Series(list(values.values()), dtype=dtype), default=None, return_dtype=dtype
    )
    if not reasons:
        return Read(found, _no_reasons(len(text)))
    return Read(found, text.replace_strict(reasons, default=None, return_dtype=pl.String))


def _no_reasons(length: int) -> pl.Series:
    return pl.repeat(None, length, dtype=pl.String, eager=True)
