"""What the faces of the platform open onto: pages that packages offer to the navigation of hall and office.

A package offers its pages while the applications are made ready, so that the lower floor's navigation and landing page
need not name the upper floors (as :mod:`shetong.casework.catalogue` does with matters).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import NATIONAL, Permission


class Face(StrEnum):
    """A face with a navigation of its own."""

    HALL = "hall"  # 办事大厅
    OFFICE = "office"  # 办公平台


@dataclass(frozen=True, slots=True)
class Entrance:
    """A page that people start from. ``text`` and ``about`` are lazily translated; ``route`` takes no arguments.

    ``permission``: shown where it is held anywhere, or for the whole country with ``national``; ``order``: small ones
    come first.
    """

    face: Face
    text: Any
    route: str
    about: Any = ""
    permission: Permission | None = None
    national: bool = False
    order: int = 500

    def open_to(self, grants: Grants) -> bool:
        """Return whether somebody with these grants may use the page."""
        if self.permission is None:
            return True
        return grants.may(self.permission, NATIONAL) if self.national else grants.anywhere(self.permission)

    @property
    def url(self) -> str:
        """Return the page's address."""
        return reverse(self.route)


_offered: dict[tuple[Face, str], Entrance] = {}


def offer(entrances: Iterable[Entrance]) -> None:
    """Add pages. Raises ``ValueError`` where another page of the face has the route already."""
    for entrance in entrances:
        if _offered.setdefault((entrance.face, entrance.route), entrance) != entrance:
            raise ValueError(f"two entrances of {entrance.face} lead to {entrance.route}")


def entrances(face: Face, grants: Grants) -> tuple[Entrance, ...]:
    """Return the pages of a face that are open to somebody, in their order."""
    there = [one for one in _offered.values() if one.face is face and one.open_to(grants)]
    return tuple(sorted(there, key=lambda one: one.order))
