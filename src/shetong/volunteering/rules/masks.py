"""Sets as bits: skills and languages of one word, times of a week and quarters of days.

The order of bits is that of the enumerations, to which members are only ever added at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from shetong.volunteering.models.choices import Language, Skill

_EPOCH = date(1970, 1, 1)
_BITS = {str(code): 1 << place for place, code in enumerate(Skill.values)} | {
    str(code): 1 << (40 + place) for place, code in enumerate(Language.values)
}
QUARTERS = 4  # of a day: night, morning, afternoon, evening; six hours each


def demand(skills: Iterable[str], languages: Iterable[str]) -> int:
    """Return the bits of skills and languages, skills from bit 0 and languages from bit 40 on."""
    return sum({_BITS[code] for code in (*skills, *languages)})


def slot(moment: datetime) -> int:
    """Return the quarter of a day that a moment (in the local time that counts) falls into: 4 × day + quarter."""
    return slots_of_day(moment.date())[moment.hour // 6]


def slots_of_day(day: date) -> list[int]:
    """Return the four quarters of a day."""
    first = (day - _EPOCH).days * QUARTERS
    return list(range(first, first + QUARTERS))


def in_week(slot_number: int) -> int:
    """Return the bit of a quarter in a week's times, bit 0 being Monday's night (1970-01-01 was a Thursday)."""
    return 1 << ((slot_number + 3 * QUARTERS) % (7 * QUARTERS))
