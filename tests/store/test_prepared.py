"""Prepared statements of a connection: values as the driver gives them, rollbacks, poolers, changed columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, InternalError, NotSupportedError, connection, transaction

from shetong.store import rows
from shetong.store.prepared import Prepared

pytestmark = pytest.mark.django_db


def kept() -> list[str]:
    """Return the statements that the server holds prepared for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.fixture
def without_keeping(db: None) -> Iterator[None]:
    """Run as behind a pooler that knows no prepared statements."""
    connection.ensure_connection()
    raw: Any = connection.connection
    before = raw.__dict__.get("_kept_by_rows")
    raw.__dict__["_kept_by_rows"] = Prepared(raw, keep=False)
    yield
    raw.__dict__["_kept_by_rows"] = before


VALUES = [
    7, -(2**40), "甲%乙", True, None, b"\x00\xff", date(2026, 2, 3), datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
    ["一", "二"], [1, 2**40], 2.5,
]  # fmt: skip
TYPES = ["int", "bigint", "text", "boolean", "text", "bytea", "date", "timestamptz", "text[]", "bigint[]", "float8"]


def test_values_go_to_the_server_and_come_back_as_they_were() -> None:
    asked = ", ".join(f"%s::{kind}" for kind in TYPES)
    assert rows.fetch(f"SELECT {asked}, '%%'", VALUES) == [(*VALUES, "%")]
    assert rows.fetch("SELECT '{\"a\": [1]}'::jsonb, 'todo'::procrastinate_job_status, 1.5::numeric::text") == [
        ('{"a": [1]}', "todo", "1.5")
    ]


def test_a_rollback_does_not_cost_what_was_prepared() -> None:
    with transaction.atomic():
        rows.fetch("SELECT 'before the rollback'")
        transaction.set_rollback(True)
    rows.fetch("SELECT 'before the rollback'")
    assert kept().count("SELECT 'before the rollback'") == 1


def test_behind_a_pooler_nothing_stays_prepared(without_keeping: None) -> None:
    assert rows.fetch("SELECT %s::text", ["nothing kept"]) == [("nothing kept",)]
    assert not [statement for statement in kept() if "$1::text" in statement and statement.startswith("SELECT $1::tex")]


def test_after_a_failure_the_transaction_is_broken_as_with_the_orm() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.fetch("SELECT 1 / %s::int", [0])
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            rows.fetch("SELECT no_such_column")
        with pytest.raises(InternalError):
            rows.fetch("SELECT 1")
        transaction.set_rollback(True)


def test_a_changed_column_fails_once_and_is_prepared_anew() -> None:
    rows.run("CREATE TEMPORARY TABLE changing (number int)")
    rows.run("INSERT INTO changing VALUES (1)")
    assert rows.fetch("SELECT * FROM changing") == [(1,)]
    rows.run("ALTER TABLE changing ALTER number TYPE text")
    with pytest.raises(NotSupportedError), transaction.atomic():
        rows.fetch("SELECT * FROM changing")
    assert rows.fetch("SELECT * FROM changing") == [("1",)]


def test_who_counts_statements_sees_them(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert rows.fetch("SELECT %s::int", [1]) == [(1,)]
        rows.run("SELECT 2")


def test_a_place_without_a_value_is_refused() -> None:
    with pytest.raises(DatabaseError, match="2 places"):
        rows.fetch("SELECT %s::int + %s::int", [1])


def test_the_oldest_statement_goes_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr("shetong.store.prepared.MOST", 2)
    few = Prepared(connection.connection, keep=True)
    for number in (1, 2, 1, 3):
        assert few.run(f"SELECT {number}, 'one of few'")[0] == [(number, "one of few")]
    assert sorted(one for one in kept() if "one of few" in one) == ["SELECT 1, 'one of few'", "SELECT 3, 'one of few'"]
