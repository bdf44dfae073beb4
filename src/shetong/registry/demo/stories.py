"""The storied organisations of the small demonstration: which there are, and what they are called.

Nine for each province and five for the ministry, spread over provinces, prefectures and counties. Each lives through
one of the plots of :mod:`.plots`. Pure: the same seed and day give the same stories.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Collection, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

import polars as pl

from shetong.registry.demo import words
from shetong.registry.demo.acts import Story
from shetong.registry.demo.details import person_names
from shetong.registry.demo.names import STEP
from shetong.registry.demo.national import AS_OF, DEFAULT_SEED, complete, place_columns, registering_places
from shetong.registry.demo.people import demo_person
from shetong.registry.demo.places import MINISTRY, Place, Places
from shetong.registry.demo.plots import PLOTS, Draft

_DATA = tomllib.loads(files(__package__).joinpath("stories.toml").read_text("utf-8"))
PLOT_NAMES: tuple[str, ...] = tuple(_DATA["plots"])
# Row numbers and ranks of their own, so that no code and no name is one of the national register's.
_FIRST_ROW = 20_000_000
_FIRST_RANK = 60_000
_PEOPLE = 8


def stories(seed: int = DEFAULT_SEED, *, today: date, provinces: Collection[str] | None = None) -> list[Story]:
    """Return the stories as of ``today``; only future changes depend on it.

    ``provinces``: two digits each (``10``: the ministry), all where ``None``.
    """
    places = registering_places()
    casting = _cast(places, seed)
    rows = complete(_named(casting, places), places, seed)
    people = [person_names(casting["row"], seed, f"officer {place}") for place in range(1, _PEOPLE)]
    told = []
    for number, row in enumerate(rows.iter_rows(named=True)):
        place = places.places[casting["place"][number]]
        if provinces is not None and place.code[:2] not in provinces:
            continue
        plot = casting["plot"][number]
        # Only the first member represents the organisation in law and is a registered item.
        names = [row["legal_representative"], *(column[number] for column in people)]
        head = "11" if place.code == MINISTRY else place.code[:2]
        dice = random.Random(f"{seed} {place.code} {plot}")  # noqa: S311 - reproducible, nothing secret
        cast = [demo_person(number * _PEOPLE + at, name, head) for at, name in enumerate(names)]
        draft = Draft(_values(row), place, cast, dice, until=min(AS_OF, today), today=today)
        PLOTS[plot](draft)
        told.append(draft.story(plot))
    return told


def _cast(places: Places, seed: int) -> pl.DataFrame:
    """Give every organisation its part: plot, place, kind, category, title, row and rank numbers."""
    rows: list[dict[str, Any]] = []
    for head in dict.fromkeys(place.code[:2] for place in places.places):
        dice = random.Random(f"{seed} {head}")  # noqa: S311 - reproducible, nothing secret
        for plot, data in _DATA["plots"].items():
            if head == MINISTRY[:2] and data["level"] == "county":
                continue
            at = dice.choice(_candidates(places.places, head, data["level"]))
            rows.append(
                {
                    "plot": plot,
                    "place": at,
                    "kind": data["kind"],
                    "category": data["category"],
                    "title": dice.choice(data["titles"].split()),
                    "row": _FIRST_ROW + len(rows),
                    "rank": _FIRST_RANK + len(rows),
                }
            )
    return pl.DataFrame(rows, schema_overrides={"row": pl.UInt64, "place": pl.Int64, "rank": pl.Int64})


def _candidates(places: Sequence[Place], head: str, level: str) -> list[int]:
    """Return the places of a province on a level, or on the next one below or above that it has."""
    of_province = {number: place for number, place in enumerate(places) if place.code[:2] == head}
    for wanted in (level, "prefecture", "county", "province"):
        found = [number for number, place in of_province.items() if place.level == wanted]
        if found:
            return found
    return list(of_province)


def _named(casting: pl.DataFrame, places: Places) -> pl.DataFrame:
    located = casting.with_columns(place_columns(casting["place"], places.places))
    styles = [a + b for a in words.STYLE_FIRST for b in words.STYLE_SECOND if a != b]
    names = []
    for row in located.iter_rows(named=True):
        # Names registered by the ministry bear no division (《社会组织名称管理办法》第八条).
        prefix = "" if row["level"] == "nation" else row["prefix"]
        style = "" if row["kind"] == "SG" else styles[(row["rank"] * STEP + row["place"] * 7919) % len(styles)]
        names.append(prefix + style + row["title"] + _FORMS.get(row["plot"], ""))
    return located.with_columns(pl.Series("name", names), pl.lit("").alias("former_names"))


_FORMS = {"trade": "行业协会", "foundation": "基金会", "society": "会"}


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is registered first; qualifications, status and dates come with the story."""
    told_otherwise = (
        "former_names",
        "status",
        "founded_on",
        "certificate_valid_from",
        "certificate_valid_to",
        "charity_since",
        "public_fundraising_since",
    )
    return {name: value for name, value in row.items() if name not in told_otherwise and value is not None}
