"""Checking many names or codes at once: for each the lawful organisation, the near ones, or none.

For search engines, platforms and banks that mark lawful organisations. A fixed number of statements answers a batch,
however long it is: two for all codes and names, one for every hundred that matched nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from shetong.core.search_tokens import query_pairs
from shetong.core.text import key
from shetong.registry.models.choices import Status
from shetong.registry.queries.search.frequencies import Frequencies, frequencies
from shetong.registry.queries.search.fuzzy import likeness, two_of
from shetong.registry.queries.search.results import Match, Result, results
from shetong.registry.queries.search.rows import Row, Sql, entries, run
from shetong.registry.queries.search.terms import code_prefix

MOST = 1_000
_CODE_LENGTH = 18
_NEAR_AT_ONCE = 100
_NEAR_SHOWN = 3
_LEAST_LIKENESS = 0.72
# Fewer than the search page seeks: a batch may hold a thousand unknown names.
_CANDIDATES, _COMPARED = 400, 20
EXISTING = frozenset({Status.NORMAL, Status.SUSPENDED, Status.LIQUIDATING})

_NEAR_SQL = f"""
SELECT q.n, s.id, s.text
FROM unnest(%s::int[], %s::text[], %s::text[]) AS q (n, query, pairs)
CROSS JOIN LATERAL (
    SELECT c.id, c.text, c.rank,
           (SELECT count(*) FROM unnest(string_to_array(q.pairs, ' ')) p WHERE strpos(c.text, p) > 0) AS shared
    FROM (SELECT id, text, rank FROM registry_searchentry WHERE tokens @@ q.query::tsquery LIMIT {_CANDIDATES}) c
    ORDER BY shared DESC, c.rank LIMIT {_COMPARED}
) s
"""  # noqa: S608 - constants only


class Verdict(StrEnum):
    """What the register says to a name or code."""

    REGISTERED = "registered"  # an existing organisation bears it
    ENDED = "ended"  # borne by an organisation that was deregistered, cancelled or revoked
    FORMER = "former"  # an organisation bore this name, and bears another now
    NEAR = "near"  # none bears it; some bear one like it
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one query: ``matches`` bear exactly this name or code, ``near`` one that is like it."""

    query: str
    verdict: Verdict
    matches: tuple[Result, ...] = ()
    near: tuple[Result, ...] = ()


def look_up(queries: Sequence[str], *, near: bool = True) -> list[Answer]:
    """Answer up to :data:`MOST` names or codes, in their order. Variants of writing are forgiven as in the search.

    ``near``: whether to seek names like those that nothing bears.
    """
    codes = [code if len(code := code_prefix(query[:100])) == _CODE_LENGTH else "" for query in queries]
    names = ["" if code else key(query[:500].replace("\x00", " ")) for query, code in zip(queries, codes, strict=True)]
    by_code = _by_codes({code for code in codes if code})
    by_name = _by_names({name for name in names if name})
    matches = [
        by_code.get(code, []) if code else by_name.get(name, []) for code, name in zip(codes, names, strict=True)
    ]
    unknown = sorted({name for name, found in zip(names, matches, strict=True) if len(name) > 2 and not found})
    alike = _near(unknown) if near else {}
    return [
        _answer(query, found, [] if found else alike.get(name, []))
        for query, name, found in zip(queries, names, matches, strict=True)
    ]


def _answer(query: str, matches: list[Result], near: list[Result]) -> Answer:
    if not matches:
        return Answer(query, Verdict.NEAR if near else Verdict.NONE, (), tuple(near))
    bearing = [match for match in matches if not match.former_name]
    if not bearing:
        return Answer(query, Verdict.FORMER, tuple(matches))
    existing = [match for match in bearing if match.status in EXISTING]
    verdict = Verdict.REGISTERED if existing else Verdict.ENDED
    # Who bears the name today stands first.
    return Answer(query, verdict, tuple(sorted(matches, key=lambda m: (m not in existing, bool(m.former_name)))))


def _by_codes(codes: set[str]) -> dict[str, list[Result]]:
    if not codes:
        return {}
    statement = (
        "SELECT n.id FROM registry_organisation o"
        " JOIN registry_searchentry n ON n.organisation_id = o.id AND NOT n.former WHERE o.uscc = ANY(%s)"
    )
    rows = entries(entry_id for (entry_id,) in run(Sql(statement, (sorted(codes),))))
    return {result.code: [result] for result in results(rows, None, Match.CODE)}


def _by_names(names: set[str]) -> dict[str, list[Result]]:
    if not names:
        return {}
    statement = "SELECT id FROM registry_searchentry WHERE text = ANY(%s) ORDER BY rank, id"
    rows = entries(entry_id for (entry_id,) in run(Sql(statement, (sorted(names),))))
    return _grouped(rows, Match.EXACT)


def _grouped(rows: list[Row], match: Match) -> dict[str, list[Result]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.text].append(row)
    return {text: results(same, None, match) for text, same in grouped.items()}


def _near(names: list[str]) -> dict[str, list[Result]]:
    known = frequencies()
    chosen: dict[str, list[int]] = {}
    for start in range(0, len(names), _NEAR_AT_ONCE):
        chosen |= _nearest(names[start : start + _NEAR_AT_ONCE], known)
    wanted = sorted({entry for entries in chosen.values() for entry in entries})
    if not wanted:
        return {}
    rows = {row.keys[2]: row for row in entries(wanted)}
    return {
        name: results([rows[entry] for entry in entries if entry in rows], None, Match.SIMILAR)
        for name, entries in chosen.items()
    }


def _nearest(names: list[str], known: Frequencies) -> dict[str, list[int]]:
    pairs = [query_pairs(name) for name in names]
    queries = [two_of(each, known, wanted=_CANDIDATES) or "''" for each in pairs]
    params = (list(range(len(names))), queries, [" ".join(each) for each in pairs])
    scored: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for number, entry, text in run(Sql(_NEAR_SQL, params)):
        score = max(likeness(names[number], text), Levenshtein.normalized_similarity(names[number], text))
        if score >= _LEAST_LIKENESS:
            scored[number].append((-score, entry))
    return {names[number]: [entry for _, entry in sorted(best)[:_NEAR_SHOWN]] for number, best in scored.items()}
