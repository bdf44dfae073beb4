"""Writing one prepared chunk in one transaction: new organisations by COPY, changed ones through ordinary filings."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
import pyarrow as pa
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from shetong.accounts.models import User
from shetong.core.errors import DomainError
from shetong.registry.models import (
    AttributeCode,
    Authority,
    Filing,
    FilingKind,
    ImportChunk,
    ImportRun,
    NameEnd,
    Organisation,
    OrganisationAttribute,
    OrganisationName,
    SearchEntry,
    Status,
)
from shetong.registry.services import locks, recording, search_index
from shetong.registry.services.imports import tuples
from shetong.registry.services.imports.comparison import Changed, compare
from shetong.registry.services.imports.index_columns import AT, Entries
from shetong.registry.services.imports.prepare import Prepared
from shetong.registry.services.imports.table import Heading

# Chunks of all imports are written one after another: two files may hold the same organisations. A first load is the
# only import, and no two of its chunks hold the same.
_WRITING_LOCK = 0x5348_494D_5057
_NULL = "\x01"
_JSONB = b"\x01"  # version of the form in which jsonb is sent
_TEXTS = (
    "legal_representative", "domicile", "business_scope", "activity_area", "supervising_body",
    "former_certificate_number", "field",
)  # fmt: skip
_ATTEMPTS = 3


class _Authorities(threading.local):
    def __init__(self) -> None:
        self.known: dict[tuple[str, str], int] = {}


@dataclass(frozen=True, slots=True)
class Context:
    """What all chunks of a run share. ``only_new``: the register held nothing when the run began."""

    run: ImportRun
    heading: Heading
    actor: User | None
    only_new: bool
    checking_only: bool = False
    # Numbers of registration authorities met so far, by each connection for itself: what another has added may yet be
    # undone. Forgotten when a chunk that may have added some is undone.
    authorities: _Authorities = field(default_factory=_Authorities)
    # Held while numbers are drawn.
    drawing: threading.Lock = field(default_factory=threading.Lock)


def write(context: Context, chunk: Prepared) -> ImportChunk:
    """Write a chunk and return its record; a chunk that is recorded already is returned as it is.

    Another writer may register the same code between look and COPY: the database refuses the whole chunk, and it is
    looked at and written again.
    """
    only_new = context.only_new
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _write(context, chunk, only_new=only_new)
        except IntegrityError:
            context.authorities.known.clear()
            if attempt + 1 == _ATTEMPTS:
                raise
            only_new = False
    raise AssertionError("unreachable")


def _write(context: Context, chunk: Prepared, *, only_new: bool) -> ImportChunk:
    with connection.cursor() as cursor:
        # A crash of the server may lose the last chunks, whole: the run then writes them again.
        cursor.execute("SET LOCAL synchronous_commit TO off")
        if not only_new:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITING_LOCK])
    if not context.checking_only:
        recorded = ImportChunk.objects.filter(run=context.run, first_row=chunk.first_row).first()
        if recorded is not None:
            return recorded
    rejected = dict(chunk.rejected)
    fresh, changed, unchanged = chunk.rows, list[Changed](), 0
    if not only_new:
        comparison = compare(chunk.rows, context.heading)
        fresh, changed, unchanged = comparison.fresh, comparison.changed, comparison.unchanged
    record = ImportChunk(
        run=context.run,
        first_row=chunk.first_row,
        rows=chunk.count,
        created=len(fresh),
        changed=len(changed),
        unchanged=unchanged + chunk.repeated,
        notes=dict(chunk.notes),
    )
    if not context.checking_only:
        _create(context, fresh, chunk.search, timezone.now())
        record.changed -= _change(context, changed, rejected)
    record.rejected = len(rejected)
    record.rejections = [[row, reasons] for row, reasons in sorted(rejected.items())]
    if not context.checking_only:
        record.save(force_insert=True)
    return record


def _change(context: Context, changed: list[Changed], rejected: dict[int, list[str]]) -> int:
    """File what differs, one filing for each organisation; return how many the register refused (now rejected)."""
    organisations = locks.take(organisations=[each.organisation_id for each in changed])
    refused = 0
    for each in sorted(changed, key=lambda one: one.organisation_id):
        try:
            with transaction.atomic():
                recording.record(
                    organisation=organisations[each.organisation_id],
                    kind=FilingKind.IMPORT,
                    after=each.after,
                    basis=context.run.basis,
                    effective_on=context.run.as_of,
                    actor=context.actor,
                    action="organisation.import",
                )
        except DomainError as error:
            refused += 1
            rejected[each.row] = ["；".join((error.message, *error.fields.values()))]
    return refused


def _create(context: Context, rows: pl.DataFrame, search: Entries, now: datetime) -> None:
    """COPY new organisations with filing, former names, attributes and search entries."""
    if not len(rows):
        return
    # In the order of codes, so that neighbours in the index of codes are written one after the other.
    rows, run = rows.sort("uscc"), context.run
    with context.drawing:
        organisation, filing = _numbers(Organisation, len(rows)), _numbers(Filing, len(rows))
    named = rows.with_columns(pl.col(name).fill_null("") for name in _TEXTS)
    actor = context.actor
    _copy_rows(
        Organisation,
        {
            "id": tuples.bigint(organisation),
            **{name: tuples.text(named[name]) for name in ("uscc", "name", "kind", *_TEXTS, "division_code")},
            "founded_on": tuples.day(rows["founded_on"]),
            "registered_funds": tuples.bigint(rows["registered_funds"]),
            "authority_id": tuples.bigint(_authorities(rows, context.authorities.known)),
            "direct_registration": tuples.boolean(rows["direct_registration"].fill_null(value=False)),
            "status": tuples.text(rows["status"].fill_null(Status.NORMAL.value)),
            "status_since": tuples.constant(run.as_of),
            "certificate_valid_from": tuples.day(rows["certificate_valid_from"]),
            "certificate_valid_to": tuples.day(rows["certificate_valid_to"]),
            "demo": tuples.constant(run.demo),
            "updated_at": tuples.constant(now),
        },
    )
    _copy_rows(
        Filing,
        {
            "id": tuples.bigint(filing),
            "organisation_id": tuples.bigint(organisation),
            "kind": tuples.constant(FilingKind.IMPORT.value),
            "basis": tuples.constant(run.basis),
            "effective_on": tuples.constant(run.as_of),
            "recorded_at": tuples.constant(now),
            "actor_id": tuples.constant(actor.pk if actor else None),
            "actor_name": tuples.constant(actor.get_full_name() if actor else "系统"),
            "before": tuples.constant(_JSONB + b"{}"),
            "after": tuples.text(rows["after"], before=_JSONB),
            "applied_at": tuples.constant(now),
        },
    )
    numbered = rows.with_columns(organisation.alias("organisation_id"), filing.alias("filing_id"))
    _copy_names(numbered)
    _copy_attributes(numbered)
    _copy_search(rows, search, organisation)


def _copy_names(rows: pl.DataFrame) -> None:
    names = rows.filter(pl.col("former_names").is_not_null()).select(
        "organisation_id", pl.col("former_names").str.split("；").alias("name"), "filing_id"
    )
    names = names.explode("name").unique(maintain_order=True)
    _copy(OrganisationName, names.with_columns(pl.lit(NameEnd.CHANGED.value).alias("ended_by")))


def _copy_attributes(rows: pl.DataFrame) -> None:
    since = {"charity_since": AttributeCode.CHARITY, "public_fundraising_since": AttributeCode.PUBLIC_FUNDRAISING}
    for element, code in since.items():
        held = rows.filter(pl.col(element).is_not_null())
        _copy(
            OrganisationAttribute,
            held.select(
                "organisation_id",
                pl.lit(code.value).alias("code"),
                pl.lit("").alias("value"),
                pl.col(element).alias("valid_from"),
                pl.lit("").alias("basis_document"),
                pl.lit("").alias("granted_by"),
                "filing_id",
            ),
        )


def _copy_search(rows: pl.DataFrame, search: Entries, organisation: pl.Series) -> None:
    """Give the prepared entries the numbers of their organisations; entries of rows that are not new are left out."""
    number = pl.DataFrame({AT: search.at}).join(
        pl.DataFrame({AT: rows[AT].cast(pl.Int64), "number": organisation}), on=AT, how="left", maintain_order="left"
    )["number"]
    if number.null_count():
        known = number.is_not_null()
        search, number = search.of(known.to_numpy()), number.filter(known)
    first, *others = search_index.COLUMNS
    _copy_octets(
        SearchEntry, [first, *others], tuples.join(tuples.head(1 + len(others)), tuples.bigint(number), search.fields)
    )


def _numbers(model: type[Any], count: int) -> pl.Series:
    """Take ``count`` successive numbers from the table's sequence.

    Whoever draws a number between both calls of this one statement makes the chunk fail on the primary key; it is then
    written again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s, nextval(s) + %s - 1) FROM pg_get_serial_sequence(%s, 'id') AS s",
            [count, model._meta.db_table],
        )
        last = int(cursor.fetchone()[0])
    return pl.int_range(last - count + 1, last + 1, dtype=pl.Int64, eager=True)


