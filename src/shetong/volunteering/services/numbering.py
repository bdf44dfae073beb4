"""New numbers that nobody has; the unique key refuses the one that two drew at the same moment."""

from __future__ import annotations

from typing import Any

from shetong.volunteering.rules import numbers


def new(model: Any, letter: str) -> str:
    """Return a number for a new row of ``model`` that no row has."""
    while True:
        number = numbers.draw(letter)
        if not model.objects.filter(number=number).exists():
            return number
