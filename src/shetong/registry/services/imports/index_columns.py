"""The search index rows of :func:`shetong.registry.services.search_index.index_rows`, for whole columns of names.

The same texts, spellings, facets and ranks, and the same sets of tokens, several times as fast; a test compares both.
Names that hold an irregularly read phrase are transliterated one by one.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from shetong.core.pinyin import character_tables, irregular_pairs, transliterate
from shetong.core.search_tokens import PAD
from shetong.core.text import key
from shetong.registry.rules.facets import STATUS_LETTER
from shetong.registry.rules.ranking import rank

# Position of a name's row in its chunk; the number of the organisation is drawn when the chunk is written.
AT = "__at__"


def index_columns(names: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of ``search_index.COLUMNS`` with AT for ``organisation_id``.

    ``names`` has the columns AT and those of ``search_index.Source`` after the number, by name.
    """
    text = pl.Series("text", [key(name) for name in names["name"]], dtype=pl.String)
    initials, pinyin, pairs = _spell(text)
    string = _facets(names)
    ranks = [
        rank(text=each, status=status, authority_division=place, charity=charity, fundraising=raising, former=former)
        for each, status, place, charity, raising, former in zip(
            text, *(names[c] for c in ("status", "authority_division", "charity", "fundraising", "former")), strict=True
        )
    ]
    tokens = pl.select(pl.concat_str(pairs, _triples(initials), _facet_tokens(string), separator=" ")).to_series()
    return pl.DataFrame(
        [
            names[AT],
            names["former"],
            text,
            initials.alias("initials"),
            pinyin.alias("pinyin"),
            tokens.alias("tokens"),
            string.alias("facets"),
            names["founded_on"],
            pl.Series("rank", ranks, dtype=pl.Int32),
        ]
    )


@cache
def _tables() -> tuple[pl.DataFrame, pl.Series]:
    initials, pinyin = character_tables()
    known = sorted(initials.keys() | pinyin.keys())
    spelt = pl.DataFrame(
        {
            "character": known,
            "initial": [initials.get(each, each) for each in known],
            "spelling": [pinyin.get(each, each) for each in known],
        }
    )
    return spelt, pl.Series(sorted(irregular_pairs()))


def _spell(text: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return initials, full pinyin, and the pair tokens (with the last character alone) joined by blanks."""
    spelt, irregular = _tables()
    each = _characters(text).join(spelt, on="character", how="left", maintain_order="left")
    each = each.with_columns(
        pl.col("initial").fill_null(pl.col("character")),
        pl.col("spelling").fill_null(pl.col("character")),
        # The pair that begins with this character; the last character of a text stands alone.
        pl.when(_followed(1)).then(_and_next(1)).otherwise(pl.col("character")).alias("pair"),
    )
    at = each.filter(pl.col("pair").is_in(irregular.implode()))["row"].unique(maintain_order=True)
    one_by_one = [transliterate(each) for each in text.gather(at)]
    joined = _joined(each, len(text), initial="", spelling="", pair=" ")
    initials = joined["initial"].scatter(at, [spelling.initials for spelling in one_by_one])
    pinyin = joined["spelling"].scatter(at, [spelling.pinyin for spelling in one_by_one])
    return initials, pinyin, joined["pair"]


def _triples(initials: pl.Series) -> pl.Series:
    """Return the triples of initials joined by blanks, the last one padded."""
    each = _characters(initials).with_columns(
        pl.when(_followed(2)).then(_and_next(2)).when(_followed(1)).then(_and_next(1) + PAD).alias("triple")
    )
    return _joined(each, len(initials), triple=" ")["triple"]


def _characters(text: pl.Series) -> pl.DataFrame:
    rows = pl.int_range(len(text), dtype=pl.UInt32, eager=True)
    split = pl.DataFrame({"row": rows, "character": text.str.split("")})
    return split.explode("character").filter(pl.col("character") != "")


def _followed(places: int) -> pl.Expr:
    """Whether so many characters of the same text follow."""
    return pl.col("row") == pl.col("row").shift(-places)


def _and_next(places: int) -> pl.Expr:
    return pl.concat_str(pl.col("character").shift(-place) for place in range(places + 1))


def _joined(each: pl.DataFrame, length: int, **separators: str) -> pl.DataFrame:
    """Put the parts of every text together again; texts without characters become empty."""
    lists = each.group_by("row", maintain_order=True).agg(pl.col(name).drop_nulls() for name in separators)
    joined = lists.select("row", *(pl.col(name).list.join(by) for name, by in separators.items()))
    if len(joined) == length:
        return joined
    rows = pl.DataFrame({"row": pl.int_range(length, dtype=pl.UInt32, eager=True)})
    return rows.join(joined, on="row", how="left", maintain_order="left").with_columns(
        pl.col(name).fill_null("") for name in separators
    )


def _facets(names: pl.DataFrame) -> pl.Series:
    return names.select(
        pl.concat_str(
            pl.col("division_code").str.slice(0, 6),
            pl.col("kind"),
            pl.col("status").replace_strict(STATUS_LETTER, default="r"),
            pl.when("charity").then(pl.lit("C")).otherwise(pl.lit("-")),
            pl.when("fundraising").then(pl.lit("F")).otherwise(pl.lit("-")),
            pl.col("founded_on").dt.year().fill_null(0).cast(pl.String).str.zfill(4),
            pl.when("former").then(pl.lit("X")).otherwise(pl.lit("-")),
        )
    ).to_series()


def _facet_tokens(string: pl.Series) -> pl.Series:
    part = string.str.slice
    mark = pl.DataFrame({"c": part(9, 1), "f": part(10, 1), "x": part(15, 1), "year": part(11, 4)})
    return mark.select(
        pl.concat_str(
            "D" + part(0, 2) + " D" + part(0, 4) + " D" + part(0, 6) + " K" + part(6, 2) + " S" + part(8, 1),
            pl.when(pl.col("c") == "C").then(pl.lit(" C")).otherwise(pl.lit("")),
            pl.when(pl.col("f") == "F").then(pl.lit(" F")).otherwise(pl.lit("")),
            pl.when(pl.col("year") != "0000").then(" Y" + pl.col("year")).otherwise(pl.lit("")),
            pl.when(pl.col("x") == "X").then(pl.lit(" X")).otherwise(pl.lit("")),
        )
    ).to_series()
