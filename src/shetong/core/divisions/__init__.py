"""Administrative divisions of GB/T 2260 with their history: six digits, names, tree, recognition in text.

In process, immutable, read from files shipped beside this module (``data/PROVENANCE.md`` says where they come from) on
first use. A code once given stays inside unified codes and identity numbers for ever, so codes that ceased since 1984
resolve too, with the codes that took over. Dates have the precision of a year: in the year of a change the old and the
new code both count as valid.
"""

from shetong.core.divisions.model import NATION, Change, Division, Level, contains, level, parent_of, prefix
from shetong.core.divisions.recognise import Match, find
from shetong.core.divisions.table import (
    changes,
    children,
    current,
    descendants,
    full_name,
    get,
    history,
    search,
    successors,
)

__all__ = [
    "NATION",
    "Change",
    "Division",
    "Level",
    "Match",
    "changes",
    "children",
    "contains",
    "current",
    "descendants",
    "find",
    "full_name",
    "get",
    "history",
    "level",
    "parent_of",
    "prefix",
    "search",
    "successors",
]
