"""Stars of volunteers (星级志愿者) at the hours of the official thresholds, which are data with dates."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.core import statutes

STARS = (1, 2, 3, 4, 5)
NAMES = {1: N_("一星"), 2: N_("二星"), 3: N_("三星"), 4: N_("四星"), 5: N_("五星")}


def thresholds(on: date) -> dict[int, int]:
    """Return the minutes from which each star is reached, as in force on a day."""
    return {star: 60 * statutes.value(f"volunteer_star_{star}", on=on) for star in STARS}


def reached(minutes: int, on: date) -> int:
    """Return the highest star of so many confirmed minutes, 0 for none."""
    return max((star for star, least in thresholds(on).items() if minutes >= least), default=0)


def missing(minutes: int, on: date) -> tuple[int, int] | None:
    """Return the next star and how many minutes are missing to it; ``None`` for who has all."""
    ahead = [(star, least - minutes) for star, least in thresholds(on).items() if minutes < least]
    return min(ahead) if ahead else None
