"""Loading the demonstration register: generated rows go through the importer itself, like anybody's file.

The small one also tells stories (:mod:`.stories`) through the services and issues certificates, so that every page has
something to show. Everything is resumable: a run that was stopped goes on where it was, a second one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polars as pl
import pyarrow.parquet as pq
from django.db import connection
from django.utils import timezone

from shetong.registry.demo import case_stories, telling, wanted
from shetong.registry.demo.national import AS_OF, national_frames, sample
from shetong.registry.demo.stories import stories
from shetong.registry.models import ImportRun
from shetong.registry.queries.certificates import certifiable
from shetong.registry.services import certificates, statistics
from shetong.registry.services.imports import ImportReport, import_organisations

SCALES = ("small", "national")
SMALL_ROWS = 3_000
BASIS = "演示数据，由程序生成，不是真实登记信息"
Progress: TypeAlias = Callable[[str, int, int | None], None]
_LOADING_LOCK = 0x5348_4445_4D4F


@dataclass(slots=True)
class DemoReport:
    """What loading did: the importer's report, stories and cases held, certificates issued now."""

    imported: ImportReport
    stories: int = 0
    certificates: int = 0
    cases: int = 0


def load(*, scale: str, folder: Path, progress: Progress | None = None) -> DemoReport:
    """Load the demonstration register of ``scale`` through a file in ``folder``, marked as demonstration data.

    ``progress`` is called with a stage (``rows``, ``indexes``, ``stories``, ``certificates``), what is done, and of
    how many. The generator is deterministic, so a second call changes nothing.
    """
    if scale == "small":
        return load_small(folder=folder, progress=progress)
    return DemoReport(_import(folder / f"demo-{scale}.parquet", national_frames(), progress or _silent))


def load_small(
    *,
    folder: Path,
    progress: Progress | None = None,
    rows: int = SMALL_ROWS,
    provinces: Collection[str] | None = None,
) -> DemoReport:
    """Load the small demonstration; ``rows`` and ``provinces`` (two digits each) for less of it."""
    tell, today = progress or _silent, timezone.localdate()
    with _alone():
        run, _ = ImportRun.objects.get_or_create(
            file_digest=wanted.SMALL,
            defaults={
                "file_name": "small demonstration",
                "started_at": timezone.now(),
                "basis": BASIS,
                "as_of": min(AS_OF, today),
                "demo": True,
            },
        )
        # On a clock that is behind the generated register, what is not founded yet is left out.
        frame = sample(rows).filter(pl.col("founded_on") <= today)
        if provinces is not None:
            frame = frame.filter(pl.col("uscc").str.slice(2, 2).is_in(list(provinces)))
        report = DemoReport(_import(folder / "demo-small.parquet", [frame], tell))
        told = stories(today=today, provinces=provinces)
        for report.stories in telling.tell(told):
            tell("stories", report.stories, len(told))
        missing = certifiable().filter(certificates__isnull=True).count()
        for report.certificates in certificates.issue_missing(actor=telling.ACTOR):
            tell("certificates", report.certificates, missing)
        report.cases = case_stories.tell()
        tell("cases", report.cases, report.cases)
        statistics.compact()
        run.finished_at = run.finished_at or timezone.now()
        run.save(update_fields=["finished_at"])
    return report


def _import(path: Path, frames: Iterable[pl.DataFrame], tell: Progress) -> ImportReport:
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, frames)
    as_of = min(AS_OF, timezone.localdate())
    return import_organisations(path, basis=BASIS, as_of=as_of, demo=True, progress=tell)


def _write(path: Path, frames: Iterable[pl.DataFrame]) -> None:
    unfinished = path.with_suffix(".unfinished")
    writer: pq.ParquetWriter | None = None
    try:
        for frame in frames:
            table = frame.to_arrow()
            writer = writer or pq.ParquetWriter(unfinished, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
    unfinished.replace(path)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one load at a time run; the database lets go of the lock when a process ends, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOADING_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOADING_LOCK])


def _silent(stage: str, done: int, total: int | None) -> None:
    """Say nothing."""
