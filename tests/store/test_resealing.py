"""Sealing anew after a rotation: everything that a retired key sealed, nothing that somebody holds or nobody opens."""

from __future__ import annotations

import base64
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from shetong.core import pii
from shetong.store import resealing

OLD, LOST = bytes(range(32)), bytes(range(32, 64))
CONTEXTS = {"name": "test.name", "phone": "test.phone"}


@pytest.fixture
def table(transactional_db: None, settings: Any) -> Any:
    encoded = base64.b64encode(OLD).decode()
    settings.PII_KEYS = f"{settings.PII_KEYS},retired:{encoded}"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_sealed (id int PRIMARY KEY, name bytea, phone bytea)")
    yield "test_sealed"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_sealed")


def old(text: str, context: str, key: bytes = OLD, name: str = "retired") -> bytes:
    return pii.KeyRing({name: key}, OLD).seal(text, context=context)


def write(rows: list[tuple[int, bytes | None, bytes | None]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO test_sealed VALUES (%s, %s, %s)", rows)


def read(number: int) -> tuple[bytes, bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM test_sealed WHERE id = %s", [number])
        return cursor.fetchone()


def test_all_of_a_table_is_sealed_anew_and_a_second_run_finds_nothing(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 3)
    write([(n, old(f"name {n}", "test.name"), old("1", "test.phone") if n % 2 else None) for n in range(8)])
    write([(8, pii.seal("new", context="test.name"), b"")])
    assert resealing.reseal(table, CONTEXTS) == 8
    assert resealing.reseal(table, CONTEXTS) == 0
    for number in range(8):
        name, phone = read(number)
        assert pii.ring().is_current(bytes(name))
        assert pii.open_sealed(name, context="test.name") == f"name {number}"
        assert (phone is None) == (number % 2 == 0)


def test_a_value_whose_key_is_lost_stays_and_stops_no_other(table: str) -> None:
    lost = old("lost", "test.name", LOST, "lost")
    write([(1, lost, None), (2, old("found", "test.name"), None)])
    assert resealing.reseal(table, CONTEXTS) == 1
    assert bytes(read(1)[0]) == lost


def test_a_row_that_somebody_changes_meanwhile_is_left_to_them(table: str) -> None:
    write([(1, old("before", "test.name"), None), (2, old("other", "test.name"), None)])
    done: list[int] = []

    def night() -> None:
        done.append(resealing.reseal(table, CONTEXTS))
        connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE test_sealed SET name = %s WHERE id = 1", [pii.seal("after", context="test.name")])
        thread = threading.Thread(target=night)
        thread.start()
        thread.join()
    assert done == [1]
    assert pii.open_sealed(read(1)[0], context="test.name") == "after"


def test_with_one_key_nothing_is_looked_at(settings: Any) -> None:
    settings.PII_KEYS = settings.PII_KEYS.split(",")[0]
    assert resealing.reseal("no_such_table", CONTEXTS) == 0
