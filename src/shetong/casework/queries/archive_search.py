"""Finding archives by name: tokens of the title in an index, as the register's names are found."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Q, Value

from shetong.casework.models import Case
from shetong.casework.queries.knowledge import Found
from shetong.core import search_tokens
from shetong.core.text import key


def vector(title: str) -> Value:
    """Return the tokens of an archive's title as they are stored."""
    tokens = sorted(search_tokens.tokens(key(title), ""))
    return Value(search_tokens.vector_literal(tokens), output_field=SearchVectorField())


def wanted(text: str) -> Q | None:
    """Return the condition for what somebody types: numbers and codes exactly, else every pair of the name's signs.

    ``None`` for a text of blanks. One query where the text may be a number.
    """
    asked = text.strip()[:100]
    if not asked:
        return None
    if asked.isascii():
        named = Case.objects.filter(Q(number=asked) | Q(subject_code=asked.upper()))
        exact = Q(number=asked.upper()) | Q(case__in=list(named.values_list("pk", flat=True)[:1_000]))
        return exact | _titled(asked)
    return _titled(asked)


def _titled(text: str) -> Q:
    condition = Q()
    for word in filter(None, (key(part) for part in text.split())):
        pairs = search_tokens.query_pairs(word)
        query = " & ".join(f"'{pair}'" for pair in pairs) if pairs else f"'{word}':*"
        condition &= Q(Found(F("search"), Value(query)))
    return condition or Q(pk__in=[])
