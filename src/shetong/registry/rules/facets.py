"""What search filters look at: a string of fixed width for patterns, and tokens for the index.

The string is ``DDDDDDKKSCFYYYYX``: division, kind, status, charity, public fundraising, founding year, former name. The
tokens begin with a capital letter, which no token of a folded name does. What most names share (the two great kinds,
the usual status) has no token: an index would have to read half of itself to find it; the string tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shetong.core.divisions import prefix as prefix_of

# One letter for every status (GB has none; ours): stored, so never change one.
STATUS_LETTER = {
    "normal": "n",
    "suspended": "s",
    "liquidating": "l",
    "deregistered": "d",
    "cancelled": "c",
    "revoked": "r",
}
_YEARS_AS_TOKENS = 12
_COMMON_KINDS = frozenset({"SG", "PN"})
_COMMON_STATUS = "normal"
YEAR_START = 12  # position of the year in the string, counted from 1 as SQL's substr does


def facets(
    *,
    division_code: str,
    kind: str,
    status: str,
    charity: bool,
    fundraising: bool,
    founded_year: int | None,
    former: bool,
) -> str:
    """Return the string of fixed width for one name."""
    return (
        f"{division_code:6.6}{kind:2.2}{STATUS_LETTER.get(status, 'r')}"
        f"{'C' if charity else '-'}{'F' if fundraising else '-'}{founded_year or 0:04d}{'X' if former else '-'}"
    )


def facet_tokens(string: str) -> list[str]:
    """Return the filter tokens of a string made by :func:`facets`, about four. Cities are found as beginnings."""
    division = string[:6]
    found = {f"D{division[:2]}", f"D{division}"}
    if string[6:8] not in _COMMON_KINDS:
        found.add(f"K{string[6:8]}")
    if string[8] != STATUS_LETTER[_COMMON_STATUS]:
        found.add(f"S{string[8]}")
    if string[9] == "C":
        found.add("C")
    if string[10] == "F":
        found.add("F")
    if string[11:15] != "0000":
        found.add(f"Y{string[11:15]}")
    if string[15] == "X":
        found.add("X")
    return list(found)


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions of a search besides its words; empty values do not restrict."""

    division: str = ""
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    charity: bool = False
    fundraising: bool = False
    founded_from: int | None = None
    founded_to: int | None = None

    def __bool__(self) -> bool:
        return bool(self.pattern() or self.kinds or self.statuses or self.has_years())

    def has_years(self) -> bool:
        """Whether the founding year is restricted."""
        return self.founded_from is not None or self.founded_to is not None

    def status_letters(self) -> tuple[str, ...]:
        """Return the statuses as the string of facets writes them."""
        return tuple(STATUS_LETTER[status] for status in self.statuses)

    def years(self) -> tuple[int, int]:
        """Return the first and last founding year asked for."""
        return (self.founded_from or 1, self.founded_to or 9999)

    def groups(self) -> list[Sequence[str]]:
        """Return the tokens: every group must be met by one of its tokens; ``*`` ends the beginning of a token.

        What is common and long spans of years are left to :meth:`pattern` and :meth:`years`.
        """
        found: list[Sequence[str]] = []
        prefix = prefix_of(self.division) if self.division else ""
        if prefix:
            found.append([f"D{prefix}" if len(prefix) in (2, 6) else f"D{prefix}*"])
        if self.kinds and not _COMMON_KINDS.intersection(self.kinds):
            found.append([f"K{kind}" for kind in self.kinds])
        if self.statuses and _COMMON_STATUS not in self.statuses:
            found.append([f"S{STATUS_LETTER[status]}" for status in self.statuses])
        if self.charity:
            found.append(["C"])
        if self.fundraising:
            found.append(["F"])
        first, last = self.years()
        if self.has_years() and 0 <= last - first < _YEARS_AS_TOKENS:
            found.append([f"Y{year:04d}" for year in range(first, last + 1)])
        return found

    def pattern(self) -> str:
        """Return a LIKE pattern for the string, empty where one is not needed; kinds and statuses if single."""
        prefix = prefix_of(self.division) if self.division else ""
        kind = self.kinds[0] if len(self.kinds) == 1 else "__"
        status = STATUS_LETTER[self.statuses[0]] if len(self.statuses) == 1 else "_"
        pattern = f"{prefix:_<6}{kind}{status}{'C' if self.charity else '_'}{'F' if self.fundraising else '_'}"
        return "" if set(pattern) == {"_"} else pattern + "%"
