"""Who may sign up for what: the conditions of a post, each with what the person can do about it.

The database's function ``volunteering_sign_up`` (migration 0002) asks the same in the same order within its one
statement; a test holds the two together. 《志愿服务条例》第十五条: tasks fit age, knowledge, skill and health.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Applicant:
    """What of a volunteer matters to a condition."""

    state: str
    verified: bool
    born_on: date | None
    skills: frozenset[str]
    languages: frozenset[str]
    member: bool = False  # of the team that recruits
    trainings: frozenset[str] = frozenset()  # titles of that team's trainings in force on the day


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a shift matters to a condition; moments are aware, ``served_on`` is the day in China."""

    activity_state: str
    session_state: str
    open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    starts_at: datetime
    served_on: date
    skills: Collection[str] = ()
    languages: Collection[str] = ()
    age_from: int | None = None
    age_to: int | None = None
    training: str = ""
    members_only: bool = False


def age_on(born_on: date, day: date) -> int:
    """Return the age in full years on a day; who was born on 29 February is a year older on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def obstacle(who: Applicant, offer: Offer, now: datetime) -> str:
    """Return the code of the first condition that is not met, ``""`` where all are; places are not looked at."""
    age = age_on(who.born_on, offer.served_on) if who.born_on else -1
    checks = (
        ("not-active", who.state != "active"),
        ("not-verified", not who.verified),
        ("closed", offer.activity_state != "recruiting" or offer.session_state != "planned" or not offer.open),
        ("too-early", offer.opens_at is not None and offer.opens_at > now),
        ("too-late", (offer.closes_at is not None and offer.closes_at <= now) or offer.starts_at <= now),
        ("too-young", offer.age_from is not None and age < offer.age_from),
        ("too-old", offer.age_to is not None and age > offer.age_to),
        ("skills", not set(offer.skills) <= who.skills),
        ("languages", not set(offer.languages) <= who.languages),
        ("members-only", offer.members_only and not who.member),
        ("training", bool(offer.training) and offer.training not in who.trainings),
    )
    return next((code for code, unmet in checks if unmet), "")
