"""Names that contain what was typed: two ways through the index, chosen by how common the tokens are.

*Gather*: the token index yields every match, the best are picked; cost grows with the number of matches. *Walk*: the
names are read in the static order until a page is full; cost falls with the number of matches. They cross at one or
two thousand matches, where both take two to three milliseconds. The tokens' frequencies tell which to try first; where
they were wrong, gathering stops at some number of matches, walking after some number of names, and the other way is
taken. So no question takes long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shetong.registry.queries.search.frequencies import Frequencies, frequencies
from shetong.registry.queries.search.request import Cursor, Sort
from shetong.registry.queries.search.rows import Hit, Sql, run
from shetong.registry.queries.search.terms import Alternative, Terms
from shetong.registry.rules.facets import YEAR_START, Filters
from shetong.registry.rules.ranking import class_bounds

# Matches above which walking is tried; measured on 936,000 names.
WALK_FROM = 1_000
# Many names with the right initials are read otherwise, so walks for pinyin are longer than the tokens tell.
_PINYIN_FACTOR = 5
# Matches at which gathering is given up and walking tried.
_MOST_GATHERED = 1_200
# Names read before walking is given up: three to five milliseconds.
_LONGEST_WALK = 24_000
_TOO_MANY = -1
_MOST_WHOLE = 20
GATHERED, WALKED, FLAT = "g", "w", "f"
_EPOCH = date(1, 1, 1)
_NO_DATE = 2_000_000  # days: after every date


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits (one more than asked where there is a next page), the way taken and the number of all."""

    hits: list[Hit]
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


def find(question: Question, *, walk_from: int = WALK_FROM, most_gathered: int = _MOST_GATHERED) -> Found:
    """Return one page of the names that contain the words and meet the filters; one statement, rarely two or three."""
    known = frequencies()
    share = _share(question, known)
    path = question.cursor.path if question.cursor else ""
    tokens = _gather_tokens(question, known)
    if question.terms and question.terms.also:
        walk_from *= _PINYIN_FACTOR
    likely = share * known.rows
    walked = False
    if path not in (GATHERED, FLAT) and (likely >= walk_from or tokens is None):
        walked = True
        hits = _hits(walk(question))
        if len(hits) > question.limit:
            return Found(hits, WALKED, _estimate(question, likely), exact_total=False)
        if tokens is None and (question.terms or known.rows <= _LONGEST_WALK):
            return Found(hits, WALKED, len(hits), exact_total=question.cursor is None)
    if tokens is None and question.terms:
        return Found([], FLAT, 0, exact_total=True)
    flat = path in (WALKED, FLAT)
    gathered = run(gather(question, tokens, flat=flat, most=0 if walked or path else most_gathered))
    if gathered and gathered[0][-1] == _TOO_MANY:
        hits = _hits(walk(question))
        if len(hits) > question.limit:
            return Found(hits, WALKED, _estimate(question, max(likely, most_gathered)), exact_total=False)
        gathered = run(gather(question, tokens))
    hits = [Hit(entry_id, (k1, k2, k3)) for entry_id, k1, k2, k3, _ in gathered]
    return Found(hits, FLAT if flat else GATHERED, gathered[0][-1] if gathered else 0, exact_total=True)


def _hits(statement: Sql) -> list[Hit]:
    return [Hit(entry_id, (k1, k2, k3)) for entry_id, k1, k2, k3 in run(statement)]


def _share(question: Question, known: Frequencies) -> float:
    share = question.terms.share(known) if question.terms else 1.0
    for group in question.filters.groups():
        share *= known.any_of(group)
    return share


def _estimate(question: Question, likely: float) -> int:
    """Return about how many rows fit. Single pairs are counted well by the statistics; longer words only bounded."""
    return max(int(likely), question.limit)


def _gather_tokens(question: Question, known: Frequencies) -> str | None:
    """Return the ``tsquery`` of words and filters, ``None`` where it would not restrict anything."""
    filters = Alternative(tuple(tuple(group) for group in question.filters.groups()))
    words = question.terms.tsquery(known) if question.terms else ""
    parts = [f"({words})"] if words else []
    if filters.groups:
        parts.append(filters.tsquery(known))
    return "&".join(parts) if parts else None


