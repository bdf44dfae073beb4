"""The search: one question in, one page of results out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shetong.core import divisions
from shetong.registry.queries.search import fuzzy
from shetong.registry.queries.search.literal import Found, Question, find, restrictions
from shetong.registry.queries.search.request import Cursor, SearchRequest, Sort
from shetong.registry.queries.search.results import Match, Result, results
from shetong.registry.queries.search.rows import Sql, entries, run, shown
from shetong.registry.queries.search.terms import Terms, code_prefix, pattern, terms
from shetong.registry.rules.facets import Filters

SUGGESTIONS = 8
_REPRESENTATIVES = 5
_PERSON = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,12}·[\u3400-\u9fff·]{1,12}")
_MOST_NEAR = 20
_FEW = 4
_ENDINGS = frozenset("省市区县旗盟州")


@dataclass(frozen=True, slots=True)
class Representative:
    """Organisations of which somebody of this name is the legal representative; ``more`` where others follow."""

    name: str
    results: tuple[Result, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of answers.

    ``total`` counts all; where ``total_is_estimate`` it is about that many (frequent words are not counted one by one).
    ``similar``: no name contains the words, the results come near. ``representative``: besides, organisations by their
    legal representative, where the words are a person's name. ``next_cursor``: empty on the last page.
    """

    request: SearchRequest
    results: tuple[Result, ...]
    total: int
    total_is_estimate: bool = False
    next_cursor: str = ""
    similar: bool = False
    representative: Representative | None = None


def search(request: SearchRequest) -> SearchPage:
    """Answer a question to the register; one to four statements, some milliseconds each at national size."""
    if request.representative:
        return _listed_by_representative(request)
    code = code_prefix(request.q)
    if code and (page := _by_code(request, code)).results:
        return page
    asked = terms(request.q)
    if asked is None and request.q:
        return SearchPage(request, (), 0)
    page = _literal(request, asked)
    if request.cursor is None and asked is not None:
        if not page.results:
            page = _less_literal(request, asked)
        elif len(asked.folded) >= fuzzy.LEAST_IN_HALVES and _torn(page):
            page = _mended(request, asked, page)
        return replace(page, representative=_representative(request))
    return page


def suggest(q: str, limit: int = SUGGESTIONS) -> list[Result]:
    """Return what somebody who typed ``q`` so far may be looking for, the likeliest first; empty for nothing."""
    request = SearchRequest(q=q, limit=limit)
    code = code_prefix(q)
    if code and (page := _by_code(request, code)).results:
        return list(page.results)
    asked = terms(q)
    if asked is None:
        return []
    found = _literal(request, asked).results
    # While a short word is being typed, nothing is better than something like it.
    if not found and len(asked.folded) > 3:
        found = _less_literal(request, asked).results
    return list(found[:limit])


def _literal(request: SearchRequest, asked: Terms | None) -> SearchPage:
    found = find(Question(asked, request.filters, request.sort, request.cursor, request.limit))
    return _page(request, asked, found)


def _page(request: SearchRequest, asked: Terms | None, found: Found) -> SearchPage:
    hits = found.hits[: request.limit]
    listed = results(shown(hits), asked)
    following = ""
    if len(found.hits) > request.limit:
        # The hits before the last may be whole names that the walk passes again; its own order decides.
        following = Cursor(found.path, *max(hit.keys for hit in hits)).encode()
    return SearchPage(request, tuple(listed), max(found.total, len(listed)), not found.exact_total, following)


def _less_literal(request: SearchRequest, asked: Terms) -> SearchPage:
    """Words apart, where there were spaces; then names that come near."""
    if len(request.q.split()) > 1 and (apart := terms(request.q, separate=True)):
        page = _literal(request, apart)
        if page.results:
            return page
    nearest = fuzzy.near(asked, request.filters, min(request.limit, _MOST_NEAR))
    rows = entries(each.entry_id for each in nearest)
    listed = results(rows, asked, Match.SIMILAR)
    return SearchPage(request, tuple(listed), len(listed), similar=bool(listed))


