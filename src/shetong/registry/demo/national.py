"""A generated national register: hundreds of thousands of organisations in the proportions of the real one.

Proportions follow published totals: about 43 % social groups, 56 % private non-enterprise units and 1 % foundations,
some 2,300 registered by the ministry, most at county level. Everything is made from word lists: no row describes a
real body.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

import polars as pl

from shetong.core import divisions
from shetong.registry.demo import codes, words
from shetong.registry.demo.details import detail_columns
from shetong.registry.demo.draws import apportion, draw
from shetong.registry.demo.names import Vocabulary, name_columns
from shetong.registry.demo.places import Place, Places, build

DEFAULT_SEED = 20260630
# The day on which the generated register stands; fixed so that the data do not depend on the clock.
AS_OF = date(2026, 6, 30)
_KIND_SHARES = {"SG": 0.4255, "PN": 0.5641, "FD": 0.0104}
_MINISTRY_SHARES = {"SG": 2000 / 900_000, "PN": 100 / 900_000, "FD": 200 / 900_000}
# Foundations are mostly registered by provinces; the other kinds follow the weight of the division.
_FOUNDATION_FACTORS = {"nation": 0.0, "province": 18.0, "prefecture": 2.5, "county": 0.25}

COLUMNS = (
    "uscc", "name", "former_names", "kind", "legal_representative", "domicile", "division_code", "founded_on",
    "registered_funds", "business_scope", "activity_area", "authority", "supervising_body", "direct_registration",
    "status", "certificate_valid_from", "certificate_valid_to", "field", "charity_since", "public_fundraising_since",
)  # fmt: skip


def national(n: int = 900_000, seed: int = DEFAULT_SEED) -> Iterator[dict[str, object]]:
    """Yield ``n`` organisations as plain rows; keys are the element names of the metadata standard.

    Codes, dates (``date``) and words are as a file would carry them: kinds and statuses in Chinese, funds in yuan.
    """
    for frame in national_frames(n, seed):
        yield from frame.iter_rows(named=True)


def national_frames(n: int = 900_000, seed: int = DEFAULT_SEED, *, batch: int = 50_000) -> Iterator[pl.DataFrame]:
    """Yield the rows of :func:`national` as frames of ``batch`` rows with the columns :data:`COLUMNS`."""
    places = registering_places()
    vocabulary = Vocabulary(_origins(places))
    assigned = _assign(n, seed, places)
    for start in range(0, n, batch):
        yield _complete(assigned.slice(start, batch), places, vocabulary, seed)


def sample(n: int = 3_000, seed: int = DEFAULT_SEED, *, least: int = 12, of: int = 900_000) -> pl.DataFrame:
    """Return about ``n`` rows of the national register, at least ``least`` of each province.

    They are rows of ``national_frames(of, seed)``: whoever loads the whole register later finds them unchanged.
    """
    places = registering_places()
    assigned = _assign(of, seed, places).with_columns(province_column(pl.col("place"), places))
    spread = assigned.gather_every(max(1, of // n))
    # Small provinces would have a handful: the first rows of each, in the order that mixes everything.
    chosen = pl.concat([spread, assigned.group_by("province", maintain_order=True).head(least).select(spread.columns)])
    rows = chosen.unique("row").sort("row").drop("province")
    return _complete(rows, places, Vocabulary(_origins(places)), seed)


@cache
def registering_places() -> Places:
    """Return where organisations are registered today, from the divisions that the project ships."""
    return build([(division.code, division.name) for division in divisions.current()])


def province_column(place: pl.Expr, places: Places) -> pl.Expr:
    """Return the two digits of the province of each place number, as the column ``province``."""
    heads = {number: where.code[:2] for number, where in enumerate(places.places)}
    return place.replace_strict(heads, return_dtype=pl.String).alias("province")


def _origins(places: Places) -> list[str]:
    """Home places of 异地商会: provinces, cities and counties by their proper names (专名), each once."""
    own = [place.name for place in places.places[1:] if place.level != "province" and "自治" not in place.name]
    names = (name.removesuffix("市").removesuffix("县") for name in own if name.endswith(("市", "县")))
    return [name for name in dict.fromkeys(names) if 2 <= len(name) <= 4]


def _assign(n: int, seed: int, places: Places) -> pl.DataFrame:
    """Give every row its kind, place and rank among its like, in an order that mixes all divisions."""
    parts = []
    for (kind, share), total in zip(_KIND_SHARES.items(), apportion(n, list(_KIND_SHARES.values())), strict=True):
        ministry = round(total * _MINISTRY_SHARES[kind] / share)
        counts = [ministry, *apportion(total - ministry, [_weight(place, kind) for place in places.places[1:]])]
        column = pl.Series(range(len(counts)), dtype=pl.Int64).repeat_by(pl.Series(counts)).explode(empty_as_null=False)
        parts.append(pl.DataFrame({"place": column}).with_columns(pl.lit(kind).alias("kind")))
    together = pl.concat(parts).with_columns(pl.int_range(pl.len(), dtype=pl.UInt64).alias("row"))
    mixed = together.with_columns(draw(together["row"], seed, "order").alias("order")).sort("order").drop("order")
    return mixed.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt64).alias("row"),
        pl.int_range(pl.len(), dtype=pl.Int64).over("place", "kind").alias("rank"),
    )


def _weight(place: Place, kind: str) -> float:
    return place.weight * _FOUNDATION_FACTORS[place.level] if kind == "FD" else place.weight


def _complete(assigned: pl.DataFrame, places: Places, vocabulary: Vocabulary, seed: int) -> pl.DataFrame:
    located = assigned.with_columns(place_columns(assigned["place"], places.places))
    return complete(pl.concat([located, name_columns(located, vocabulary, seed)], how="horizontal"), places, seed)


def complete(named: pl.DataFrame, places: Places, seed: int) -> pl.DataFrame:
    """Return the columns :data:`COLUMNS` for rows with kind, place, name, former_names, category and place columns."""
    detailed = pl.concat([named, detail_columns(named, places, seed, AS_OF)], how="horizontal")
    uscc = codes.column(detailed["row"], seed, detailed["kind"], detailed["place_code"])
    classes = {category.name: category.field for category in words.CATEGORIES}
    kinds = {"SG": "社会团体", "PN": "民办非企业单位", "FD": "基金会"}
    return detailed.with_columns(
        uscc.alias("uscc"),
        pl.col("kind").replace_strict(kinds),
        pl.col("category").replace_strict(classes).alias("field"),
    ).select(COLUMNS)


def place_columns(at: pl.Series, places: Sequence[Place]) -> list[pl.Series]:
    """Return what is known of the place of each row, a column each."""
    table: dict[str, list[str] | list[int]] = {
        "place_code": [place.code for place in places],
        "prefix": [place.prefix for place in places],
        "level": [place.level for place in places],
        "authority": [place.authority for place in places],
        "area": [place.full_name if place.code != "100000" else "全国" for place in places],
        "first_home": [place.first_home for place in places],
        "homes": [place.homes for place in places],
    }
    return [pl.Series(name, values).gather(at) for name, values in table.items()]
