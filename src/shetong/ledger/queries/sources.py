"""The rows behind the entries, so that an audit can name the row that was changed behind the log's back.

Who writes a type of entry says how its entries follow from the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shetong.core.canonical_json import Json
from shetong.ledger.rules.commitments import Personal


@dataclass(frozen=True, slots=True)
class Row:
    """What an entry should say, derived from the database now; ``name`` tells the row to people (no personal data)."""

    name: str
    body: Mapping[str, Json]
    people: Mapping[str, Personal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of one type of entry in one log.

    ``rows`` derives the entries of the given references, leaving out those whose row is gone; ``references`` gives,
    in chunks, the references of all rows that must have an entry.
    """

    log: str
    kind: str
    version: int
    rows: Callable[[Sequence[str]], Mapping[str, Row]]
    references: Callable[[], Iterator[list[str]]]


@dataclass(frozen=True, slots=True)
class Projection:
    """Rows that follow from logged acts without being logged themselves; ``findings`` names those that do not."""

    log: str
    name: str
    findings: Callable[[], Iterator[str]]


_sources: dict[tuple[str, str, int], Source] = {}
_projections: dict[tuple[str, str], Projection] = {}


def register(sources: Iterable[Source | Projection]) -> None:
    """Make sources known; called once by the package that owns the rows."""
    for source in sources:
        if isinstance(source, Source):
            _sources[source.log, source.kind, source.version] = source
        else:
            _projections[source.log, source.name] = source


def of_log(log: str) -> dict[tuple[str, int], Source]:
    """The sources of a log by type and version."""
    return {(kind, version): source for (name, kind, version), source in _sources.items() if name == log}


def projections_of(log: str) -> list[Projection]:
    """The projections of a log."""
    return [projection for (name, _), projection in _projections.items() if name == log]
