"""Where demo organisations are registered: divisions with realistic weights and the names of their authorities."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MINISTRY = "100000"
# Hong Kong, Macao and Taiwan keep no register under the three regulations.
_OUTSIDE = ("71", "81", "82")
_NOT_A_PLACE = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")

# Thousands of organisations by province: orders of magnitude from published yearbooks, not exact figures.
_PROVINCE_WEIGHTS = {
    "11": 13, "12": 7, "13": 36, "14": 18, "15": 17, "21": 26, "22": 13, "23": 19, "31": 17, "32": 93, "33": 73,
    "34": 36, "35": 35, "36": 29, "37": 65, "41": 50, "42": 33, "43": 38, "44": 72, "45": 28, "46": 9, "50": 19,
    "51": 46, "52": 15, "53": 23, "54": 0.6, "61": 31, "62": 20, "63": 6, "64": 5, "65": 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A registering authority's division; ``first_home`` and ``homes`` are the slice of its domiciles in ``Places``."""

    code: str
    name: str
    prefix: str
    full_name: str
    authority: str
    level: str
    weight: float
    first_home: int
    homes: int


@dataclass(frozen=True, slots=True)
class Places:
    """All registering places in code order, and the divisions (code, full name) in which offices lie."""

    places: tuple[Place, ...]
    homes: tuple[tuple[str, str], ...]


def build(divisions: Sequence[tuple[str, str]]) -> Places:
    """Make the places from (code, name) pairs of current divisions of the three upper levels."""
    names = {
        code: name
        for code, name in sorted(divisions)
        if code[:2] not in _OUTSIDE and name not in _NOT_A_PLACE and code != MINISTRY
    }
    leaves = [code for code in names if not any(other != code and _within(code, other) for other in _near(code, names))]
    full = {code: _full_name(code, names) for code in names}
    prefix = _prefixes(names, full)
    places = [_ministry(leaves)]
    for code in names:
        homes = [i for i, leaf in enumerate(leaves) if _within(code, leaf)]
        places.append(
            Place(
                code,
                names[code],
                prefix[code],
                full[code],
                _authority(code, prefix[code]),
                _level(code),
                _weight(code, leaf=code in leaves),
                homes[0],
                len(homes),
            )
        )
    return Places(tuple(places), tuple((code, full[code]) for code in leaves))


def _ministry(leaves: Sequence[str]) -> Place:
    in_beijing = [i for i, leaf in enumerate(leaves) if leaf.startswith("11")]
    return Place(MINISTRY, "中国", "中国", "中国", "民政部", "nation", 0, in_beijing[0], len(in_beijing))


def _near(code: str, names: dict[str, str]) -> Sequence[str]:
    if not code.endswith("00"):
        return ()
    return [other for other in names if other.startswith(code[:2])]


def _within(code: str, other: str) -> bool:
    if code.endswith("0000"):
        return other.startswith(code[:2])
    return other.startswith(code[:4]) if code.endswith("00") else other == code


def _level(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def _full_name(code: str, names: dict[str, str]) -> str:
    levels = dict.fromkeys((code[:2] + "0000", code[:4] + "00", code))
    return "".join(names.get(level, "") for level in levels)


def _prefixes(names: dict[str, str], full: dict[str, str]) -> dict[str, str]:
    """Return what names begin with: districts carry their city; counties do not, unless two share a name."""
    chosen: dict[str, str] = {}
    for code, name in names.items():
        parent = names.get(code[:4] + "00") or names[code[:2] + "0000"]
        district = _level(code) == "county" and name.endswith("区")
        chosen[code] = parent + name if district else name
    seen = Counter(chosen.values())
    return {code: full[code] if seen[prefix] > 1 else prefix for code, prefix in chosen.items()}


def _authority(code: str, prefix: str) -> str:
    province_office = _level(code) == "province" and not prefix.endswith("市")
    return prefix + ("民政厅" if province_office else "民政局")


def _weight(code: str, *, leaf: bool) -> float:
    province = _PROVINCE_WEIGHTS[code[:2]]
    municipality = code[:2] in ("11", "12", "31", "50")
    match _level(code):
        case "province":
            return province * (0.12 if municipality else 0.03)
        case "prefecture":
            return province * (0.04 if leaf else 0.012) * _spread(code)
        case _:
            return province * (0.05 if municipality else 0.01) * _spread(code)


def _spread(code: str) -> float:
    """Return a fixed factor between 0.5 and 2 so that neighbouring divisions differ in size as they do in life."""
    return 0.5 + 1.5 * (zlib.crc32(code.encode()) % 1000 / 1000) ** 2