def gather(question: Question, tokens: str | None, *, flat: bool = False, most: int = 0) -> Sql:
    """Return the statement that takes every match from the token index and sorts.

    ``tokens`` ``None``: from the whole table, for filters that no token meets and of which a walk found too few.
    ``flat``: by static order only. ``most``: stop after so many matches and say :data:`_TOO_MANY` for their number.
    """
    params: list[object] = []
    fit = Sql("0") if flat or question.terms is None else question.terms.fit
    key = _keys(question.sort, fit)
    params += key.params
    conditions = ["true"]
    if tokens is not None:
        conditions = ["tokens @@ %s::tsquery"]
        params.append(tokens)
    for condition in _conditions(question, deep=True):
        conditions.append(condition.text)
        params += condition.params
    total, at_most = "count(DISTINCT organisation_id)", ""
    if most:
        at_most = f" LIMIT {most + 1}"
        total = f"CASE WHEN count(*) > {most} THEN {_TOO_MANY} ELSE {total} END"
    whole = _whole_names(question) if flat else Sql("")
    if whole.text:
        conditions.append("id NOT IN (SELECT id FROM whole)")
    after = ""
    if question.cursor:
        after = "WHERE (k1, k2, k3) > (%s, %s, %s)"
        first = 0 if flat and question.sort is Sort.RELEVANCE else question.cursor.first
        params += (first, *_place(question.cursor))
    params.append(question.limit + 1)
    return Sql(
        f"WITH {whole.text} m AS MATERIALIZED (SELECT id, organisation_id, {key.text} FROM registry_searchentry"
        f" WHERE {' AND '.join(conditions)}{at_most})"
        f" SELECT id, k1, k2, k3, (SELECT {total} FROM m) FROM m {after} ORDER BY k1, k2, k3 LIMIT %s",
        (*whole.params, *params),
    )


def walk(question: Question) -> Sql:
    """Return the statement that reads names in order until a page is full or the walk has become too long."""
    stretch = _stretch(question)
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
    whole = _whole_names(question)
    before, first_page = "", ""
    if whole.text:
        conditions.append("s.id NOT IN (SELECT id FROM whole)")
        before = f"WITH {whole.text.rstrip(',')} "
        first_page = "" if question.cursor else " UNION ALL SELECT * FROM whole"
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    # In the words of the inner scan's order, so that nothing is sorted and the walk stops at a full page.
    order = {
        Sort.RELEVANCE: "s.rank, s.id",
        Sort.NEWEST: "s.founded_on DESC, s.id DESC",
        Sort.OLDEST: "s.founded_on, s.id",
    }[question.sort]
    walked = f"(SELECT s.id, {columns.text} FROM ({stretch.text}) s {deep} {where} ORDER BY {order} LIMIT %s)"
    params += (question.limit + 1, question.limit + 1)
    return Sql(
        f"{before}SELECT id, k1, k2, k3 FROM ({walked}{first_page}) u ORDER BY k1, k2, k3 LIMIT %s",
        (*whole.params, *params),
    )


def _stretch(question: Question) -> Sql:
    """Return the inner scan: a bounded piece of an index, in its order, after the cursor."""
    cursor = question.cursor
    if question.sort is Sort.RELEVANCE:
        low, high = _bounds(question.filters)
        after = "AND (rank, id) > (%s, %s)" if cursor else ""
        place = _place(cursor) if cursor else ()
        return Sql(
            "SELECT id, rank, text, initials, facets FROM registry_searchentry"
            f" WHERE rank >= %s AND rank < %s {after} ORDER BY rank, id LIMIT %s",
            (low, high, *place, _LONGEST_WALK),
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
        (*date_params, _LONGEST_WALK),
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


def _place(cursor: Cursor) -> tuple[int, int]:
    """Return rank and id after which a walked list goes on; from its beginning after a page of whole names only."""
    return (-1, 0) if cursor.path == WALKED and cursor.first == 0 else (cursor.second, cursor.last)


def _whole_names(question: Question) -> Sql:
    """Return the names that are exactly the words as a ``WITH`` part; a walked list begins with them."""
    terms = question.terms
    if terms is None or terms.exact is None or question.sort is not Sort.RELEVANCE:
        return Sql("")
    params: list[object] = [*terms.exact.params]
    conditions = [terms.exact.text]
    for condition in restrictions(question.filters):
        conditions.append(condition.text)
        params += condition.params
    return Sql(
        "whole AS (SELECT id, 0 AS k1, rank AS k2, id AS k3 FROM registry_searchentry"
        f" WHERE {' AND '.join(conditions)} ORDER BY rank, id LIMIT {min(question.limit, _MOST_WHOLE)}),",
        tuple(params),
    )
