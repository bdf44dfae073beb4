"""What stands in addresses and hidden fields, where anybody may have typed anything: numbers and days."""

from __future__ import annotations

import re
from datetime import date

# What a primary key (bigint) can be.
MOST = 2**63 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def whole(text: str, *, least: int = 0, most: int = MOST) -> int | None:
    """Return the number written in plain digits, from ``least`` to ``most``; ``None`` for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if least <= number <= most else None


def day(text: str) -> date | None:
    """Return the day written YYYY-MM-DD, of the years 1900 to 2999; ``None`` for anything else."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found is not None and date(1900, 1, 1) <= found < date(3000, 1, 1) else None
