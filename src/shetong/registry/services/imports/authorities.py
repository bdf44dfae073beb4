"""Which registration authority a text names, and of which division it is."""

from __future__ import annotations

from typing import NamedTuple

from shetong.core import divisions
from shetong.core.divisions import NATION, Division, Level

_MINISTRY = "民政部"
_MINISTRY_WRITTEN = frozenset({"民政部", "中华人民共和国民政部", "国家民政部", "民政部社会组织管理局"})
_MUNICIPALITIES = ("11", "12", "31", "50")


class Resolved(NamedTuple):
    """Name and division of an authority; ``None`` where neither text nor code says the division."""

    name: str
    division_code: str


def resolve(written: str | None, code_division: str) -> Resolved | None:
    """Return the authority that ``written`` names; ``code_division`` is the registrar's division in the unified code.

    The text decides; where there is none, or it names no division (民政局, 省级民政部门) or leaves a choice, the code
    does.
    """
    known = divisions.get(code_division)
    if written in _MINISTRY_WRITTEN or (written is None and code_division == NATION):
        return Resolved(_MINISTRY, NATION)
    if written is None:
        return Resolved(_office(present(known)), present(known).code) if known else None
    within = NATION if known is None or known.code == NATION else known.code[:2] + "0000"
    match = divisions.find(written, within=within) or divisions.find(written)
    if match is not None and (match.certain or known is None):
        return Resolved(written, present(match.division).code)
    if known is None or known.code == NATION:
        return None
    if match is not None:
        return Resolved(written, known.code)
    return Resolved(_office(present(known)), present(known).code)


def present(division: Division) -> Division:
    """Return the division that took over from a historic one where there is exactly one; else the division itself."""
    if division.is_current:
        return division
    heirs = divisions.successors(division.code)
    return heirs[0] if len(heirs) == 1 else division


def _office(division: Division) -> str:
    """The civil-affairs office of a division, named in full."""
    province = division.level is Level.PROVINCE and division.code[:2] not in _MUNICIPALITIES
    return divisions.full_name(division.code) + ("民政厅" if province else "民政局")
