"""Rows by prepared statements: as the ORM would read and write them, counted and refused like its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shetong.casework.models import Case, MatterVariant, StoredFile
from shetong.store import queue, rows
from tests.casework import factories

pytestmark = pytest.mark.django_db


def case() -> Case:
    """Return a draft written by the rows under test."""
    now = timezone.now()
    made = Case(
        matter="SO-CHG", applicant=factories.applicant(), form={"body": {"name": "示范"}}, sealed=b"\x00\xff",
        created_at=now, updated_at=now,
    )  # fmt: skip
    rows.insert(made)
    return made


def values(instance: Case) -> dict[str, Any]:
    """Return what an instance holds, column by column."""
    return {
        field.attname: bytes(value) if isinstance(value := getattr(instance, field.attname), memoryview) else value
        for field in instance._meta.concrete_fields
    }


def test_what_is_written_is_what_the_orm_reads_and_the_other_way_round() -> None:
    made = case()
    by_orm = Case.objects.get(pk=made.pk)
    (by_rows,) = rows.load(Case, "WHERE id = %s FOR UPDATE", [made.pk])
    assert values(made) == values(by_orm) == values(by_rows)
    assert by_rows.applicant == made.applicant
    assert rows.first(Case, "WHERE id = %s", [0]) is None


def test_only_what_changed_is_written() -> None:
    made = case()
    held = rows.load(Case, "WHERE id = %s", [made.pk])[0]
    Case.objects.filter(pk=made.pk).update(title="别处写的")
    held.form["body"]["name"] = "改在里面"
    held.step = "first-review"
    rows.save(held)
    found = Case.objects.get(pk=made.pk)
    assert (found.title, found.step, found.form) == ("别处写的", "first-review", {"body": {"name": "改在里面"}})


def test_nothing_changed_is_no_statement_and_a_change_back_is_one(django_assert_num_queries: Any) -> None:
    held = rows.load(Case, "WHERE id = %s", [case().pk])[0]
    with django_assert_num_queries(0):
        rows.save(held)
    held.title = "一"
    rows.save(held)
    held.title = ""
    with django_assert_num_queries(1):
        rows.save(held)
    assert Case.objects.get(pk=held.pk).title == ""


def test_a_row_that_is_gone_is_told() -> None:
    made = MatterVariant(
        matter="X", division_code="110105", valid_from=timezone.localdate(), recorded_at=timezone.now()
    )
    rows.insert(made)
    MatterVariant.objects.filter(pk=made.pk).delete()
    with pytest.raises(LookupError):
        rows.update(made, "basis")


def test_a_row_that_is_there_already_is_left_out() -> None:
    file = StoredFile(digest="ab" * 32, size=1, media_type="application/pdf", stored_at=timezone.now())
    assert rows.insert_all([file], or_nothing=True) == [file]
    twin = StoredFile(digest="ab" * 32, size=2, media_type="image/png", stored_at=timezone.now())
    assert rows.insert_all([twin], or_nothing=True) == []
    assert StoredFile.objects.get(digest="ab" * 32).size == 1
    assert rows.insert_all([]) == []


def test_several_rows_are_one_statement(django_assert_num_queries: Any) -> None:
    files = [
        StoredFile(digest=f"{number:064x}", size=number, media_type="image/png", stored_at=timezone.now())
        for number in range(1, 4)
    ]
    with django_assert_num_queries(1):
        rows.insert_all(files)
    assert [file.size for file in StoredFile.objects.order_by("size")] == [1, 2, 3]


def test_constraints_refuse_with_the_exceptions_of_django() -> None:
    file = StoredFile(digest="no digest", size=1, media_type="image/png", stored_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(file)
    assert not rows.exists("FROM casework_storedfile WHERE digest = %s", ["no digest"])


def test_statements_are_prepared_once_a_connection() -> None:
    for _ in range(3):
        rows.fetch("SELECT count(*) FROM casework_case WHERE id > %s", [0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
                       ["SELECT count(*) FROM casework_case WHERE id >%"])  # fmt: skip
        assert cursor.fetchall() == [(3,)]


def test_a_job_with_a_lock_waits_once() -> None:
    assert queue.defer("tests.nothing", queue="tests", once="tests.lock", number=1)
    assert not queue.defer("tests.nothing", queue="tests", once="tests.lock", number=2)
    assert queue.defer("tests.nothing", queue="tests", text="甲")
    found = rows.fetch("SELECT args ->> 'number', args ->> 'text' FROM procrastinate_jobs WHERE queue_name = 'tests'")
    assert sorted(found, key=str) == [("1", None), (None, "甲")]
