"""Parquet files, streamed by row groups; typed columns become the text that a person would have written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError
from shetong.registry.services.imports.table import ROW, Heading, heading_of


def open_parquet(path: Path) -> tuple[Heading, int, Callable[[int], Iterator[pl.DataFrame]]]:
    """Return heading, number of rows and a function that streams them. Raises :class:`InvalidInputError`."""
    try:
        with pq.ParquetFile(path) as file:
            titles, total = file.schema_arrow.names, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InvalidInputError(
            gettext("Parquet文件已损坏或不完整，请重新导出或传输。"), code="file-damaged"
        ) from error
    heading = heading_of(titles, 1)

    def stream(rows: int) -> Iterator[pl.DataFrame]:
        number = 2
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=rows):
                    yield _as_text(batch, number)
                    number += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise InvalidInputError(
                gettext("Parquet文件已损坏或不完整，请重新导出或传输。"), code="file-damaged"
            ) from error

    return heading, total, stream


def _as_text(batch: pa.RecordBatch, number: int) -> pl.DataFrame:
    renamed = pa.table(batch.columns, names=[str(position) for position in range(batch.num_columns)])
    frame = pl.DataFrame(pl.from_arrow(renamed))
    return frame.select(
        *(_text(frame.schema[name], name) for name in frame.columns),
        pl.int_range(number, number + pl.len(), dtype=pl.Int64).alias(ROW),
    )


def _text(dtype: pl.DataType, name: str) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Boolean:
        return column.replace_strict({True: "是", False: "否"}, return_dtype=pl.String)
    if dtype == pl.Date:
        return column.dt.to_string("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S")
    if dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    if dtype.is_nested():
        return pl.lit(None, dtype=pl.String).alias(name)
    # Whole numbers kept as floats (a column of codes or funds) lose their ".0".
    return column.cast(pl.String).str.replace(r"\.0$", "") if dtype.is_float() else column.cast(pl.String)
