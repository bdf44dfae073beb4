"""Names that come near what was typed, when none contains it: wrong, missing and swapped characters, short forms.

Three looks into the token index, each wider than the one before, until something is near enough. *One error* leaves one
half of the query whole and at least one pair of the other; names that *sound* the same, as most mistyped Chinese does,
are taken in the same look. *Two pairs*: candidates share at least two of the rarest pairs with the query (three of its
letters' triples for pinyin), sorted in the database by what they share, weighted by rarity. *One pair*, where little is
right. The best candidates are then compared character by character.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import log

from rapidfuzz.distance import LCSseq, Levenshtein

from shetong.core.pinyin import readable_parts, transliterate
from shetong.core.search_tokens import query_pairs, query_triples
from shetong.registry.queries.search.frequencies import Frequencies, frequencies
from shetong.registry.queries.search.literal import restrictions
from shetong.registry.queries.search.rows import Sql, run
from shetong.registry.queries.search.terms import Alternative, Terms, pattern, quote
from shetong.registry.rules.facets import Filters

_RAREST = 8  # tokens of the query that candidates are sought by
LEAST_IN_HALVES = 6  # characters
_COMPARED = 100
_CHARACTER_WEIGHT = 2
_MOST_IN_HALVES = 5_000
_WANTED_CANDIDATES, _MOST_CANDIDATES = 1_500, 4_000
_LEAST_LIKENESS = 0.55
_BEHIND_THE_BEST = 0.25


@dataclass(frozen=True, slots=True)
class Near:
    """A name that comes near; ``likeness`` from 0 to 1; ``kept``: how much what it keeps of the query says."""

    entry_id: int
    organisation_id: int
    text: str
    likeness: float
    kept: float = 0.0


def near(terms: Terms, filters: Filters, limit: int) -> list[Near]:
    """Return the names nearest to the words, the nearest first, each organisation once; three statements at most."""
    if terms.letters:
        return _by_letters(terms.folded, filters, limit)
    if len(terms.folded) < 2:
        return []
    return one_error(terms, filters, limit) or _by_pairs(terms.folded, filters, frequencies(), limit)


def one_error(terms: Terms, filters: Filters, limit: int) -> list[Near]:
    """Return the names one error away; for short words names that sound the same (次善总会 for 慈善总会)."""
    known, folded = frequencies(), terms.folded
    if terms.letters:
        return []
    spelling = transliterate(folded)
    if len(folded) >= LEAST_IN_HALVES:
        share, queries = halves(folded, known)
        if share * known.rows > _MOST_IN_HALVES:
            return []
    else:
        triples = query_triples(spelling.initials)
        # Sounds of one or two characters fit too much; common ones too many.
        if not triples or min(map(known.of, triples)) * known.rows > _MOST_CANDIDATES:
            return []
        queries = [Alternative(tuple((triple,) for triple in triples)).tsquery(known)]
    sounding, close = [], []
    for entry, owner, text, _, pinyin in _candidates(queries, _shared(query_pairs(folded), folded, known), filters):
        each = Near(entry, owner, text, likeness(folded, text), kept(folded, text, known))
        if f"{spelling.pinyin} " in f"{pinyin} ":
            sounding.append(each)
        elif each.likeness >= one_error_away(folded) and len(folded) >= LEAST_IN_HALVES:
            close.append(each)
    if any(len(each.text) == len(folded) for each in sounding):
        # Most mistyped Chinese sounds right, but not all: what is as near in writing follows.
        found = _best(sounding, limit)
        return _best([*found, *close], limit, first=len(found)) if close else found
    return _best([*sounding, *close], limit) if close else []


def one_error_away(folded: str) -> float:
    """Return the likeness of a name that has one character other than the query."""
    return 1 - 1 / len(folded) - 1e-9


def halves(folded: str, known: Frequencies) -> tuple[float, list[str]]:
    """Return two ``tsquery`` for names that hold one half of the query whole and at least a pair of the other.

    Before them about the share of names that fit.

    Wherever one character is wrong, missing or too many, one half has none of it, and of four characters in the other
    a pair stays. A half of three takes the pair at the cut besides. The cut is where fewest names fit.
    """
    best: tuple[float, list[str]] = (3.0, [])
    for cut in range(3, len(folded) - 2):
        left, right = query_pairs(folded[:cut]), query_pairs(folded[cut:])
        middle = folded[cut - 1 : cut + 1]
        share, queries = 0.0, []
        for whole, other in ((left, right), (right, left)):
            # The pair at the cut goes with most names that hold the other half: it hardly restricts.
            some, kept = (other, known.any_of(other) ** 0.5) if len(other) > 2 else ([*other, middle], 1.0)
            rarest = sorted(whole, key=known.of)[:3]
            share += Alternative(tuple((pair,) for pair in rarest)).share(known) * kept
            queries.append(f"{'&'.join(map(quote, rarest))}&({'|'.join(map(quote, some))})")
        if share < best[0]:
            best = share, queries
    return best


def _by_pairs(folded: str, filters: Filters, known: Frequencies, limit: int) -> list[Near]:
    pairs = query_pairs(folded)
    shared = _shared(pairs, folded, known)
    found: list[Near] = []
    for query in (two_of(pairs, known), _one_of(pairs, known)):
        if query and not found:
            candidates = _candidates([query], shared, filters)
            scored = [
                Near(entry, owner, text, likeness(folded, text), kept(folded, text, known))
                for entry, owner, text, _, _ in candidates
            ]
            found = _best(scored, limit)
    return found


def _by_letters(letters: str, filters: Filters, limit: int) -> list[Near]:
    """Full pinyin with an error in it, which leaves a beginning and an end that can be read; or initials with one."""
    known = frequencies()
    spelt = dict.fromkeys(triple for part in readable_parts(letters) for triple in query_triples(part.initials))
    triples = list(spelt) or query_triples(letters)
    query = two_of(triples, known)
    if not query:
        return []
    found = _candidates([query], _sum_of_weights(triples, "initials", known), filters)
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
    partners: dict[str, list[str]] = {}
    expected = 0.0
    for rows, a, b in couples:
        expected += rows
        if partners and expected > wanted:
            break
        partners.setdefault(a, []).append(quote(b))
    return "|".join(f"({quote(a)}&({'|'.join(others)}))" for a, others in partners.items())


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


def _shared(pairs: list[str], folded: str, known: Frequencies) -> Sql:
    """Return an expression for what a name shares with the query: the weights of common pairs, and characters.

    Without the characters 甘天县's bodies would be as near to all other counties' as to 甘泉县's.
    """
    weights = _sum_of_weights(pairs, "text", known)
    distinct = "".join(dict.fromkeys(folded))
    characters = f" + {_CHARACTER_WEIGHT} * (length(text) - length(translate(text, %s, '')))"
    # Of the many that hold one half, those of about its length are near.
    length = " - abs(length(text) - %s)"
    return Sql(weights.text + characters + length, (*weights.params, distinct, len(folded)))


def _sum_of_weights(tokens: list[str], column: str, known: Frequencies) -> Sql:
    parts: list[str] = ["0"]
    params: list[object] = []
    for token in tokens:
        parts.append(f"({column} LIKE %s)::int * %s")
        params += [pattern(token), weight(token, known)]
    return Sql(" + ".join(parts), tuple(params))


def weight(token: str, known: Frequencies) -> int:
    """Return how much a token says about a name: 1 for 协会, about 9 for a rare pair."""
    share = max(known.of(token), 1e-4)
    return max(1, round(-log(share)))


def _candidates(queries: list[str], shared: Sql, filters: Filters) -> list[tuple[int, int, str, str, str]]:
    """Read the names that meet one of ``queries``. Each is a look of its own, faster than one query with ``|``."""
    groups = Alternative(tuple(tuple(group) for group in filters.groups()))
    restricted = f"&{groups.tsquery(frequencies())}" if groups.groups else ""
    conditions = [f"({' OR '.join(['tokens @@ %s::tsquery'] * len(queries))})"]
    params: list[object] = [f"({query}){restricted}" for query in queries]
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


def _best(scored: list[Near], limit: int, *, first: int = 0) -> list[Near]:
    """Return the best of ``scored``, once each; the ``first`` of them stay where they are."""
    once: dict[int, Near] = {}
    # Sorting is stable: equals stay in the order of what they share and of importance.
    for each in [*scored[:first], *sorted(scored[first:], key=lambda n: (-n.likeness, -n.kept))]:
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


def kept(query: str, text: str, known: Frequencies) -> float:
    """Return how much the characters say that a name keeps of a query: rare ones are seldom typed by mistake."""
    blocks = LCSseq.editops(query, text).as_matching_blocks()
    characters = (character for block in blocks for character in query[block.a : block.a + block.size])
    return sum(-log(max(known.of(f"{character}*"), 1e-4)) for character in characters)
