"""Time served: what counts of coming and leaving, and minutes as hours.

The unit is the hour, only the time really served counts, the way there and back does not
(《志愿服务记录办法》 as reported in 2012; rulebook 08.4). How finely hours are told is local practice: a setting.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
DAY_MINUTES = 1_440


def hours(minutes: int, *, step: int = 6) -> Decimal:
    """Return minutes as hours, cut down to full steps of ``step`` minutes: 85 minutes by six are 1.4 hours.

    A sum is made of minutes and told as hours once, so nothing is cut twice. ``step`` divides sixty.
    """
    return (Decimal(minutes - minutes % step) / 60).quantize(_fraction(step), rounding=ROUND_FLOOR)


def _fraction(step: int) -> Decimal:
    return Decimal("1") if step % 60 == 0 else Decimal("0.1") if step % 6 == 0 else Decimal("0.01")


def served(
    came: datetime, left: datetime, *, begins: datetime, ends: datetime, overtime: timedelta
) -> tuple[datetime, datetime] | None:
    """Return from when to when somebody served who came and left at these moments; ``None`` for less than a minute.

    Nothing counts before the session begins (who comes early waits) nor later than ``overtime`` after its end.
    """
    start, end = max(came, begins), min(left, ends + overtime)
    return (start, end) if end - start >= timedelta(minutes=1) else None


def whole_minutes(start: datetime, end: datetime) -> int:
    """Return the full minutes of a period, at most those of a day."""
    return min(int((end - start).total_seconds()) // 60, DAY_MINUTES)


def day_of(moment: datetime) -> date:
    """Return the day in China."""
    return moment.astimezone(CHINA).date()
