"""Names of registration authorities by division (登记管理机关: the civil-affairs department of each level).

《社会团体登记管理条例》第六条、《民办非企业单位登记管理暂行条例》第五条、《基金会管理条例》第六条: the
civil-affairs department of the State Council and those of local governments from the county up register.
"""

from __future__ import annotations

from shetong.core import divisions
from shetong.core.divisions import NATION, Level

MINISTRY = "民政部"
_MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
_MINISTRY_NAMES = frozenset({MINISTRY, "中华人民共和国民政部", "国家民政部", "国务院民政部门"})


def official_name(division: str) -> str:
    """Return the name of the authority that registers organisations of the division with this code.

    Ministry 民政部; provinces 浙江省民政厅; municipalities, cities and counties …民政局 with the city (prefecture) or
    municipality in front of a county or district (北京市朝阳区民政局, 杭州市上城区民政局); counties that a province
    governs directly with the province's name (湖北省神农架林区民政局). Raises ``ValueError`` for an unknown code.
    Deployments whose departments are called otherwise (for example 社会组织管理局) give the name in their own files.
    """
    found = divisions.get(division)
    if found is None:
        raise ValueError(f"unknown division: {division}")
    if found.level is Level.NATION:
        return MINISTRY
    if found.level is Level.PROVINCE:
        return f"{found.name}{'民政局' if division in _MUNICIPALITIES else '民政厅'}"
    if found.level is Level.CITY:
        return f"{found.name}民政局"
    above = divisions.get(found.parent or NATION)
    return f"{above.name if above else ''}{found.name}民政局"


def division_of(name: str, *, within: str = NATION) -> str | None:
    """Return the code of the division whose civil-affairs department ``name`` means, or ``None``.

    Understands 民政部 and its longer names, and any wording that begins with a division and goes on with 民政
    (北京市民政局, 浙江省民政厅, 杭州市上城区民政局, 朝阳区民政局 with ``within`` deciding between namesakes).
    """
    wanted = "".join(name.split())
    if wanted in _MINISTRY_NAMES:
        return NATION
    match = divisions.find(wanted, within=within)
    if match is None or not match.certain or not match.remaining.startswith("民政"):
        return None
    return match.division.code
