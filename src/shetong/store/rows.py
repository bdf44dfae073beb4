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

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState

from shetong.store.prepared import Prepared

# Where a connection of the driver keeps its prepared statements.
_KEPT = "_kept_by_rows"
# Where an instance keeps the row as it was read.
_READ = "_row_as_read"
M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]
Also = tuple[tuple[str, str], ...]


def fetch(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """Run a statement that returns rows, and return them."""
    return _executed(statement, parameters)[0]


def run(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement that returns nothing; return how many rows it touched."""
    return _executed(statement, parameters)[1]


def exists(condition: str, parameters: Sequence[Any] = ()) -> bool:
    """Whether ``condition`` (``FROM … WHERE …``) leaves any row."""
    return bool(fetch(f"SELECT EXISTS (SELECT {condition})", parameters)[0][0])


def load(model: type[M], condition: str, parameters: Sequence[Any] = (), *, also: Also = ()) -> list[M]:
    """Return the rows of a model. ``condition`` is what follows the table's name: ``WHERE id = %s FOR UPDATE``.

    ``also``: further attributes of the instances, each with the expression that gives it.
    """
    head, names, converters = _reading(model, also)
    found = []
    for row in fetch(f"{head} {condition}", parameters):
        # As Model.from_db would, without a call for each field.
        instance = model.__new__(model)
        held = instance.__dict__
        held.update(zip(names, row, strict=True))
        for position, convert in converters:
            held[names[position]] = convert(row[position], None, connection)
        held["_state"] = state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        held[_READ] = row[: len(row) - len(also)] if also else row
        found.append(instance)
    return found


def first(model: type[M], condition: str, parameters: Sequence[Any] = (), *, also: Also = ()) -> M | None:
    """Return the first of the rows that ``condition`` leaves, ``None`` where there is none."""
    return next(iter(load(model, condition, parameters, also=also)), None)


def insert(instance: models.Model, *, again: bool = False) -> None:
    """Write a new row and give the instance its number. ``again``: the same transaction may :func:`save` it later."""
    insert_all([instance])
    if again:
        instance.__dict__[_READ] = tuple(_as_read(instance, field) for field in _stored(type(instance)))


def insert_and(instance: models.Model, following: str, parameters: Sequence[Any]) -> None:
    """Write a new row and, in the same statement, ``following``, which finds its number in ``written``."""
    head, fields, key = _inserting(type(instance))
    marks = ", ".join(["%s"] * len(fields))
    [(number,)] = fetch(
        f"WITH written AS ({head} VALUES ({marks}) RETURNING {key} AS id), following AS ({following})"  # noqa: S608 - names of models
        " SELECT id FROM written",
        [*_values(instance, fields, new=True), *parameters],
    )
    _is_written(instance, number)


def _is_written(instance: models.Model, number: Any) -> None:
    instance.pk = number
    instance._state.adding = False
    instance._state.db = DEFAULT_DB_ALIAS


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
        _is_written(instance, number)
    return written


def update(instance: models.Model, *names: str) -> None:
    """Write the named fields of an instance. Raises ``LookupError`` where its row is gone."""
    statement, fields = _updating(type(instance), names)
    if not run(statement, [*_values(instance, fields, new=False), instance.pk]):
        raise LookupError(f"there is no row of {type(instance).__name__} {instance.pk}")


def save(instance: models.Model) -> None:
    """Write what of an instance differs from what was read or inserted here; all of one that was read otherwise.

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


def _executed(statement: str, parameters: Sequence[Any]) -> tuple[list[Row], int]:
    """Run a statement in Django's connection; return its rows and how many it touched."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    if database.execute_wrappers or database.queries_logged:
        return _watched(database, statement, parameters)
    database.validate_no_broken_transaction()
    kept = _prepared(database)
    with database.wrap_database_errors:
        try:
            return kept.run(statement, parameters)
        except psycopg.errors.FeatureNotSupported:
            # A migration changed a column under a prepared statement: the next try prepares anew.
            kept.forget()
            raise


def _watched(database: Any, statement: str, parameters: Sequence[Any]) -> tuple[list[Row], int]:
    """Do the same before the eyes of who counts or logs statements, which needs a cursor of Django."""
    cursor = _Watched(_prepared(database))
    database._prepare_cursor(cursor).execute(statement, parameters)
    return cursor.answer


class _Watched:
    """What of a cursor Django's wrappers ask for."""

    def __init__(self, kept: Prepared) -> None:
        self._kept = kept
        self.answer: tuple[list[Row], int] = ([], 0)

    def execute(self, query: str, parameters: Sequence[Any] = ()) -> None:
        self.query = query.encode()
        self.answer = self._kept.run(query, parameters)

    @property
    def _query(self) -> _Watched:
        return self


def _prepared(database: Any) -> Prepared:
    """Return the prepared statements of the connection that is open."""
    raw = database.connection
    kept: Prepared | None = raw.__dict__.get(_KEPT)
    if kept is None:
        kept = raw.__dict__[_KEPT] = Prepared(raw, keep=database.settings_dict.get("PREPARE", True))
    return kept


def _quoted(names: Iterable[str | None]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names if name)


def _stored(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _values(instance: models.Model, fields: Sequence[models.Field[Any, Any]], *, new: bool) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(field.pre_save(instance, new), database) for field in fields]


@lru_cache(maxsize=256)
def _reading(
    model: type[models.Model], also: Also
) -> tuple[str, list[str], list[tuple[int, Callable[[Any, None, Any], Any]]]]:
    fields = _stored(model)
    further = "".join(f", {expression}" for _, expression in also)
    head = f"SELECT {_quoted(field.column for field in fields)}{further} FROM {_quoted([model._meta.db_table])}"  # noqa: S608 - names of models
    converters = [
        (position, convert) for position, field in enumerate(fields) for convert in field.get_db_converters(connection)
    ]
    return head, [*(field.attname for field in fields), *(name for name, _ in also)], converters


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
