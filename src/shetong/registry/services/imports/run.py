"""Importing a file of organisations: recognised, checked, written chunk by chunk, resumable, repeatable.

A run is known by the SHA-256 of its file. Each chunk is one transaction with its record, so a run that was killed goes
on where it stopped and ends as if it had not been; a file that was imported before changes nothing.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias, TypeVar

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.core.errors import InvalidInputError
from shetong.registry.models import ImportChunk, ImportRun
from shetong.registry.services import public_log
from shetong.registry.services.imports import deferral, lanes
from shetong.registry.services.imports.prepare import prepare
from shetong.registry.services.imports.returned import write_workbook
from shetong.registry.services.imports.sources import READ_ROWS, Source, open_source
from shetong.registry.services.imports.writing import Context, write

DEFAULT_BASIS = "存量登记数据导入"
Progress: TypeAlias = Callable[[str, int, int | None], None]
_Item = TypeVar("_Item")


@dataclass(slots=True)
class ImportReport:
    """What an import did. ``recognised``: title → element; ``notes``: remark → rows; ``returned_to``: workbook."""

    file: str
    format: str
    recognised: dict[str, str]
    ignored: list[str]
    dry_run: bool = False
    repeated: bool = False
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    reasons: list[tuple[int, list[str]]] = field(default_factory=list)
    returned_to: str | None = None

    def add(self, chunk: ImportChunk) -> None:
        """Count a chunk in."""
        self.rows += chunk.rows
        self.created += chunk.created
        self.changed += chunk.changed
        self.unchanged += chunk.unchanged
        self.rejected += chunk.rejected
        self.notes = dict(Counter(self.notes) + Counter(chunk.notes))
        self.reasons += [(row, reasons) for row, reasons in chunk.rejections[: _SHOWN - len(self.reasons)]]


# From so many rows on, an import into a register in use does not leave statistics to the database's own round.
_SETTLED_FROM = 10_000
# Reasons repeated in the report; all of them are in the error workbook.
_SHOWN = 20


def import_organisations(
    path: Path,
    *,
    basis: str = DEFAULT_BASIS,
    actor: User | None = None,
    as_of: date | None = None,
    demo: bool = False,
    dry_run: bool = False,
    returned: Path | None = None,
    progress: Progress | None = None,
    chunk_rows: int = READ_ROWS,
) -> ImportReport:
    """Import a CSV, XLSX or Parquet file of organisations and return what was done.

    ``as_of``: the day for which the file speaks (default today), on which its filings take effect. ``dry_run`` checks
    and compares without writing to the database. ``returned``: where the workbook of rejected rows goes (default:
    beside the file, ending in ``.退回.xlsx``). ``progress`` is called with a stage (``rows`` or ``indexes``), what is
    done, and of how many.

    Raises :class:`InvalidInputError` where the file as a whole cannot be read or its heading lacks columns.
    """
    source = open_source(path)
    if not basis.strip() or len(basis) > 300:
        raise InvalidInputError(gettext("请用300字以内写明导入的依据。"), code="basis")
    tell = progress or _silent
    day = as_of or timezone.localdate()
    run = ImportRun(
        file_digest=source.digest,
        file_name=path.name[:255],
        started_at=timezone.now(),
        basis=basis,
        as_of=day,
        demo=demo,
    )
    report = ImportReport(path.name, source.format, source.heading.recognised, source.heading.ignored, dry_run)
    rejected = dict[int, list[str]]()
    if dry_run:
        for chunk in _dry(source, run, actor, chunk_rows):
            _count(report, chunk, rejected, tell, source)
    else:
        run, _ = ImportRun.objects.get_or_create(file_digest=source.digest, defaults=_fields(run))
        report.repeated = run.finished_at is not None
        if not report.repeated:
            _write(source, run, actor, tell, chunk_rows)
        for chunk in run.chunks.order_by("first_row").iterator():
            report.add(chunk)
            rejected.update(chunk.rejections)
    if rejected:
        target = returned or path.with_name(f"{path.stem}.退回.xlsx")
        write_workbook(target, source, rejected)
        report.returned_to = str(target)
    return report


def _write(source: Source, run: ImportRun, actor: User | None, tell: Progress, rows: int) -> None:
    """Write the chunks that are missing, then what a first load owes."""
    with deferral.loading(run) as first:
        run.refresh_from_db()
        if run.finished_at is not None:
            return
        if first:
            deferral.defer(run)
        done = dict(run.chunks.values_list("first_row", "rows"))
        count = sum(done.values())
        tell("rows", count, source.total_rows)
        context = Context(run, source.heading, actor, only_new=first)
        written = _Written(count, tell, source.total_rows)
        with closing(_ahead(prepare(source, run.as_of, done=done.keys(), rows=rows))) as chunks:
            # Nobody else writes during a first load: two connections do it side by side.
            lanes.spread(chunks, lambda chunk: written.add(write(context, chunk)), lanes=lanes.LANES if first else 1)
        count = written.count
        deferral.restore(run, lambda built, total: tell("indexes", built, total))
        if not first and count >= _SETTLED_FROM:
            deferral.settle()
        _finish(run)


class _Written:
    """How many rows are written, by whichever connection."""

    def __init__(self, count: int, tell: Progress, total: int | None) -> None:
        self.count, self._tell, self._total, self._adding = count, tell, total, threading.Lock()

    def add(self, chunk: ImportChunk) -> None:
        """Count a chunk and tell."""
        with self._adding:
            self.count += chunk.rows
            self._tell("rows", self.count, self._total)


@transaction.atomic
def _finish(run: ImportRun) -> None:
    """Mark the run finished and record it in the public log, once, whoever of several writers comes first."""
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.finished_at is None:
        locked.finished_at = timezone.now()
        locked.save(update_fields=["finished_at"])
        done = locked.chunks.aggregate(created=Sum("created", default=0), changed=Sum("changed", default=0))
        public_log.import_finished(locked, created=done["created"], changed=done["changed"])
    run.finished_at = locked.finished_at


def _dry(source: Source, run: ImportRun, actor: User | None, rows: int) -> Iterator[ImportChunk]:
    context = Context(run, source.heading, actor, only_new=False, checking_only=True)
    for chunk in _ahead(prepare(source, run.as_of, done=(), rows=rows)):
        yield write(context, chunk)


def _count(
    report: ImportReport, chunk: ImportChunk, rejected: dict[int, list[str]], tell: Progress, source: Source
) -> None:
    report.add(chunk)
    rejected.update(chunk.rejections)
    tell("rows", report.rows, source.total_rows)


def _fields(run: ImportRun) -> dict[str, object]:
    names = ("file_name", "started_at", "basis", "as_of", "demo")
    return {name: getattr(run, name) for name in names}


def _ahead(items: Iterator[_Item], depth: int = 2) -> Generator[_Item]:
    """Yield ``items`` while a thread makes the next ones; its error is raised here; it ends when the consumer does."""
    waiting: queue.Queue[tuple[_Item | None, BaseException | None]] = queue.Queue(depth)
    stopped = threading.Event()

    def offer(entry: tuple[_Item | None, BaseException | None]) -> None:
        while not stopped.is_set():
            try:
                waiting.put(entry, timeout=0.2)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                offer((item, None))
                if stopped.is_set():
                    return
            offer((None, None))
        except BaseException as error:
            offer((None, error))

    maker = threading.Thread(target=work, name="import-prepare", daemon=True)
    maker.start()
    try:
        while True:
            item, error = waiting.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        stopped.set()
        maker.join()


def _silent(stage: str, done: int, total: int | None) -> None:
    """Say nothing."""
