"""One-search over the register's names: words, pinyin, codes and people, with filters, in plain PostgreSQL.

``request`` what is asked, ``terms`` what the words ask for, ``literal`` names that contain them, ``fuzzy`` names
that come near, ``results`` what is shown, ``page`` puts them together. docs/decisions tells why it is built so.
"""

from shetong.registry.queries.search.page import Representative, SearchPage, search, suggest
from shetong.registry.queries.search.request import Parameters, SearchRequest, Sort
from shetong.registry.queries.search.results import Match, Result
from shetong.registry.rules.facets import Filters

__all__ = [
    "Filters",
    "Match",
    "Parameters",
    "Representative",
    "Result",
    "SearchPage",
    "SearchRequest",
    "Sort",
    "search",
    "suggest",
]
