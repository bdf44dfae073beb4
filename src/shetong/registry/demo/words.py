"""Vocabulary of the demo generator, read from ``words.toml`` beside this module.

Titles that result from it (such as a county's 茶叶产业协会) follow the structure that
《社会组织名称管理办法》 prescribes, so some will also be borne by real bodies: demo records are flagged as such.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

_DATA = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of activity: statistical class, who supervises it, what bodies of each kind are called and do.

    ``institution_share`` is the percentage of private non-enterprise units that are of this category.
    """

    name: str
    field: str
    office: str
    centre: str
    scopes: tuple[str, ...]
    institution_share: float
    societies: tuple[str, ...]
    institutions: tuple[str, ...]
    foundations: tuple[str, ...]


def _list(name: str) -> tuple[str, ...]:
    return tuple(_DATA[name].split())


def _characters(name: str) -> str:
    return "".join(_DATA[name].split())


STYLE_FIRST = _characters("style_first")
STYLE_SECOND = _characters("style_second")
STYLE_TAILS = _list("style_tails")
SURNAMES = _characters("surnames")
GIVEN = _characters("given")
ROADS = _list("roads")
FARM = (_list("farm_products"), _list("farm_forms"))
INDUSTRY = (_list("industry_products"), _list("industry_forms"))
GROUPS = (_list("groups"), _list("group_forms"))
DISCIPLINES = (_list("disciplines"), _list("discipline_forms"))
CATEGORIES = tuple(
    Category(
        name,
        data["class"],
        data["office"],
        data["centre"],
        tuple(data["scopes"]),
        data["institution_share"],
        tuple(data["societies"].split()),
        tuple(data["institutions"].split()),
        tuple(data.get("foundations", "").split()),
    )
    for name, data in _DATA["categories"].items()
)
