"""What somebody looks for: read from the parameters of an address, written back into one, kept with a saved search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.datastructures import MultiValueDict

from shetong.core import divisions
from shetong.volunteering.models.choices import Field, Language, Skill
from shetong.volunteering.rules import masks, places
from shetong.volunteering.rules.places import Spot

LONGEST_TEXT = 60
FURTHEST_KM = 500
LONGEST_PERIOD = 92  # days
# Days that people name, from a day on: (first, last).
DAYS = ("today", "tomorrow", "saturday", "sunday", "weekend", "week")


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for.

    ``days``: a word of :data:`DAYS` or a date; ``skills``, ``languages``: those that one has, with ``suits`` set only
    posts that ask for nothing beyond them are found; ``age``: of who looks, in years.
    """

    text: str = ""
    near: Spot | None = None
    within_km: int | None = None
    days: str = ""
    field: str = ""
    division: str = ""
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    suits: bool = False
    age: int | None = None

    @property
    def demand(self) -> int:
        """The bits of what one has."""
        return masks.demand(self.skills, self.languages)

    def slots(self, today: date) -> list[int]:
        """Return the quarters of the days looked for, none where every day will do."""
        first, last = period(self.days, today)
        if first is None or last is None:
            return []
        count = (last - first).days + 1
        return [slot for number in range(count) for slot in masks.slots_of_day(first + timedelta(days=number))]

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters of an address that asks this."""
        near = f"{self.near.longitude:.4f},{self.near.latitude:.4f}" if self.near else ""
        single = {
            "q": self.text, "near": near, "within": str(self.within_km or ""), "days": self.days, "field": self.field,
            "division": self.division, "suits": "1" if self.suits else "", "age": str(self.age or ""),
        }  # fmt: skip
        several = [("skill", code) for code in sorted(self.skills)]
        several += [("language", code) for code in sorted(self.languages)]
        return [(name, value) for name, value in single.items() if value] + several

    def query_string(self, **changes: Any) -> str:
        """Return the query of an address that asks this with changes."""
        return urlencode(replace(self, **changes).parameters())


def read(given: Mapping[str, str] | MultiValueDict[str, str]) -> tuple[Criteria, list[str]]:
    """Return what the parameters ask, and the names of those that cannot be read and are left out."""
    several = given.getlist if isinstance(given, MultiValueDict) else lambda name: _listed(given.get(name, ""))
    wrong: list[str] = []

    def take(name: str, kept: Any) -> Any:
        if given.get(name) and not kept:
            wrong.append(name)
        return kept

    number = {name: _number(given.get(name, ""), most) for name, most in (("within", FURTHEST_KM), ("age", 150))}
    found = Criteria(
        text=" ".join(given.get("q", "").split())[:LONGEST_TEXT],
        near=take("near", places.read(given.get("near", ""))),
        within_km=take("within", number["within"]),
        days=take("days", _days(given.get("days", ""))),
        field=take("field", given.get("field", "") if given.get("field") in Field.values else ""),
        division=take("division", given.get("division", "") if divisions.get(given.get("division", "")) else ""),
        skills=frozenset(several("skill")) & set(Skill.values),
        languages=frozenset(several("language")) & set(Language.values),
        suits=given.get("suits", "") in ("1", "on"),
        age=take("age", number["age"]),
    )
    return found, wrong


def period(days: str, today: date) -> tuple[date | None, date | None]:
    """Return first and last day of what ``days`` names, seen from ``today``; Saturday is this week's or the next one's.

    On a Sunday the weekend is that day alone.
    """
    saturday = today + timedelta(days=(5 - today.weekday()) % 7)
    sunday = today + timedelta(days=(6 - today.weekday()) % 7)
    named = {
        "today": (today, today),
        "tomorrow": (today + timedelta(days=1), today + timedelta(days=1)),
        "saturday": (saturday, saturday),
        "sunday": (sunday, sunday),
        "weekend": (min(saturday, sunday), sunday),
        "week": (today, today + timedelta(days=6)),
    }
    if days in named:
        return named[days]
    if days:
        day = date.fromisoformat(days)
        return day, day
    return None, None


def _days(text: str) -> str:
    if text in DAYS:
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if 2000 <= day.year <= 2200 else ""


def _number(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= most else None


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []
