"""Rows read and written by prepared statements, for services that do so thousands of times an hour.

The ORM takes several times as long to compose a statement as PostgreSQL to run it. Here a statement is composed once a
model and prepared once a connection (docs/decisions/0050). Conditions are SQL of the caller with ``%s`` for values;
values are converted by the model's fields. ``save()``, its signals and defaults of the database are not asked, so
models that have such are written through the ORM. Everything runs in Django's connection: its transactions, its
counted queries and its exceptions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connection, connections, models
from django.db.backends.postgresql.base import ServerBindingCursor

# Where a connection of the driver keeps the cursor of its prepared statements.
_CURSOR = "_cursor_of_rows"
# Where an instance keeps the row as it was read.
_READ = "_row_as_read"
M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]


class _PreparedCursor(ServerBindingCursor):
    """A cursor whose statements are all prepared, unless the connection prepares none (``DATABASE_PREPARE=0``)."""

    def execute(self, query: str, params: Sequence[Any] | None = None) -> Any:
        return super().execute(query, params, prepare=True)  # type: ignore[misc] # of the driver's own cursor


def fetch(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """Run a statement that returns rows, and return them."""
    found: list[Row] = _executed(statement, parameters).fetchall()
    return found


def run(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement that returns nothing; return how many rows it touched."""
    return int(_executed(statement, parameters).rowcount)


def exists(condition: str, parameters: Sequence[Any] = ()) -> bool:
    """Whether ``condition`` (``FROM … WHERE …``) leaves any row."""
    return bool(fetch(f"SELECT EXISTS (SELECT {condition})", parameters)[0][0])


def load(model: type[M], condition: str, parameters: Sequence[Any] = ()) -> list[M]:
    """Return the rows of a model. ``condition`` is what follows the table's name: ``WHERE id = %s FOR UPDATE``."""
    head, names, converters = _reading(model)
    found = []
    for row in fetch(f"{head} {condition}", parameters):
        values = list(row)
        for position, convert in converters:
            values[position] = convert(values[position], None, connection)
        instance = model.from_db(DEFAULT_DB_ALIAS, names, values)
        instance.__dict__[_READ] = row
        found.append(instance)
    return found


def first(model: type[M], condition: str, parameters: Sequence[Any] = ()) -> M | None:
    """Return the first of the rows that ``condition`` leaves, ``None`` where there is none."""
    return next(iter(load(model, condition, parameters)), None)


def insert(instance: models.Model) -> None:
    """Write a new row and give the instance its number."""
    insert_all([instance])


def insert_all(instances: Sequence[M], *, or_nothing: bool = False) -> list[M]:
    """Write new rows of one model in one statement, give the instances their numbers, and return those written.

    ``or_nothing``: one row alone, which is left out where a unique key holds such a row already. A number that the
    caller chose (a primary key that the database does not give) stays.
    """
    if not instances:
        return []
    model = type(instances[0])
    head, fields, key = _inserting(model)
    given = [_values(instance, fields, new=True) for instance in instances]
    marks = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(instances))
    conflict = " ON CONFLICT DO NOTHING" if or_nothing else ""
    numbers = fetch(f"{head} VALUES {marks}{conflict} RETURNING {key}", [one for row in given for one in row])
    if or_nothing and len(instances) > 1:
        raise ValueError("which of several rows were left out cannot be told")
    written = list(instances[: len(numbers)])
    for instance, (number,) in zip(written, numbers, strict=True):
        instance.pk = number
        instance._state.adding = False
        instance._state.db = DEFAULT_DB_ALIAS
    return written


def update(instance: models.Model, *names: str) -> None:
    """Write the named fields of an instance. Raises ``LookupError`` where its row is gone."""
    statement, fields = _updating(type(instance), names)
    if not run(statement, [*_values(instance, fields, new=False), instance.pk]):
        raise LookupError(f"there is no row of {type(instance).__name__} {instance.pk}")


def save(instance: models.Model) -> None:
    """Write what of an instance differs from what :func:`load` read; all of one that was read otherwise.

    For rows that are locked, so that what was read is what is there.
    """
    read: Row | None = instance.__dict__.get(_READ)
    stored = _stored(type(instance))
    if read is None:
        changed = [field for field in stored if not field.primary_key]
    else:
        changed = [field for field, was in zip(stored, read, strict=True) if _differs(instance, field, was)]
    if not changed:
        return
    update(instance, *(field.attname for field in changed))
    if read is not None:
        fresh = {field.attname: _as_read(instance, field) for field in changed}
        instance.__dict__[_READ] = tuple(fresh.get(one.attname, was) for one, was in zip(stored, read, strict=True))


def _differs(instance: models.Model, field: models.Field[Any, Any], was: Any) -> bool:
    now = getattr(instance, field.attname)
    if isinstance(field, models.JSONField):
        return bool(json.loads(was) != now) if was is not None else now is not None
    return bool(was != now)


def _as_read(instance: models.Model, field: models.Field[Any, Any]) -> Any:
    now = getattr(instance, field.attname)
    return json.dumps(now, cls=field.encoder) if isinstance(field, models.JSONField) and now is not None else now


def _executed(statement: str, parameters: Sequence[Any]) -> Any:
    """Run a statement in Django's connection and return the cursor, whose rows are taken before the next one."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    raw = database.connection
    cursor = raw.__dict__.get(_CURSOR)
    if cursor is None:
        cursor = raw.__dict__[_CURSOR] = _PreparedCursor(raw)  # type: ignore[call-arg]
    # What connection.cursor() does, with the other kind of cursor; queries are counted and errors translated alike.
    wrapped = database._prepare_cursor(cursor)
    try:
        wrapped.execute(statement, parameters)
    except NotSupportedError:
        # A migration changed a column under a prepared statement: the next try prepares anew.
        raw._prepared.clear()
        raise
    return wrapped


def _quoted(names: Iterable[str | None]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names if name)


def _stored(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _values(instance: models.Model, fields: Sequence[models.Field[Any, Any]], *, new: bool) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(field.pre_save(instance, new), database) for field in fields]


@lru_cache(maxsize=256)
def _reading(
    model: type[models.Model],
) -> tuple[str, list[str], list[tuple[int, Callable[[Any, None, Any], Any]]]]:
    fields = _stored(model)
    head = f"SELECT {_quoted(field.column for field in fields)} FROM {_quoted([model._meta.db_table])}"  # noqa: S608 - names of models
    converters = [
        (position, convert) for position, field in enumerate(fields) for convert in field.get_db_converters(connection)
    ]
    return head, [field.attname for field in fields], converters


@lru_cache(maxsize=256)
def _inserting(model: type[models.Model]) -> tuple[str, list[models.Field[Any, Any]], str]:
    fields = [field for field in _stored(model) if not isinstance(field, models.AutoField)]
    table, key = _quoted([model._meta.db_table]), _quoted([model._meta.pk.column])
    return f"INSERT INTO {table} ({_quoted(field.column for field in fields)})", fields, key


@lru_cache(maxsize=512)
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[models.Field[Any, Any]]]:
    known = {name: field for field in _stored(model) for name in (field.name, field.attname)}
    fields = [known[name] for name in names]
    settings = ", ".join(f"{_quoted([field.column])} = %s" for field in fields)
    table, key = _quoted([model._meta.db_table]), _quoted([model._meta.pk.column])
    return f"UPDATE {table} SET {settings} WHERE {key} = %s", fields  # noqa: S608 - names of models
