"""Chunks of a file made ready for the database: checked rows, their search entries and filings, all as columns.

Pure work without a database, so that it can run beside the writing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from shetong.registry.elements import ORGANISATION
from shetong.registry.services.imports.checks import Checker
from shetong.registry.services.imports.index_columns import AT, Entries, index_columns
from shetong.registry.services.imports.sources import Source
from shetong.registry.services.imports.table import ROW

_CONTENT = [element.name for element in ORGANISATION]
_TO_ESCAPE = r'["\\\x00-\x1f\x7f]'


@dataclass(frozen=True, slots=True)
class Prepared:
    """One chunk. ``rows``: the good rows with ``after``, the JSON of their filing; ``search``: their entries by AT.

    ``repeated`` counts rows that repeat an earlier row of the file word for word.
    """

    first_row: int
    count: int
    rows: pl.DataFrame
    search: Entries
    rejected: dict[int, list[str]]
    repeated: int
    notes: Counter[str]


def prepare(source: Source, as_of: date, *, done: Collection[int], rows: int) -> Iterator[Prepared]:
    """Yield the chunks of ``source`` whose first row is not in ``done``, in order.

    Chunks that are done are read again all the same: later rows may repeat theirs.
    """
    checker, seen = Checker(source.heading, as_of), _Seen()
    for frame in source.frames(rows):
        checked = checker.check(frame)
        good, repeated = seen.sift(checked.rows, checked.rejected)
        first_row = int(frame[ROW][0])
        if first_row in done:
            continue
        good = good.with_columns(former_names(good["former_names"]), pl.int_range(pl.len()).alias(AT))
        yield Prepared(
            first_row,
            len(frame),
            good.with_columns(filing_content(good)),
            search_entries(good, as_of),
            checked.rejected,
            repeated,
            checked.notes,
        )


class _Seen:
    """The codes met so far, as numbers: 24 bytes for every row of the file."""

    def __init__(self) -> None:
        self._codes = pl.Series(dtype=pl.UInt64)
        self._contents = pl.Series(dtype=pl.UInt64)
        self._rows = pl.Series(dtype=pl.Int64)

    def sift(self, rows: pl.DataFrame, rejected: dict[int, list[str]]) -> tuple[pl.DataFrame, int]:
        """Return the rows whose code was not met before, and how many others repeat an earlier row word for word.

        Rows with the code of an earlier row and other content are added to ``rejected``.
        """
        codes, contents = rows["uscc"].hash(), rows.select(_CONTENT).hash_rows()
        fresh = codes.is_first_distinct() & ~codes.is_in(self._codes.implode())
        self._codes.append(codes.filter(fresh))
        self._contents.append(contents.filter(fresh))
        self._rows.append(rows[ROW].filter(fresh))
        if fresh.all():
            return rows, 0
        again = pl.DataFrame({"code": codes, "content": contents, "row": rows[ROW]}).filter(~fresh)
        known = pl.DataFrame({"code": self._codes, "first_content": self._contents, "first_row": self._rows})
        repeated = 0
        for row, same, first in (
            again.join(known, on="code", maintain_order="left")
            .select("row", pl.col("content") == pl.col("first_content"), "first_row")
            .iter_rows()
        ):
            if same:
                repeated += 1
            else:
                rejected[row] = [f"统一社会信用代码与第{first}行相同，但内容不同，请核对后保留正确的一行。"]
        return rows.filter(fresh), repeated


def former_names(column: pl.Series) -> pl.Series:
    """Return former names with one separator (；) between them, blanks and repetitions left out; null for none."""
    if column.null_count() == len(column):
        return column
    parts = column.str.replace_all(r"[;\n]", "；").str.split("；")
    stripped = parts.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    return stripped.list.unique(maintain_order=True).list.join("；").replace({"": None}).alias("former_names")


def filing_content(rows: pl.DataFrame) -> pl.Series:
    """Return what the filing says after the import: JSON of the elements that have a value (see ``rules.history``)."""
    if not len(rows):
        return pl.Series("after", [], pl.String)
    pieces = [_member(rows[name]) for name in _CONTENT if rows[name].null_count() < len(rows)]
    # Every member begins with a comma; the first one of a row has none.
    joined = rows.select(pl.concat_str(*pieces).alias("after"))["after"]
    return ("{" + joined.str.slice(1) + "}").alias("after")


def _member(values: pl.Series) -> pl.Expr:
    """Return a member of a JSON object with a comma before it; nothing where there is no value."""
    column = pl.col(values.name)
    if values.dtype == pl.Date:
        column = column.dt.to_string("%Y-%m-%d")
    elif values.dtype == pl.String and values.str.contains(_TO_ESCAPE).any():
        column = pl.struct(value=column).struct.json_encode().str.slice(9).str.strip_suffix("}")
        return _given(values, pl.lit(f',"{values.name}":'), column)
    quote = '"' if values.dtype in (pl.Date, pl.String) else ""
    return _given(values, pl.lit(f',"{values.name}":{quote}'), column, pl.lit(quote))


def _given(values: pl.Series, *pieces: pl.Expr) -> pl.Expr:
    joined = pl.concat_str(*pieces)
    return (
        joined
        if values.null_count() == 0
        else pl.when(pl.col(values.name).is_not_null()).then(joined).otherwise(pl.lit(""))
    )


def search_entries(rows: pl.DataFrame, as_of: date) -> Entries:
    """Return the index rows of current and former names."""
    columns = rows.select(
        AT,
        "name",
        pl.lit(value=False).alias("former"),
        "kind",
        pl.col("status").fill_null("normal"),
        "division_code",
        "authority_division",
        "founded_on",
        (pl.col("charity_since") <= as_of).fill_null(value=False).alias("charity"),
        (pl.col("public_fundraising_since") <= as_of).fill_null(value=False).alias("fundraising"),
        "former_names",
    )
    earlier = columns.filter(pl.col("former_names").is_not_null())
    each = earlier.with_columns(
        pl.col("former_names").str.split("；").alias("name"), pl.lit(value=True).alias("former")
    )
    entries = index_columns(pl.concat([columns, each.explode("name")]).drop("former_names"))
    # A former name that folds to the present one, or to another former one, finds nothing more.
    distinct = pl.DataFrame({AT: entries.at, "text": pl.Series(entries.text)}).select(
        pl.struct(AT, "text").is_first_distinct()
    )
    return entries.of(distinct.to_series().to_numpy()) if len(each) else entries
