"""Names that contain what was typed: two ways through the index, chosen by how common the tokens are.

*Gather*: the token index yields every match, the best are picked; cost grows with the number of matches. *Walk*: the
names are read in the static order until a page is full; cost falls with the number of matches. They cross at one or
two thousand matches, where both take two to three milliseconds. A walk is bounded; where it ends without a full page,
the names are gathered after all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django.db import connection

from shetong.registry.queries.search.frequencies import Frequencies, frequencies
from shetong.registry.queries.search.request import Cursor, Sort
from shetong.registry.queries.search.terms import Alternative, Sql, Terms
from shetong.registry.rules.facets import YEAR_START, Filters
from shetong.registry.rules.ranking import class_bounds

# Matches above which walking is tried; measured on 930,000 names.
WALK_FROM = 1_500
# Many names with the right initials are read otherwise, so walks for pinyin are longer than the tokens tell.
_PINYIN_FACTOR = 5
_LONGEST_WALK = 24_000  # names: three to four milliseconds
GATHERED, WALKED, FLAT = "g", "w", "f"
_EPOCH = date(1, 1, 1)
_NO_DATE = 2_000_000  # days: after every date

# What a hit is shown with; the joins run for one page of rows only.
SHOWN = """
SELECT h.k1, h.k2, h.k3, e.text, e.former, e.facets, o.id, o.uscc, o.name, o.kind, o.status, o.division_code,
       o.legal_representative, o.founded_on, o.demo, a.name, {total}
