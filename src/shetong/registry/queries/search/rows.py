"""Statements with their parameters, and the hits they find as lists show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db import connection


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its parameters."""

    text: str
    params: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry of the index that fits, and the keys of its place in the list."""

    entry_id: int
    keys: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A hit with the entry that fits and its organisation."""

    keys: tuple[int, int, int]
    text: str
    former: bool
    facets: str
    organisation_id: int
    uscc: str | None
    name: str
    kind: str
    status: str
    division_code: str
    legal_representative: str
    founded_on: date | None
    demo: bool
    authority: str


def run(statement: Sql) -> list[Any]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, cast("tuple[str, ...]", statement.params))
        rows: list[Any] = cursor.fetchall()
    return rows


def shown(hits: Sequence[Hit]) -> list[Row]:
    """Return the rows of hits, in their order; one statement, none without hits."""
    if not hits:
        return []
    found = run(Sql("SELECT * FROM registry_search_shown(%s)", ([hit.entry_id for hit in hits],)))
    by_entry = {entry_id: columns for entry_id, *columns in found}
    # An entry may have been renewed since it was found.
    return [Row(hit.keys, *by_entry[hit.entry_id]) for hit in hits if hit.entry_id in by_entry]


def entries(ids: Iterable[int]) -> list[Row]:
    """Return the rows of entries in the order of their ids as given."""
    return shown([Hit(entry_id, (place, 0, entry_id)) for place, entry_id in enumerate(ids)])
