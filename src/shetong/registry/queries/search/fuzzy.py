"""Names that come near what was typed, when none contains it: wrong, missing and swapped characters, short forms.

Candidates share at least two of the rarest pairs of characters with the query (three of its letters' triples for
pinyin), in one look into the token index. An edit spoils two neighbouring pairs of a name, a left-out 市 or 区 one, so
enough pairs remain. The database sorts the candidates by what they share, weighted by rarity; the best are compared
character by character. Before all that, names that *sound* the same are tried: most typing errors in Chinese are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import log

from rapidfuzz.distance import LCSseq, Levenshtein

from shetong.core.pinyin import readable_parts, transliterate
from shetong.core.search_tokens import query_pairs, query_triples
from shetong.registry.queries.search.frequencies import Frequencies, frequencies
from shetong.registry.queries.search.literal import restrictions, run
from shetong.registry.queries.search.terms import Alternative, Sql, Terms, pattern, quote
from shetong.registry.rules.facets import Filters

_RAREST = 8  # tokens of the query that candidates are sought by
_COMPARED = 100
_CHARACTER_WEIGHT = 2
_WANTED_CANDIDATES, _MOST_CANDIDATES = 1_500, 4_000
_LEAST_LIKENESS = 0.55
_BEHIND_THE_BEST = 0.25


@dataclass(frozen=True, slots=True)
class Near:
    """A name that comes near; ``likeness`` from 0 to 1."""

    entry_id: int
    organisation_id: int
    text: str
    likeness: float


def near(terms: Terms, filters: Filters, limit: int) -> list[Near]:
    """Return the names nearest to the words, the nearest first, each organisation once; two statements at most."""
    if terms.letters:
        return _by_letters(terms.folded, filters, limit)
    if len(terms.folded) < 2:
        return []
    sounding = _by_sound(terms.folded, filters, limit)
    if any(len(each.text) == len(terms.folded) for each in sounding):
        return sounding
    return _best([*sounding, *_by_pairs(terms.folded, filters, limit)], limit)


def _by_sound(folded: str, filters: Filters, limit: int) -> list[Near]:
    """Names read the same: 次善总会 for 慈善总会."""
    spelling = transliterate(folded)
    triples = query_triples(spelling.initials)
    known = frequencies()
    # Sounds of one or two characters fit too much; common ones too many.
    if len(folded) < 3 or min(map(known.of, triples)) * known.rows > _MOST_CANDIDATES:
        return []
    query = Alternative(tuple((triple,) for triple in triples)).tsquery()
    condition = Sql("pinyin || ' ' LIKE %s", (pattern(spelling.pinyin + " "),))
    return _compared(folded, _candidates(query, condition, Sql("0"), filters), limit)


def _by_pairs(folded: str, filters: Filters, limit: int) -> list[Near]:
    known = frequencies()
    pairs = query_pairs(folded)
    # Beside the pairs their characters: of 甘天县 and all other counties' bodies, 甘泉县's shares one more.
    rarest = sorted(pairs, key=known.of)[:_RAREST]
    shared = _shared([*pairs, *dict.fromkeys("".join(rarest))], "text", known)
    found: list[Near] = []
    for query in (two_of(pairs, known), _one_of(pairs, known)):
        if query and not found:
            found = _compared(folded, _candidates(query, Sql("TRUE"), shared, filters), limit)
    return found


def _by_letters(letters: str, filters: Filters, limit: int) -> list[Near]:
    """Full pinyin with an error in it, which leaves a beginning and an end that can be read; or initials with one."""
    known = frequencies()
    spelt = dict.fromkeys(triple for part in readable_parts(letters) for triple in query_triples(part.initials))
    triples = list(spelt) or query_triples(letters)
    query = two_of(triples, known)
    if not query:
        return []
    found = _candidates(query, Sql("TRUE"), _shared(triples, "initials", known), filters)
    scored = [
        Near(entry, owner, text, likeness(letters, pinyin.replace(" ", "") if spelt else initials))
        for entry, owner, text, initials, pinyin in found
    ]
    return _best(scored, limit)


def two_of(tokens: list[str], known: Frequencies, *, wanted: int = _WANTED_CANDIDATES) -> str:
    """Return a ``tsquery`` for names that hold two of the rarest tokens, in as many couples as yield ``wanted``.

    Empty for fewer than two tokens.
    """
    rarest = sorted(tokens, key=known.of)[:_RAREST]
    couples = sorted((known.of(a) * known.of(b) ** 0.5 * known.rows, a, b) for a, b in combinations(rarest, 2))
    chosen: list[str] = []
    expected = 0.0
    for rows, a, b in couples:
        expected += rows
        if chosen and expected > wanted:
            break
        chosen.append(f"({quote(a)}&{quote(b)})")
    return "|".join(chosen)


def _one_of(tokens: list[str], known: Frequencies) -> str:
    """Return a ``tsquery`` for names that hold one of the rarest tokens, for queries of which little is right."""
    chosen: list[str] = []
    expected = 0.0
    for token in sorted(tokens, key=known.of)[:_RAREST]:
        expected += known.of(token) * known.rows
        if expected > _MOST_CANDIDATES:
            break
        chosen.append(quote(token))
    return "|".join(chosen)


def _shared(tokens: list[str], column: str, known: Frequencies) -> Sql:
    """Return an expression for what a name shares with the query: the sum of the weights of common tokens."""
    parts: list[str] = ["0"]
    params: list[object] = []
    for token in tokens:
        parts.append(f"({column} LIKE %s)::int * %s")
        params += [pattern(token), weight(token, known) if len(token) > 1 else _CHARACTER_WEIGHT]
    return Sql(" + ".join(parts), tuple(params))


def weight(token: str, known: Frequencies) -> int:
    """Return how much a token says about a name: 1 for 协会, about 9 for a rare pair."""
    share = max(known.of(token), 1e-4)
    return max(1, round(-log(share)))


def _candidates(query: str, condition: Sql, shared: Sql, filters: Filters) -> list[tuple[int, int, str, str, str]]:
    groups = Alternative(tuple(tuple(group) for group in filters.groups()))
    tsquery = f"({query})&{groups.tsquery()}" if groups.groups else query
    conditions = ["tokens @@ %s::tsquery", condition.text]
    params: list[object] = [tsquery, *condition.params]
    for restriction in restrictions(filters):
        conditions.append(restriction.text)
        params += restriction.params
    statement = Sql(
        f"SELECT id, organisation_id, text, initials, pinyin FROM (SELECT c.*, {shared.text} AS shared FROM"
        " (SELECT id, organisation_id, text, initials, pinyin, rank FROM registry_searchentry"
        f" WHERE {' AND '.join(conditions)} LIMIT {_MOST_CANDIDATES}) c) s"
        f" ORDER BY shared DESC, rank LIMIT {_COMPARED}",
        (*shared.params, *params),
    )
    return run(statement)


def _compared(folded: str, found: list[tuple[int, int, str, str, str]], limit: int) -> list[Near]:
    return _best([Near(entry, owner, text, likeness(folded, text)) for entry, owner, text, _, _ in found], limit)


def _best(scored: list[Near], limit: int) -> list[Near]:
    once: dict[int, Near] = {}
    # Sorting is stable: equals stay in the order of what they share and of importance.
    for each in sorted(scored, key=lambda n: -n.likeness):
        if each.likeness >= _LEAST_LIKENESS:
            once.setdefault(each.organisation_id, each)
    best = max((each.likeness for each in once.values()), default=0.0)
    return [each for each in once.values() if each.likeness >= best - _BEHIND_THE_BEST][:limit]


def likeness(query: str, text: str) -> float:
    """Return how like a name is to a query, which may leave characters out: 0 … 1.

    Mostly the share of the query's characters that the name has in the same order, a little the likeness as a whole,
    so that of several names that hold all of them the tightest comes first.
    """
    kept = LCSseq.similarity(query, text) / len(query)
    return 0.75 * kept + 0.25 * Levenshtein.normalized_similarity(query, text)
