"""The first load of an empty register: secondary indexes and foreign keys are built after the data, not row by row.

Automatic vacuuming of the large tables rests meanwhile.

Unique constraints, checks and triggers stay throughout. What is taken away is recorded in the run, in the transaction
that takes it away, as the statements that bring it back; whoever imports next finishes what a killed run left.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.db import connection, transaction

from shetong.registry.models import (
    Filing,
    ImportRun,
    Organisation,
    OrganisationAttribute,
    OrganisationName,
    SearchEntry,
)
from shetong.registry.services import search_index
from shetong.registry.services.imports import lanes

_TABLES = [
    model._meta.db_table for model in (Organisation, Filing, SearchEntry, OrganisationName, OrganisationAttribute)
]
_OTHERS = [table for table in _TABLES if table != SearchEntry._meta.db_table]
_UNVACUUMED = [model._meta.db_table for model in (Organisation, Filing, SearchEntry)]
# Held exclusively by a first load, shared by every other import.
_LOADING_LOCK = 0x5348_4C4F_4144

_FOREIGN_KEYS = """
    SELECT c.conname, c.conrelid::regclass::text, pg_get_constraintdef(c.oid)
    FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = ANY(%s::regclass[]) ORDER BY 2, 1
"""
_INDEXES = """
    SELECT i.relname, pg_get_indexdef(x.indexrelid)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = ANY(%s::regclass[]) AND NOT x.indisunique AND NOT x.indisprimary AND NOT x.indisexclusion
      AND x.indpred IS NULL -- those of few rows cost the writing less than reading the whole table afterwards
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype <> 'f')
    ORDER BY pg_get_indexdef(x.indexrelid) LIKE '%%USING gin%%' DESC, 1
"""


_ADDED, _VALIDATED, _LAST = "add ", "validate ", "vacuum "
# A tree of tokens that fits into the processor's cache is filled faster than a large one, and merged when it is full.
_CACHED_TREE = "64MB"
# Strikes one thing off the list of what is owed, whatever another connection strikes off at the same time.
_STRIKE = """
    UPDATE registry_importrun SET deferred = COALESCE(
        (SELECT jsonb_agg(owed ORDER BY place) FROM jsonb_array_elements(deferred) WITH ORDINALITY AS each (owed, place)
         WHERE owed ->> 'name' <> %s), '[]')
    WHERE id = %s
"""


@contextmanager
def loading(run: ImportRun) -> Iterator[bool]:
    """Hold the lock of this import; yields whether it is a first load (see module), begun now or resumed.

    A first load excludes other imports. What another, killed first load left undone is restored before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOADING_LOCK])
    shared = False
    try:
        for abandoned in ImportRun.objects.exclude(deferred=[]).exclude(pk=run.pk):
            restore(abandoned)
        run.refresh_from_db(fields=["deferred"])
        first = bool(run.deferred) or not Organisation.objects.exists()
        if not first:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock_shared(%s)", [_LOADING_LOCK])
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOADING_LOCK])
            shared = True
        yield first
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                unlock = "pg_advisory_unlock_shared" if shared else "pg_advisory_unlock"
                cursor.execute(f"SELECT {unlock}(%s)", [_LOADING_LOCK])


def defer(run: ImportRun) -> None:
    """Take secondary indexes and foreign keys away and record in ``run`` how they come back. One transaction."""
    if run.deferred:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INDEXES, [_TABLES])
        indexes = cursor.fetchall()
        cursor.execute(_FOREIGN_KEYS, [_TABLES])
        keys = cursor.fetchall()
        quote = connection.ops.quote_name
        # A key not valid yet holds for new rows and takes a moment; validating it reads the table and locks little.
        run.deferred = [
            *(
                {
                    "name": _ADDED + name,
                    "sql": f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition} NOT VALID",
                }
                for name, table, definition in keys
            ),
            *({"name": name, "sql": definition} for name, definition in indexes),
            *(
                {"name": _VALIDATED + name, "sql": f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote(name)}"}
                for name, table, _ in keys
            ),
            *(
                {"name": _LAST + table, "sql": f"ALTER TABLE {table} RESET (autovacuum_enabled)"}
                for table in _UNVACUUMED
            ),
        ]
        # It would read half-filled tables again and again; what it does for them is done at the end.
        for table in _UNVACUUMED:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        for name, table, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {quote(name)}")
        run.save(update_fields=["deferred"])


def restore(run: ImportRun, progress: Callable[[int, int], None] | None = None) -> None:
    """Build what :func:`defer` took away, each thing in a transaction: killed in between, the rest is built next time.

    Two connections build at a time, one processor each; inside a transaction of the caller there is only its own.
    Statistics come before the keys are validated: of a column without values nothing is then read.
    """
    if not run.deferred:
        return
    owed, total = list(run.deferred), len(run.deferred)
    done = itertools.count(1)

    def build(each: dict[str, str]) -> None:
        _build(run, each)
        if progress:
            progress(next(done), total)

    def named(beginning: str) -> list[lanes.Task]:
        return [partial(build, each) for each in owed if each["name"].startswith(beginning)]

    indexes = [each for each in owed if not each["name"].startswith((_ADDED, _VALIDATED, _LAST))]
    lanes.spread(named(_ADDED), lanes.do, lanes=1)
    lanes.spread([partial(build, each) for each in indexes if _divides(each)], lanes.do, lanes=1)
    others: list[lanes.Task] = [partial(build, each) for each in indexes if not _divides(each)]
    lanes.spread([*others, *map(_analysing, _OTHERS)], lanes.do)
    settling: list[lanes.Task] = [] if connection.in_atomic_block else [search_index.settle]
    lanes.spread([*settling, *named(_VALIDATED)], lanes.do)
    lanes.spread(named(_LAST), lanes.do, lanes=1)
    run.refresh_from_db(fields=["deferred"])


def _analysing(table: str) -> lanes.Task:
    return partial(_analyse, [table])


def _divides(owed: dict[str, str]) -> bool:
    """Whether this alone keeps two processors busy, and with half the memory each finds its way faster."""
    return "USING gin" in owed["sql"]


def _build(run: ImportRun, owed: dict[str, str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        # The token index is built by two processes; of the others each lane builds one.
        cursor.execute(f"SET LOCAL max_parallel_maintenance_workers TO {int(_divides(owed))}")
        if _divides(owed):
            cursor.execute(f"SET LOCAL maintenance_work_mem TO '{_CACHED_TREE}'")
        cursor.execute("SET LOCAL client_connection_check_interval TO 1000")
        cursor.execute(owed["sql"])
        cursor.execute(_STRIKE, [owed["name"], run.pk])


def settle() -> None:
    """Give the planner its statistics, and the walk of the search index its visibility map. Outside transactions."""
    tasks: list[lanes.Task] = [search_index.settle, partial(_analyse, _OTHERS)]
    lanes.spread(tasks, lanes.do)


def _analyse(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
