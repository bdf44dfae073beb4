"""Parameters of law in words: how a value and its period are written for people."""

from __future__ import annotations

from shetong.core.statutes import Unit, Value
from shetong.exchange.dictionary import UNIT_NAMES

_FEN_PER_WAN = 1_000_000


def quantity(held: Value) -> str:
    """Return the value with its unit (60日, 1年, 800万元)."""
    if held.unit is Unit.FEN:
        wan, rest = divmod(held.value, _FEN_PER_WAN)
        return f"{wan:,}万元" if not rest else f"{held.value / 100:,.2f}元"
    return f"{held.value}{UNIT_NAMES[held.unit]}"


def period(held: Value) -> str:
    """Return when the value is in force; empty where no limits are recorded."""
    begin = f"{held.valid_from:%Y-%m-%d}起" if held.valid_from else ""
    end = f"{held.valid_to:%Y-%m-%d}前" if held.valid_to else ""
    return "，".join(part for part in (begin, end) if part)
