"""From rows of a snapshot to tables: the typed one of JSON Lines and Parquet, the readable one of CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from shetong.core import divisions
from shetong.core.metadata import DataElement, ElementType
from shetong.core.spreadsheets import inert
from shetong.exchange.elements import OPEN_DATA
from shetong.registry.code_lists import ATTRIBUTES

SEPARATOR = "；"
_ATTRIBUTE = pl.Struct({"code": pl.String, "value": pl.String, "valid_from": pl.Date})
_READ_AS: Mapping[ElementType, pl.DataType] = {
    ElementType.TEXT: pl.String(),
    ElementType.CODE: pl.String(),
    ElementType.DATE: pl.Date(),
    ElementType.MONEY: pl.Int64(),
    ElementType.BOOLEAN: pl.Boolean(),
    ElementType.INTEGER: pl.Int64(),
}
_SPECIAL: Mapping[str, pl.DataType] = {
    "former_names": pl.List(pl.String),
    "attributes": pl.List(_ATTRIBUTE),
    "updated_at": pl.Datetime("us", "UTC"),
}


def typed(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Return rows of a snapshot as a table of typed columns named by field.

    Money becomes a decimal number of yuan, empty text null, lists stay lists.
    """
    columns = dict(zip((element.name for element in OPEN_DATA), zip(*rows, strict=True), strict=True))
    columns["division_name"] = tuple(divisions.full_name(code) for code in columns["division_name"])
    columns["former_names"] = tuple(names or [] for names in columns["former_names"])
    columns["attributes"] = tuple(_attributes(held) for held in columns["attributes"])
    series = [pl.Series(e.name, columns[e.name], _SPECIAL.get(e.name, _READ_AS[e.type])) for e in OPEN_DATA]
    return pl.DataFrame(series).with_columns(_finished(element) for element in OPEN_DATA)


def empty() -> pl.DataFrame:
    """Return the typed table without rows: its schema."""
    series = [pl.Series(e.name, [], _SPECIAL.get(e.name, _READ_AS[e.type])) for e in OPEN_DATA]
    return pl.DataFrame(series).with_columns(_finished(element) for element in OPEN_DATA)


def readable(table: pl.DataFrame) -> pl.DataFrame:
    """Return a typed table as text under Chinese headings: names for codes, 是/否, formulas made inert."""
    return table.select(_readable(element).alias(element.name_zh) for element in OPEN_DATA)


def _attributes(held: list[dict[str, str]] | None) -> list[dict[str, Any]]:
    return [{**each, "valid_from": date.fromisoformat(each["valid_from"])} for each in held or ()]


def _finished(element: DataElement) -> pl.Expr:
    column = pl.col(element.name)
    if element.type is ElementType.MONEY:
        return (column.cast(pl.Decimal(20, 2)) / 100).cast(pl.Decimal(18, 2)).alias(element.name)
    if element.name in _SPECIAL or element.type not in (ElementType.TEXT, ElementType.CODE):
        return column
    return pl.when(column != "").then(column).otherwise(None).alias(element.name)


def _readable(element: DataElement) -> pl.Expr:
    column = pl.col(element.name)
    if element.name == "former_names":
        return column.list.join(SEPARATOR).map_elements(inert, return_dtype=pl.String)
    if element.name == "attributes":
        return column.map_elements(_attribute_words, return_dtype=pl.String)
    if element.name == "updated_at":
        return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    if element.code_list is not None:
        names = {code.value: code.name_zh for code in element.code_list.codes}
        return column.cast(pl.String).replace(names)
    if element.type is ElementType.TEXT:
        return _inert(column)
    return column.cast(pl.String)


def _inert(column: pl.Expr) -> pl.Expr:
    """:func:`inert` for a whole column; only the few cells that begin with a sign go through Python."""
    suspect = column.str.contains(r"^[\s\u3000\ufeff'=+\-@＝＋－＠|%]")
    return pl.when(suspect).then(column.map_elements(inert, return_dtype=pl.String)).otherwise(column)


def _attribute_words(held: pl.Series) -> str:
    return SEPARATOR.join(
        f"{ATTRIBUTES.name(each['code'])}{'（' + each['value'] + '）' if each['value'] else ''}"
        f"{each['valid_from'].isoformat()}起"
        for each in held
    )
