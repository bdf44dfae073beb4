"""Names of demo organisations, after 《社会组织名称管理办法》第八条, unique within a division by construction.

Societies: division + field or membership + form. Institutions and foundations: division + style + field + form.
Within one division each society title and each style name occurs once, so that two names seldom differ in one
character only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from shetong.registry.demo import words
from shetong.registry.demo.draws import below, pick, weighted

# Larger than every vocabulary and prime, hence coprime to their sizes: multiplying by it permutes them.
STEP = 1_000_003
# Forms that no current title uses: a former name of a society ends with one of them.
_OLD_FORMS = ("协进会", "协作会", "研讨会", "同业会")
_FORMS = "(协会|学会|研究会|促进会|联合会|联谊会|商会|总会|互助会)$"


@dataclass(frozen=True, slots=True)
class Titles:
    """Columns of (title, category): what a society or institution is called after division and style."""

    title: pl.Series
    category: pl.Series

    def __len__(self) -> int:
        return len(self.title)


class Vocabulary:
    """All vocabularies as columns, built once; ``origins`` are the home places of 异地商会."""

    def __init__(self, origins: Sequence[str]) -> None:
        self.common = _titles((title, c.name) for c in words.CATEGORIES for title in c.societies)
        self.rare, self.rare_without_origins = _rare_titles(origins)
        self.services = _titles((title, c.name) for c in words.CATEGORIES for title in c.institutions)
        self.foundations = _titles((f"{field}基金会", c.name) for c in words.CATEGORIES for field in c.foundations)
        shares = [c.institution_share / len(c.institutions) for c in words.CATEGORIES for _ in c.institutions]
        self.service_table = weighted(shares)
        self.styles = pl.Series([a + b for a in words.STYLE_FIRST for b in words.STYLE_SECOND if a != b])


def name_columns(frame: pl.DataFrame, vocabulary: Vocabulary, seed: int) -> pl.DataFrame:
    """Return ``name``, ``former_names`` and ``category`` for rows with row, kind, place, rank, prefix and level."""
    parts = []
    for kind, make in (("SG", _societies), ("PN", _institutions), ("FD", _foundations)):
        rows = frame.filter(pl.col("kind") == kind)
        parts.append(make(rows, vocabulary, seed).with_columns(rows["row"]))
    return pl.concat(parts).sort("row").drop("row")


def _societies(rows: pl.DataFrame, vocabulary: Vocabulary, seed: int) -> pl.DataFrame:
    common, rare = vocabulary.common, vocabulary.rare
    rank, national = rows["rank"], rows["level"] == "nation"
    # Three of five titles come from the common list until it is used up; the ministry takes none of them.
    common_before = pl.select(
        pl.min_horizontal((rank // 5) * 3 + (rank % 5).clip(upper_bound=3), pl.lit(len(common)))
    ).to_series()
    common_before = common_before.zip_with(~national, pl.zeros(len(rows), dtype=common_before.dtype, eager=True))
    is_common = (rank % 5 < 3) & (common_before < len(common)) & ~national
    size = pl.Series([len(rare), vocabulary.rare_without_origins], dtype=pl.Int64).gather(national.cast(pl.UInt32))
    common_at = (common_before * STEP + rows["place"] * 37) % len(common)
    rare_at = ((rank - common_before) * STEP + rows["place"] * 991) % size
    title = common.title.gather(common_at).zip_with(is_common, rare.title.gather(rare_at))
    category = common.category.gather(common_at).zip_with(is_common, rare.category.gather(rare_at))
    old = pick(rows["row"], seed, "old form", pl.Series(_OLD_FORMS))
    stem = title.str.replace(_FORMS, "")
    former = (rows["prefix"] + stem + old).zip_with(_renamed(rows, seed), _nothing(len(rows)))
    return _frame(rows["prefix"] + title, former, category)


def _institutions(rows: pl.DataFrame, vocabulary: Vocabulary, seed: int) -> pl.DataFrame:
    chosen = vocabulary.service_table.gather(below(rows["row"], seed, "service", len(vocabulary.service_table)))
    return _styled(rows, vocabulary, seed, vocabulary.services, chosen)


def _foundations(rows: pl.DataFrame, vocabulary: Vocabulary, seed: int) -> pl.DataFrame:
    chosen = below(rows["row"], seed, "foundation", len(vocabulary.foundations))
    return _styled(rows, vocabulary, seed, vocabulary.foundations, chosen)


def _styled(rows: pl.DataFrame, vocabulary: Vocabulary, seed: int, titles: Titles, chosen: pl.Series) -> pl.DataFrame:
    styles = vocabulary.styles
    # Names registered by the ministry bear no division (第八条).
    prefix = rows["prefix"].zip_with(rows["level"] != "nation", _nothing(len(rows)))
    start = rows["place"] * 7919
    style = styles.gather((rows["rank"] * STEP + start) % len(styles))
    earlier = styles.gather(((rows["rank"] + len(styles) // 2) * STEP + start) % len(styles))
    has_tail = below(rows["row"], seed, "tail?", 8) == 0
    tail = pick(rows["row"], seed, "tail", pl.Series(words.STYLE_TAILS)).zip_with(has_tail, _nothing(len(rows)))
    title = tail + titles.title.gather(chosen)
    former = (prefix + earlier + title).zip_with(_renamed(rows, seed), _nothing(len(rows)))
    return _frame(prefix + style + title, former, titles.category.gather(chosen))


def _renamed(rows: pl.DataFrame, seed: int) -> pl.Series:
    """One organisation in 25 bore another name before."""
    return below(rows["row"], seed, "renamed", 25) == 0


def _nothing(length: int) -> pl.Series:
    return pl.repeat("", length, eager=True)


def _frame(name: pl.Series, former: pl.Series, category: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"name": name, "former_names": former, "category": category})


def _titles(pairs: Iterable[tuple[str, str]]) -> Titles:
    both = list(pairs)
    return Titles(pl.Series([title for title, _ in both]), pl.Series([category for _, category in both]))


def _rare_titles(origins: Sequence[str]) -> tuple[Titles, int]:
    """Return the long tail and how many of its entries, from the start, are not 异地商会."""
    vocabularies = {"farm": words.FARM, "trade": words.INDUSTRY, "job": words.GROUPS, "science": words.DISCIPLINES}
    combined = [
        (topic + form, category)
        for category, (topics, forms) in vocabularies.items()
        for form in forms
        for topic in topics
    ]
    return _titles([*combined, *((f"{origin}商会", "trade") for origin in origins)]), len(combined)
