"""How often tokens occur, from the planner's own statistics: the search chooses its way by them.

``ANALYZE`` keeps the most common tokens with their frequencies; reading them costs nothing that the database did not
pay already, and they follow the register as it grows. A process remembers them for a few minutes.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from shetong.registry.models import SearchEntry

_REMEMBER_SECONDS = 300.0
_SQL = """
SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs
FROM pg_class c
LEFT JOIN pg_stats s ON s.schemaname = c.relnamespace::regnamespace::text AND s.tablename = c.relname
    AND s.attname = 'tokens'
WHERE c.oid = %s::regclass
"""


@dataclass(frozen=True)
class Frequencies:
    """Rows of the index and the share of rows that hold each common token; rarer tokens have at most ``rare``."""

    rows: float = 0.0
    common: Mapping[str, float] = field(default_factory=dict)
    rare: float = 0.0
    ordered: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ordered", tuple(sorted(self.common)))

    def of(self, token: str) -> float:
        """Return the share of rows with ``token``; with ``*`` at its end, of rows with any token so beginning."""
        if not token.endswith("*"):
            return self.common.get(token, self.rare)
        beginning = token[:-1]
        total, at = self.rare / 4, bisect_left(self.ordered, beginning)
        while at < len(self.ordered) and self.ordered[at].startswith(beginning):
            total += self.common[self.ordered[at]]
            at += 1
        return min(total, 1.0)

    def any_of(self, tokens: Iterable[str]) -> float:
        """Return an upper bound of the share of rows that hold at least one of ``tokens``."""
        return min(sum(self.of(token) for token in tokens), 1.0)


class _Memory:
    """Shared by the threads of a process; two that read at the same moment read the same."""

    until = 0.0
    value = Frequencies()


_memory = _Memory()


def frequencies() -> Frequencies:
    """Return the frequencies as of the last ANALYZE, at most some minutes old; empty where never analysed."""
    now = time.monotonic()
    if now >= _memory.until:
        _memory.value = _read()
        _memory.until = now + _REMEMBER_SECONDS
    return _memory.value


def forget() -> None:
    """Read the statistics anew at the next question."""
    _memory.until = 0.0


def _read() -> Frequencies:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [SearchEntry._meta.db_table])
        row = cursor.fetchone()
    if row is None or not row[1]:
        return Frequencies(rows=max(row[0], 0.0) if row else 0.0)
    # PostgreSQL appends the least and the greatest frequency (and that of NULL) to the list.
    shares = dict(zip(row[1], row[2], strict=False))
    return Frequencies(rows=max(row[0], 0.0), common=shares, rare=min(shares.values()))
