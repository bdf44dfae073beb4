"""Publish the whole public register as open data: one consistent snapshot, several formats, checksums, licence.

A release is made in a folder of its own, which gets its name only when everything in it is complete; the row that makes
it visible is written last. A run that is killed leaves nothing visible, and the next run removes what it left.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from shetong.core.errors import ConflictError
from shetong.exchange import dictionary, workbook
from shetong.exchange.elements import OPEN_DATA
from shetong.exchange.models import OpenDataFile, OpenDataRelease
from shetong.exchange.queries.snapshot import open_snapshot
from shetong.exchange.services import release_files, release_notes, release_tables
from shetong.exchange.services.release_files import Written

# One key for all servers of a database; any number that nothing else uses.
_LOCK = 0x5348_4F44
_OURS = re.compile(r"(?:\.partial-\d+|\d{8}T\d{6}Z-\d+)")


class AlreadyRunningError(ConflictError):
    """Another process is making a release."""

    code = "open-data-running"

    def __init__(self) -> None:
        super().__init__("开放数据正在生成，请等它完成后再试。")


def publish(*, progress: Callable[[int], None] | None = None) -> OpenDataRelease:
    """Make a release of the register as it is now and return it.

    ``progress`` is called with the number of rows written so far. Raises :class:`AlreadyRunningError` while another run
    is under way, ``OSError`` where the disk does not take the files. Older releases beyond ``OPEN_DATA_KEEP`` go.
    """
    with _only_one():
        root: Path = settings.OPEN_DATA_ROOT
        root.mkdir(parents=True, exist_ok=True)
        _remove_broken_off(root)
        release = OpenDataRelease.objects.create(
            started_at=timezone.now(),
            publisher=settings.OPEN_DATA_PUBLISHER,
            licence=settings.OPEN_DATA_LICENCE,
            licence_url=settings.OPEN_DATA_LICENCE_URL,
            standard_version=OPEN_DATA.version,
        )
        partial = root / f".partial-{release.pk}"
        try:
            partial.mkdir()
            files = _write(release, partial, progress or (lambda _rows: None))
            _show(release, partial, root, files)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        _prune(root)
    return release


def _write(release: OpenDataRelease, directory: Path, progress: Callable[[int], None]) -> list[Written]:
    with open_snapshot() as snapshot, release_files.open_tables(directory) as tables:
        release.snapshot_at = snapshot.taken_at
        for rows in snapshot.chunks:
            table = release_tables.typed(rows)
            tables.add(table)
            release.rows += table.height
            release.demo_rows += int(table["demo"].sum())
            progress(release.rows)
    files = tables.written()
    release.directory = f"{snapshot.taken_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{release.pk}"
    small = {
        "dictionary.json": dictionary.as_json(),
        "divisions.json": dictionary.divisions_json(),
        "dictionary.xlsx": workbook.as_xlsx(),
        "LICENCE.txt": release_notes.licence(release),
        "README.txt": release_notes.readme(release),
    }
    files += [release_files.write_file(directory, name, data) for name, data in small.items()]
    files.append(release_files.write_file(directory, "SHA256SUMS", release_files.checksums(files)))
    return files


def _show(release: OpenDataRelease, partial: Path, root: Path, files: list[Written]) -> None:
    """Give the folder its name, then make the release visible."""
    _sync(partial)
    partial.rename(root / release.directory)
    _sync(root)
    with transaction.atomic():
        OpenDataFile.objects.bulk_create(
            OpenDataFile(release=release, name=file.name, size=file.size, sha256=file.sha256) for file in files
        )
        release.finished_at = timezone.now()
        release.save()


def _remove_broken_off(root: Path) -> None:
    """Remove what killed runs left: rows without end, folders that no release owns. The caller holds the lock."""
    OpenDataRelease.objects.filter(finished_at=None).delete()
    owned = set(OpenDataRelease.objects.values_list("directory", flat=True))
    for path in root.iterdir():
        if _OURS.fullmatch(path.name) and path.name not in owned and path.is_dir():
            shutil.rmtree(path)


def _prune(root: Path) -> None:
    """Keep the newest releases; the row goes before the folder, so that no page names a missing file."""
    old = OpenDataRelease.objects.exclude(finished_at=None).order_by("-pk")[settings.OPEN_DATA_KEEP :]
    for release in list(old):
        release.delete()
    _remove_broken_off(root)


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the lock of the session, which the database gives back when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunningError
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