FROM hit h
JOIN registry_searchentry e ON e.id = h.id
JOIN registry_organisation o ON o.id = e.organisation_id
JOIN registry_authority a ON a.id = o.authority_id
ORDER BY h.k1, h.k2, h.k3
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One hit as read: the keys of its place in the list, the entry that fits, and its organisation."""

    keys: tuple[int, int, int]
    text: str
    former: bool
    facets: str
    organisation_id: int
    uscc: str | None
    name: str
    kind: str
    status: str
    division_code: str
    legal_representative: str
    founded_on: date | None
    demo: bool
    authority: str
    total: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows (one more than asked where there is a next page), the way taken and the number of all."""

    rows: list[Row]
    path: str
    total: int
    exact_total: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Words (``None``: all names), filters, order and place in the list."""

    terms: Terms | None
    filters: Filters
    sort: Sort
    cursor: Cursor | None
    limit: int


def find(question: Question, *, walk_from: int = WALK_FROM) -> Found:
    """Return one page of the names that contain the words and meet the filters; one statement, rarely two."""
    known = frequencies()
    share = _share(question, known)
    path = question.cursor.path if question.cursor else ""
    may_gather = _gather_tokens(question) is not None
    if question.terms and question.terms.also:
        walk_from *= _PINYIN_FACTOR
    if path not in (GATHERED, FLAT) and (share * known.rows >= walk_from or not may_gather):
        rows = read(walk(question))
        if len(rows) > question.limit or not may_gather:
            return Found(rows, WALKED, _estimate(question, known, share), exact_total=False)
    rows = read(gather(question, flat=path in (WALKED, FLAT)))
    total = next((row.total for row in rows if row.total is not None), 0)
    return Found(rows, FLAT if path in (WALKED, FLAT) else GATHERED, total, exact_total=True)


def _share(question: Question, known: Frequencies) -> float:
    share = question.terms.share(known) if question.terms else 1.0
    for group in question.filters.groups():
        share *= known.any_of(group)
    return share


def _estimate(question: Question, known: Frequencies, share: float) -> int:
    """Return about how many rows fit. Single pairs are counted well by the statistics; longer words only bounded."""
    return max(int(share * known.rows), question.limit)


def _gather_tokens(question: Question) -> str | None:
    """Return the ``tsquery`` of words and filters, ``None`` where it would not restrict anything."""
    filters = Alternative(tuple(tuple(group) for group in question.filters.groups()))
    words = question.terms.tsquery if question.terms else ""
    if question.terms and not words and not filters.groups:
        return None
    parts = [f"({words})"] if words else []
    if filters.groups:
        parts.append(filters.tsquery())
    return "&".join(parts) if parts else None


def gather(question: Question, *, flat: bool = False) -> Sql:
    """Return the statement that takes every match from the token index and sorts. ``flat``: by static order only."""
    params: list[object] = []
    fit = Sql("0") if flat or question.terms is None else question.terms.fit
    key = _keys(question.sort, fit)
    params += key.params
    conditions = ["tokens @@ %s::tsquery"]
    params.append(_gather_tokens(question))
    for condition in _conditions(question, deep=True):
        conditions.append(condition.text)
        params += condition.params
    after = ""
    if question.cursor:
        after = "WHERE (k1, k2, k3) > (%s, %s, %s)"
        params += (question.cursor.first, question.cursor.second, question.cursor.last)
    params.append(question.limit + 1)
    return Sql(
        f"WITH m AS MATERIALIZED (SELECT id, organisation_id, {key.text} FROM registry_searchentry"
        f" WHERE {' AND '.join(conditions)}),"
        f" hit AS (SELECT id, k1, k2, k3 FROM m {after} ORDER BY k1, k2, k3 LIMIT %s)"
        + SHOWN.format(total="(SELECT count(DISTINCT organisation_id) FROM m)"),
        tuple(params),
    )


def walk(question: Question) -> Sql:
    """Return the statement that reads names in order until a page is full or the walk has become too long."""
    stretch = _stretch(question, _LONGEST_WALK)
    columns = _keys(question.sort, Sql("2"), prefix="s.")
    params: list[object] = [*columns.params, *stretch.params]
    deep = ""
    also = question.terms.also if question.terms else None
    if also:
        # OFFSET 0 keeps this a look-up per row, after the conditions that need the index only.
        deep = f"CROSS JOIN LATERAL (SELECT 1 FROM registry_searchentry p WHERE p.id = s.id AND {also.text} OFFSET 0) x"
        params += also.params
    conditions = []
    for condition in _conditions(question, deep=False):
        conditions.append(condition.text)
        params += condition.params
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    # In the words of the inner scan's order, so that nothing is sorted and the walk stops at a full page.
    order = {
        Sort.RELEVANCE: "s.rank, s.id",
        Sort.NEWEST: "s.founded_on DESC, s.id DESC",
        Sort.OLDEST: "s.founded_on, s.id",
    }[question.sort]
    walked = f"(SELECT s.id, {columns.text} FROM ({stretch.text}) s {deep} {where} ORDER BY {order} LIMIT %s)"
    params.append(question.limit + 1)
    whole = _whole_names(question)
    params += whole.params
    params.append(question.limit + 1)
    return Sql(
        f"WITH hit AS (SELECT * FROM ({walked}{whole.text}) u ORDER BY k1, k2, k3 LIMIT %s)"
        + SHOWN.format(total="NULL::bigint"),
        tuple(params),
    )


def _stretch(question: Question, length: int) -> Sql:
    """Return the inner scan: a bounded piece of an index, in its order, after the cursor."""
    cursor = question.cursor
    if question.sort is Sort.RELEVANCE:
        low, high = _bounds(question.filters)
        after = "AND (rank, id) > (%s, %s)" if cursor else ""
        place = (cursor.second, cursor.last) if cursor else ()
        return Sql(
            "SELECT id, rank, text, initials, facets FROM registry_searchentry"
            f" WHERE rank >= %s AND rank < %s {after} ORDER BY rank, id LIMIT %s",
            (low, high, *place, length),
        )
    newest = question.sort is Sort.NEWEST
    sign, direction = ("<", "DESC") if newest else (">", "ASC")
    after = ""
    date_params: tuple[object, ...] = ()
    if cursor:
        after = f"AND (founded_on, id) {sign} (%s, %s)"
        date_params = (_EPOCH + timedelta(days=min(abs(cursor.first), 3_000_000)), abs(cursor.last))
    return Sql(
        "SELECT id, founded_on, rank, text, initials, facets FROM registry_searchentry"
        f" WHERE founded_on IS NOT NULL {after} ORDER BY founded_on {direction}, id {direction} LIMIT %s",
        (*date_params, length),
    )


def _bounds(filters: Filters) -> tuple[int, int]:
    bounds = {class_bounds(status) for status in filters.statuses}
    return bounds.pop() if len(bounds) == 1 else (0, 2**31 - 1)


def _keys(sort: Sort, fit: Sql, prefix: str = "") -> Sql:
    """Return the columns k1, k2, k3 by which a list is ordered, ascending."""
    if sort is Sort.RELEVANCE:
        return Sql(f"{fit.text} AS k1, {prefix}rank AS k2, {prefix}id AS k3", fit.params)
    sign = "-" if sort is Sort.NEWEST else ""
    # After the day PostgreSQL's dates are integers: days since the year one.
    days = f"COALESCE({sign}({prefix}founded_on - DATE '0001-01-01'), {_NO_DATE})"
    return Sql(f"{days} AS k1, 0 AS k2, {sign}{prefix}id AS k3")


def _conditions(question: Question, *, deep: bool) -> Iterator[Sql]:
    terms = question.terms
    if terms:
        yield terms.also if deep and terms.also else terms.contains
    yield from restrictions(question.filters)


def restrictions(filters: Filters, prefix: str = "") -> Iterator[Sql]:
    """Yield the conditions of filters on the column ``facets`` of the index (``prefix``: its alias and a dot)."""
    if filters.pattern():
        yield Sql(f"{prefix}facets LIKE %s", (filters.pattern(),))
    for first, length, values in ((7, 2, filters.kinds), (9, 1, filters.status_letters())):
        if len(values) > 1:
            yield Sql(f"substr({prefix}facets, {first}, {length}) = ANY(%s)", (list(values),))
    if filters.has_years():
        begin, end = filters.years()
        yield Sql(f"substr({prefix}facets, {YEAR_START}, 4) BETWEEN %s AND %s", (f"{begin:04d}", f"{end:04d}"))


def _whole_names(question: Question) -> Sql:
    """Return the names that are exactly the words, to stand before the walked ones on the first page."""
    terms = question.terms
    if terms is None or terms.exact is None or question.cursor or question.sort is not Sort.RELEVANCE:
        return Sql("")
    params: list[object] = [*terms.exact.params]
    conditions = [terms.exact.text]
    for condition in restrictions(question.filters):
        conditions.append(condition.text)
        params += condition.params
    return Sql(
        f" UNION ALL (SELECT id, 0, rank, id FROM registry_searchentry WHERE {' AND '.join(conditions)}"
        " ORDER BY rank, id LIMIT 20)",
        tuple(params),
    )


def read(statement: Sql) -> list[Row]:
    """Run a statement that ends in :data:`SHOWN`."""
    return [Row((k1, k2, k3), *rest) for k1, k2, k3, *rest in run(statement)]


def run(statement: Sql) -> list[Any]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, cast("tuple[str, ...]", statement.params))
        rows: list[Any] = cursor.fetchall()
    return rows
