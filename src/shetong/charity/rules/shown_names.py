"""How a donor's name is shown in public."""

from __future__ import annotations

from enum import StrEnum


class Showing(StrEnum):
    """What the donor allowed."""

    MASKED = "masked"
    FULL = "full"
    ANONYMOUS = "anonymous"


def shown(name: str, showing: Showing) -> str:
    """Return the name as published: whole, its first character and two stars, or nothing (匿名)."""
    name = name.strip()
    if showing is Showing.ANONYMOUS or not name:
        return ""
    return name if showing is Showing.FULL else f"{name[0]}**"


def showing_of(said: str, name: str) -> Showing:
    """Return how the donor ``name`` is shown where the public reads ``said``; a name unknown here is masked."""
    if not said:
        return Showing.ANONYMOUS
    return Showing.FULL if said == name.strip() else Showing.MASKED
