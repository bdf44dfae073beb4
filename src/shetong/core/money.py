"""Money: whole fen (分) inside, yuan or ten thousand yuan (万元) outside; nothing is ever rounded."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000  # 万元
# bigint holds 9.2e18 fen; the ceiling keeps sums of a whole register inside it (1e16 fen = 100 万亿元).
MOST_FEN = 10_000_000_000_000_000

_UNITS = {
    "分": 1,
    "角": 10,
    "": FEN_PER_YUAN,
    "元": FEN_PER_YUAN,
    "圆": FEN_PER_YUAN,
    "百元": 100 * FEN_PER_YUAN,
    "千元": 1_000 * FEN_PER_YUAN,
    "万": FEN_PER_WAN,
    "万元": FEN_PER_WAN,
    "万圆": FEN_PER_WAN,
    "百万元": 100 * FEN_PER_WAN,
    "千万元": 1_000 * FEN_PER_WAN,
    "亿": 10_000 * FEN_PER_WAN,
    "亿元": 10_000 * FEN_PER_WAN,
}
_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY)?[¥]?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<unit>[百千万亿]*[元圆分角]?)"
    r"(?:人民币|整|正)*",
    re.IGNORECASE,
)


def parse_fen(text: str, *, unit: str = "元") -> int:
    """Return the amount written in ``text`` as integer fen.

    ``unit`` (``元``, ``万元``, …) applies where ``text`` names none: columns headed 注册资金（万元） hold bare numbers.
    Full-width characters, thousands commas, 人民币, ¥ and 整 are understood. Raises :class:`InvalidInputError`
    (``money-form``, ``money-fraction`` for a part of a fen, ``money-range``); ``KeyError`` for an unknown ``unit``.
    """
    per_unit = _UNITS[unit]
    compact = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if compact.isascii() and compact.isdigit():
        return _whole(Decimal(compact) * per_unit)
    match = _AMOUNT.fullmatch(compact)
    if match is None or match["unit"] not in _UNITS:
        if compact.startswith(("-", "−", "－")):
            raise InvalidInputError(gettext("金额不能为负数，请核对。"), code="money-range")
        raise InvalidInputError(gettext("金额的写法无法识别，请填写数字，例如“50000”或“5万元”。"), code="money-form")
    if match["unit"]:
        per_unit = _UNITS[match["unit"]]
    return _whole(Decimal(match["number"].replace(",", "")) * per_unit)


def _whole(fen: Decimal) -> int:
    if fen > MOST_FEN:
        raise InvalidInputError(gettext("金额过大，请核对单位是“元”还是“万元”。"), code="money-range")
    if fen != int(fen):
        raise InvalidInputError(gettext("金额最多精确到分，请核对小数位。"), code="money-fraction")
    return int(fen)


def format_plain(fen: int) -> str:
    """Return ``fen`` in yuan with two decimals and no grouping, for data files: ``1234.50``."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02}"


def format_yuan(fen: int) -> str:
    """Return ``fen`` in yuan for people: ``1,234.56元``, without decimals where there are none."""
    return f"{_grouped(fen, 2)}元"


def format_wan(fen: int) -> str:
    """Return ``fen`` in ten thousand yuan, exact: ``800万元``, ``3.5万元``, ``0.000001万元`` is one fen."""
    return f"{_grouped(fen, 6)}万元"


def format_amount(fen: int) -> str:
    """Return ``fen`` the way certificates write it: 万元 where at most two decimals say it exactly, else yuan."""
    return format_wan(fen) if abs(fen) >= FEN_PER_WAN and fen % (FEN_PER_WAN // 100) == 0 else format_yuan(fen)


def format_english(fen: int) -> str:
    """Return ``fen`` for English pages, exact: ``CNY 70,000``, ``CNY 1.50``."""
    return f"CNY {_grouped(fen, 2)}"


def _grouped(fen: int, decimals: int) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    whole, rest = divmod(fen, 10**decimals)
    if not rest:
        return f"{sign}{whole:,}"
    digits = f"{rest:0{decimals}}".rstrip("0")
    # Yuan are written with both decimals (1.50元), larger units without trailing zeros (3.5万元).
    return f"{sign}{whole:,}.{digits.ljust(2, '0') if decimals == 2 else digits}"
