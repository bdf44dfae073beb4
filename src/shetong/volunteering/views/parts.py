"""Long lists in parts: one page of rows, and the ways to the parts before and after, whatever else the address asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from shetong.core.asked import whole

# Deeper than people turn pages; whoever seeks more narrows the search.
DEEPEST = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one part of a list; ``previous`` and ``next`` are addresses, empty at the ends."""

    rows: list[Any]
    previous: str
    next: str

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def part(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, size: int, name: str = "page") -> Part:
    """Return the part of a list that the address asks for under ``name``; nothing is counted beyond it."""
    number = whole(request.GET.get(name, ""), least=1, most=DEEPEST) or 1
    found = list(rows[size * (number - 1) : size * number + 1])
    return Part(
        found[:size], _address(request, name, number - 1) if number > 1 else "",
        _address(request, name, number + 1) if len(found) > size and number < DEEPEST else "",
    )  # fmt: skip


def _address(request: HttpRequest, name: str, number: int) -> str:
    asked = request.GET.copy()
    asked[name] = str(number)
    return f"?{asked.urlencode()}"
