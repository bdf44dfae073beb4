"""The first load of an empty register: secondary indexes and foreign keys are built after the data, not row by row.

Unique constraints, checks and triggers stay throughout. What is taken away is recorded in the run, in the transaction
that takes it away, as the statements that bring it back; whoever imports next finishes what a killed run left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

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

_TABLES = [
    model._meta.db_table for model in (Organisation, Filing, SearchEntry, OrganisationName, OrganisationAttribute)
]
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
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype <> 'f')
    ORDER BY pg_get_indexdef(x.indexrelid) LIKE '%%USING gin%%' DESC, 1
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
        run.deferred = [{"name": name, "sql": definition} for name, definition in indexes] + [
            {"name": name, "table": table, "sql": f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}"}
            for name, table, definition in keys
        ]
        for name, table, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {quote(name)}")
        run.save(update_fields=["deferred"])


def restore(run: ImportRun, progress: Callable[[int, int], None] | None = None) -> None:
    """Build what :func:`defer` took away, one thing at a time: killed in between, the rest is built the next time."""
    total = len(run.deferred)
    while run.deferred:
        with transaction.atomic(), connection.cursor() as cursor:
            owed = run.deferred[0]
            cursor.execute("SET LOCAL synchronous_commit TO off")
            cursor.execute(owed["sql"])
            run.deferred = run.deferred[1:]
            run.save(update_fields=["deferred"])
        if progress:
            progress(total - len(run.deferred), total)


def settle() -> None:
    """Give the planner its statistics, and the walk of the search index its visibility map. Outside transactions."""
    search_index.settle()
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(table for table in _TABLES if table != SearchEntry._meta.db_table)}")
