"""An import that is killed, or that runs twice at once, ends as one that ran alone and undisturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from shetong.ledger.models import Entry
from shetong.registry.models import (
    Filing,
    ImportChunk,
    ImportRun,
    Organisation,
    OrganisationName,
    SearchEntry,
)
from shetong.registry.services.imports import import_organisations
from tests.registry import factories
from tests.registry.imports import files

IMPORT = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "shetong.conf.development"
import django
django.setup()
from datetime import date
from pathlib import Path
from shetong.registry.services.imports import import_organisations
def progress(stage, done, total):
    if stage == "indexes" and done == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
import_organisations(Path(sys.argv[1]), as_of=date(2026, 6, 30), chunk_rows=int(sys.argv[2]), progress=progress)
"""
INDEXES = """
    SELECT tablename, indexdef FROM pg_indexes WHERE tablename LIKE 'registry_%%'
    UNION ALL
    SELECT conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid::regclass::text LIKE 'registry_%%'
    ORDER BY 1, 2
"""


def start(path: Path, chunk_rows: int, *, dies_after: int = 0) -> subprocess.Popen[bytes]:
    """Start a process of its own that imports into the tests' database, and dies after so many index builds."""
    values = connection.settings_dict
    url = f"postgresql://{values['USER']}@/{values['NAME']}?host={values['HOST']}&port={values['PORT'] or 5432}"
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(path), str(chunk_rows), str(dies_after)],
        env={**os.environ, "DATABASE_URL": url},
    )


def structure() -> list[tuple[Any, ...]]:
    """Indexes and constraints of the register."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        return list(cursor.fetchall())


def options() -> list[str]:
    """Settings of the register's tables that only a first load makes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE relname LIKE 'registry_%%' AND 'autovacuum_enabled=off' = ANY(reloptions)"
        )
        return [name for (name,) in cursor.fetchall()]


def register() -> list[Sequence[Any]]:
    """What the register says, without numbers and times that each load gives anew."""
    leave = ("id", "updated_at", "authority_id", "status_since")
    columns = [field.attname for field in Organisation._meta.concrete_fields if field.attname not in leave]
    return [
        list(Organisation.objects.order_by("uscc").values_list(*columns, "authority__name")),
        list(Filing.objects.order_by("organisation__uscc", "pk").values_list("organisation__uscc", "kind", "after")),
        list(OrganisationName.objects.order_by("organisation__uscc").values_list("organisation__uscc", "name")),
        list(SearchEntry.objects.order_by("organisation__uscc", "text").values_list("organisation__uscc", "tokens")),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first_load", [True, False], ids=["empty register", "register in use"])
def test_a_killed_import_goes_on_to_the_same_end(tmp_path: Path, *, first_load: bool) -> None:
    if not first_load:
        factories.register_organisation(uscc=files.code(90_000), name="北京市晨光研究领域协会")
    whole = structure()
    rows = [files.row(n) if n % 50 else files.row(n, 成立日期="昨天") for n in range(1, 3001)]
    path = files.write_csv(tmp_path / "a.csv", rows)
    process = start(path, 100)
    deadline = time.monotonic() + 240
    while not ImportChunk.objects.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    run = ImportRun.objects.get()
    assert run.finished_at is None
    assert 0 < run.chunks.count() < 30
    assert not Entry.objects.filter(reference=f"import-{run.pk}").exists()

    report = import_organisations(path, chunk_rows=100)
    assert (report.created, report.rejected, report.rows) == (2940, 60, 3000)
    assert structure() == whole
    resumed = register()
    assert len(resumed[0]) == 2940 + (not first_load)
    assert Entry.objects.filter(reference=f"import-{run.pk}").count() == 1

    call_command("flush", verbosity=0, interactive=False)
    if not first_load:
        factories.register_organisation(uscc=files.code(90_000), name="北京市晨光研究领域协会")
    import_organisations(path, chunk_rows=700)
    undisturbed = register()
    assert [row for row in resumed[0] if row[0] != files.code(90_000)] == [
        row for row in undisturbed[0] if row[0] != files.code(90_000)
    ]
    mine = {files.code(90_000)}
    for one, other in zip(resumed[1:], undisturbed[1:], strict=True):
        assert [row for row in one if row[0] not in mine] == [row for row in other if row[0] not in mine]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("builds", "same"),
    [(1, True), (12, True), (12, False), (30, True)],
    ids=["foreign keys", "indexes", "indexes, then another file", "validation"],
)
def test_what_a_kill_during_the_index_builds_left_is_built_by_the_next_import(
    tmp_path: Path, *, builds: int, same: bool
) -> None:
    whole = structure()
    path = files.write_csv(tmp_path / "a.csv", [files.row(n) for n in range(1, 301)])
    process = start(path, 100, dies_after=builds)
    assert process.wait(timeout=300) == -signal.SIGKILL
    run = ImportRun.objects.get()
    assert run.finished_at is None
    assert Organisation.objects.count() == 300
    assert run.deferred
    assert structure() != whole

    following = path if same else files.write_csv(tmp_path / "b.csv", [files.row(301)])
    report = import_organisations(following, chunk_rows=100)
    assert report.created == (300 if same else 1)
    assert structure() == whole
    assert not ImportRun.objects.exclude(deferred=[]).exists()
    assert not set(options())
    assert SearchEntry.objects.count() == 2 * Organisation.objects.count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [True, False], ids=["the same file", "overlapping files"])
def test_two_imports_at_once_end_as_one_after_the_other(tmp_path: Path, *, same: bool) -> None:
    whole = structure()
    rows = [files.row(n) for n in range(1, 1501)]
    one = files.write_csv(tmp_path / "one.csv", rows)
    two = one if same else files.write_csv(tmp_path / "two.csv", [*rows[500:], files.row(2000)])
    processes = [start(one, 50), start(two, 50)]
    assert [process.wait(timeout=300) for process in processes] == [0, 0]
    expected = 1500 if same else 1501
    assert Organisation.objects.count() == Filing.objects.count() == expected
    assert SearchEntry.objects.count() == 2 * expected
    assert structure() == whole
    runs = list(ImportRun.objects.all())
    assert len(runs) == (1 if same else 2)
    assert sum(chunk.created for chunk in ImportChunk.objects.all()) == expected
    for run in runs:
        assert run.finished_at is not None
        assert Entry.objects.filter(reference=f"import-{run.pk}").count() == 1


@pytest.mark.django_db
def test_the_public_log_holds_an_import_once_with_its_figures(tmp_path: Path) -> None:
    factories.register_organisation()
    path = files.write_csv(tmp_path / "a.csv", [files.row(1), files.row(2), files.row(3, 名称="")])
    import_organisations(path)
    import_organisations(path)
    run = ImportRun.objects.get()
    entry = Entry.objects.get(reference=f"import-{run.pk}")
    assert b'"created":2' in bytes(entry.data)
    assert bytes(run.file_digest).hex().encode() in bytes(entry.data)
