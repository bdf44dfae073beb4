"""Loading the demonstration register: generated rows go through the importer itself, like anybody's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from shetong.registry.demo.national import national_frames
from shetong.registry.models import Organisation
from shetong.registry.services.imports import ImportReport, import_organisations

SIZES = {"small": 3_000, "national": 900_000}
BASIS = "演示数据，由程序生成，不是真实登记信息"


def load(*, scale: str, folder: Path, progress: Callable[[str, int, int | None], None] | None = None) -> ImportReport:
    """Generate the register of ``scale`` into a file in ``folder`` and import it, marked as demonstration data.

    The generator is deterministic, so a second call finds the same file imported before and changes nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"demo-{scale}.parquet"
    _write(path, SIZES[scale])
    return import_organisations(path, basis=BASIS, demo=True, progress=progress)


def is_empty() -> bool:
    """Whether the register holds no organisation yet."""
    return not Organisation.objects.exists()


def _write(path: Path, size: int) -> None:
    unfinished = path.with_suffix(".unfinished")
    writer: pq.ParquetWriter | None = None
    try:
        for frame in national_frames(size):
            table = frame.to_arrow()
            writer = writer or pq.ParquetWriter(unfinished, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
    unfinished.replace(path)