def _authorities(rows: pl.DataFrame, known: dict[tuple[str, str], int]) -> pl.Series:
    """Return the number of each row's registration authority; unknown ones are added, to ``known`` too."""
    pairs = rows.select("authority", "authority_division").unique().rows()
    if wanted := sorted(set(pairs) - known.keys()):
        Authority.objects.bulk_create(
            [Authority(name=name, division_code=division) for name, division in wanted], ignore_conflicts=True
        )
        found = Authority.objects.filter(name__in=[name for name, _ in wanted])
        known.update({(name, code): pk for name, code, pk in found.values_list("name", "division_code", "pk")})
    table = pl.DataFrame(
        [(name, division, known[name, division]) for name, division in pairs],
        schema={"authority": pl.String, "authority_division": pl.String, "pk": pl.Int64},
        orient="row",
    )
    return rows.join(table, on=["authority", "authority_division"], how="left", maintain_order="left")["pk"]


def _copy(model: type[Any], frame: pl.DataFrame) -> None:
    """COPY a frame whose columns are columns of the model's table; text holds no control characters by now."""
    if not len(frame):
        return
    columns = ", ".join(frame.columns)
    text = io.BytesIO()
    frame.write_csv(text, include_header=False, null_value=_NULL, quote_style="necessary")
    statement = f"COPY {model._meta.db_table} ({columns}) FROM STDIN (FORMAT csv, NULL '{_NULL}')"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text.getbuffer())


def _copy_rows(model: type[Any], fields: Mapping[str, tuples.Piece | list[tuples.Piece]]) -> None:
    """COPY columns, by their names in the database."""
    _copy_octets(model, list(fields), tuples.join(tuples.head(len(fields)), *fields.values()))


def _copy_octets(model: type[Any], columns: Sequence[str], rows: pa.Array) -> None:
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in tuples.payload(rows):
            copy.write(part)