def _torn(page: SearchPage) -> bool:
    """Whether the words fit few names, all of them inside their division's name: 东市门球协会 for 启东市门球协会.

    More likely a character of the division is missing there, and 东阳市门球协会 may have been meant as well.
    """
    if page.request.sort is not Sort.RELEVANCE or page.similar or len(page.results) > _FEW:
        return False
    return all(_begins_inside_division(result) for result in page.results)


def _begins_inside_division(result: Result) -> bool:
    if result.former_name or not result.highlights or not (start := result.highlights[0][0]):
        return False
    match = divisions.find(result.name)
    return match is not None and start < len(match.matched) and result.name[start - 1] not in _ENDINGS


def _mended(request: SearchRequest, asked: Terms, page: SearchPage) -> SearchPage:
    """Put the names that are one error away behind those that contain the words."""
    present = {result.id for result in page.results}
    nearest = fuzzy.one_error(asked, request.filters, _MOST_NEAR)
    rows = entries(each.entry_id for each in nearest if each.organisation_id not in present)
    listed = (*page.results, *results(rows, asked, Match.SIMILAR))
    return replace(page, results=listed[: request.limit], total=len(listed))


def _by_code(request: SearchRequest, code: str) -> SearchPage:
    """Organisations whose unified code begins with ``code``, in the order of codes."""
    after = request.cursor.code if request.cursor else ""
    # The operators of pattern indexes compare byte by byte, whatever the collation of the database.
    conditions: list[str] = ["o.uscc LIKE %s", "o.uscc ~>~ %s", "NOT n.former"]
    params: list[object] = [pattern(code, before=""), after]
    _restrict(request.filters, conditions, params)
    statement = Sql(
        "SELECT n.id FROM registry_organisation o JOIN registry_searchentry n ON n.organisation_id = o.id"
        f" WHERE {' AND '.join(conditions)} ORDER BY o.uscc USING ~<~ LIMIT %s",
        (*params, request.limit + 1),
    )
    rows = entries(entry_id for (entry_id,) in run(statement))
    listed = results(rows[: request.limit], None, Match.CODE)
    more = len(rows) > request.limit
    following = Cursor("c", 0, 0, 0, rows[request.limit - 1].uscc or "").encode() if more else ""
    return SearchPage(request, tuple(listed), len(listed) + more, bool(after) or more, following)


def _listed_by_representative(request: SearchRequest) -> SearchPage:
    conditions: list[str] = ["o.legal_representative = %s", "NOT n.former"]
    params: list[object] = [request.representative]
    _restrict(request.filters, conditions, params)
    before = request.cursor.last if request.cursor else 0
    statement = Sql(
        "SELECT n.id FROM registry_organisation o JOIN registry_searchentry n ON n.organisation_id = o.id"
        f" WHERE {' AND '.join(conditions)} ORDER BY n.rank, n.id OFFSET %s LIMIT %s",
        (*params, before, request.limit + 1),
    )
    rows = entries(entry_id for (entry_id,) in run(statement))
    listed = results(rows[: request.limit], None, Match.REPRESENTATIVE)
    more = len(rows) > request.limit
    following = Cursor("n", 0, 0, before + request.limit).encode() if more else ""
    return SearchPage(request, tuple(listed), before + len(listed) + more, more, following)


def _restrict(filters: Filters, conditions: list[str], params: list[object]) -> None:
    for condition in restrictions(filters, "n."):
        conditions.append(condition.text)
        params += condition.params


def _representative(request: SearchRequest) -> Representative | None:
    name = request.q.replace(" ", "")
    if request.sort is not Sort.RELEVANCE or not _PERSON.fullmatch(name) or not _represents(name):
        return None
    page = _listed_by_representative(replace(request, q="", representative=name, cursor=None, limit=_REPRESENTATIVES))
    return Representative(name, page.results, bool(page.next_cursor)) if page.results else None


def _represents(name: str) -> bool:
    """Whether anybody of this name is a legal representative; most short words are nobody's name."""
    question = "SELECT EXISTS (SELECT 1 FROM registry_organisation WHERE legal_representative = %s)"
    return bool(run(Sql(question, (name,)))[0][0])
