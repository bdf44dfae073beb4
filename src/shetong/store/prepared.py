"""Statements that a connection prepares once and then runs by name, without a cursor in between.

A cursor of the driver composes, looks up and keeps much that a service which runs the same statements thousands of
times an hour does not need. Values are adapted by the driver's own adapters, as Django configured them, and results
come in PostgreSQL's binary form. Preparing is no part of a transaction: what was prepared outlives a rollback.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg import Connection, ProgrammingError, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.datetime import TimestamptzBinaryLoader
from psycopg.types.string import TextBinaryLoader

# So many statements a connection keeps prepared; those of all services together are about two hundred.
MOST = 500
_NAMES = count(1)
_MARK = re.compile(r"%(.)")
_DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class _JsonText(TextBinaryLoader):
    """JSON as text, which the fields of the models read; the first octet of the binary form is its version."""

    def load(self, data: Any) -> Any:
        return super().load(bytes(data)[1:])


class _Moment(TimestamptzBinaryLoader):
    """Times in UTC, as Django gives them."""

    def load(self, data: Any) -> datetime:
        return super().load(data).replace(tzinfo=UTC)


class Prepared:
    """The prepared statements of one connection. ``keep=False`` prepares none: for poolers that know no such thing."""

    def __init__(self, connection: Connection[Any], *, keep: bool) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        adapters = self._cursor.adapters
        adapters.register_loader("jsonb", _JsonText)
        adapters.register_loader("timestamptz", _Moment)
        adapters.register_loader(0, TextBinaryLoader)  # enumerations, whose numbers differ between databases
        self._adapted = Transformer(self._cursor)
        self._keep = keep
        self._names: OrderedDict[tuple[bytes, tuple[int, ...]], bytes] = OrderedDict()

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> tuple[list[tuple[Any, ...]], int]:
        """Run a statement with ``%s`` for each parameter; return its rows and how many it touched.

        Raises the driver's exceptions.
        """
        query, marks = _numbered(statement)
        if marks != len(parameters):
            raise ProgrammingError(f"the statement has {marks} places, {len(parameters)} values were given")
        adapted, server = self._adapted, self._connection.pgconn
        values: Any = adapted.dump_sequence(parameters, [PyFormat.AUTO] * marks)
        types = adapted.types or ()
        formats = adapted.formats or ()
        self._begin()
        if self._keep:
            result = server.exec_prepared(self._name(query, types), values, formats, Format.BINARY)
        else:
            result = server.exec_params(query, values, types, formats, Format.BINARY)
        self._require(result)
        adapted.set_pgresult(result)
        found = adapted.load_rows(0, result.ntuples, tuple) if result.ntuples else []
        return found, result.command_tuples or 0

    def forget(self) -> None:
        """Prepare everything anew, as after a migration that changed a column's type."""
        self._names.clear()

    def _begin(self) -> None:
        """Open the transaction that the driver would open before the first statement."""
        connection = self._connection
        if not connection.autocommit and connection.pgconn.transaction_status == TransactionStatus.IDLE:
            self._require(connection.pgconn.exec_(b"BEGIN"))

    def _name(self, query: bytes, types: tuple[int, ...]) -> bytes:
        key = (query, types)
        name = self._names.get(key)
        if name is not None:
            self._names.move_to_end(key)
            return name
        if len(self._names) >= MOST:
            _, oldest = self._names.popitem(last=False)
            self._require(self._connection.pgconn.exec_(b"DEALLOCATE " + oldest))
        name = b"shetong_%d" % next(_NAMES)
        self._require(self._connection.pgconn.prepare(name, query, types))
        self._names[key] = name
        return name

    def _require(self, result: PGresult) -> None:
        if result.status not in _DONE:
            raise errors.error_from_result(result, encoding="utf-8")


@lru_cache(maxsize=4 * MOST)
def _numbered(statement: str) -> tuple[bytes, int]:
    """Return a statement as the server reads it, ``$1`` for the first ``%s``, and how many places it has."""
    places = 0

    def number(mark: re.Match[str]) -> str:
        nonlocal places
        if mark[1] == "%":
            return "%"
        if mark[1] != "s":
            raise ProgrammingError(f"only %s and %% may stand in a statement: {mark[0]}")
        places += 1
        return f"${places}"

    return _MARK.sub(number, statement).encode(), places
