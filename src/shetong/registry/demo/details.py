"""Everything about demo organisations but name and code: dates, funds, scope, address, people, supervision, status."""

from __future__ import annotations

from datetime import date

import polars as pl

from shetong.registry.demo import words
from shetong.registry.demo.draws import below, pick, weighted
from shetong.registry.demo.places import Places

# New registrations by year, in thousands: shape of the published totals (0.5 million in 2012, 0.9 million in 2021).
_YEARS = range(1989, 2026)
_PER_YEAR = (
    1, 1, 3, 5, 6, 7, 7, 7, 8, 8, 10, 14, 17, 20, 23, 26, 28, 30, 31, 32, 33, 35, 38, 42, 48, 55, 60, 66, 73, 77, 75,
    52, 50, 45, 42, 40, 36,
)  # fmt: skip
_STATUSES = (("正常", 925), ("注销", 48), ("撤销", 18), ("吊销", 4), ("限期停止活动", 3), ("清算中", 2))
_CHARITY_LAW_IN_FORCE = date(2016, 9, 1)
# Charities per thousand of each kind; of a hundred charities, how many may raise funds publicly.
_CHARITIES = {"SG": 8, "PN": 5, "FD": 880}
_PUBLIC_FUNDRAISING = 28
_DIRECT = 12  # percent registered without a supervising body
_SURNAME_WEIGHTS = [1 / (place + 6) for place in range(len(words.SURNAMES))]


def detail_columns(rows: pl.DataFrame, places: Places, seed: int, as_of: date) -> pl.DataFrame:
    """Return the remaining element columns for rows with row, kind, place, category, level, prefix, area and homes."""
    founded = _founded(rows, seed, as_of)
    ends = _certificate(rows, seed, founded, as_of)
    charity, fundraising = _charity(rows, seed, founded, as_of)
    home, address = _address(rows, places, seed)
    supervising, direct = _supervision(rows, seed)
    number = rows["row"]
    areas = rows["area"].zip_with(rows["kind"] == "SG", pl.repeat("", len(rows), eager=True))
    return pl.DataFrame(
        {
            "legal_representative": person_names(number, seed),
            "domicile": address,
            "division_code": home,
            "founded_on": founded,
            "registered_funds": _funds(rows, seed),
            "business_scope": _scope(rows, seed),
            "activity_area": areas,
            "supervising_body": supervising,
            "direct_registration": direct,
            "status": pick(
                number, seed, "status", pl.Series([name for name, count in _STATUSES for _ in range(count)])
            ),
            "certificate_valid_from": ends[0],
            "certificate_valid_to": ends[1],
            "charity_since": charity,
            "public_fundraising_since": fundraising,
        }
    )


def person_names(rows: pl.Series, seed: int, salt: str = "person") -> pl.Series:
    """Return a name per row: surname by rough frequency, one or two given characters, drawn independently."""
    given = pl.Series(list(words.GIVEN))
    surname = pl.Series(list(words.SURNAMES)).gather(pick(rows, seed, salt + " surname", weighted(_SURNAME_WEIGHTS)))
    second = pick(rows, seed, salt + " second", given)
    second = second.zip_with(below(rows, seed, salt + " short", 5) > 0, pl.repeat("", len(rows), eager=True))
    return surname + pick(rows, seed, salt + " first", given) + second


def _founded(rows: pl.DataFrame, seed: int, as_of: date) -> pl.Series:
    number = rows["row"]
    year = pl.Series(_YEARS, dtype=pl.Int32).gather(pick(number, seed, "year", weighted(_PER_YEAR)))
    # Foundations were few before the regulation of 2004.
    later = 2004 + below(number, seed, "foundation year", 22).cast(pl.Int32)
    year = later.zip_with(rows["kind"] == "FD", year)
    month = below(number, seed, "month", 12).cast(pl.Int32) + 1
    day = below(number, seed, "day", 28).cast(pl.Int32) + 1
    founded = pl.select(pl.date(pl.lit(year), pl.lit(month), pl.lit(day))).to_series()
    return founded.clip(upper_bound=as_of)


def _certificate(rows: pl.DataFrame, seed: int, founded: pl.Series, as_of: date) -> tuple[pl.Series, pl.Series]:
    """Certificates run for four years, from a day in the last four years or the founding date if that is later."""
    start = pl.Series([as_of]).gather(pl.zeros(len(rows), dtype=pl.UInt32, eager=True))
    issued = pl.select(
        pl.max_horizontal(
            start - pl.duration(days=pl.lit(below(rows["row"], seed, "issued", 1400).cast(pl.Int64))), founded
        )
    ).to_series()
    until = issued.dt.offset_by("4y").dt.offset_by("-1d")
    return issued, until


def _charity(rows: pl.DataFrame, seed: int, founded: pl.Series, as_of: date) -> tuple[pl.Series, pl.Series]:
    number = rows["row"]
    chance = rows["kind"].replace_strict(_CHARITIES, return_dtype=pl.UInt64)
    is_charity = below(number, seed, "charity", 1000) < chance
    later = below(number, seed, "recognised", 3000).cast(pl.Int64)
    recognised = pl.select(
        pl.when(founded >= _CHARITY_LAW_IN_FORCE)
        .then(founded)
        .otherwise(pl.lit(_CHARITY_LAW_IN_FORCE) + pl.duration(days=pl.lit(later)))
    ).to_series()
    may_raise = is_charity & (below(number, seed, "fundraising", 100) < _PUBLIC_FUNDRAISING)
    wait = below(number, seed, "fundraising wait", 400).cast(pl.Int64) + 731
    raising = pl.select(recognised + pl.duration(days=pl.lit(wait))).to_series()
    return (
        recognised.set(~(is_charity & (recognised <= as_of)), None),
        raising.set(~(may_raise & (raising <= as_of)), None),
    )


def _address(rows: pl.DataFrame, places: Places, seed: int) -> tuple[pl.Series, pl.Series]:
    """Draw a county inside the registering division, a road, a number and sometimes a room in it."""
    number = rows["row"]
    at = rows["first_home"] + (below(number, seed, "home", 1 << 30).cast(pl.Int64) % rows["homes"])
    code = pl.Series([code for code, _ in places.homes]).gather(at)
    where = pl.Series([name for _, name in places.homes]).gather(at)
    house = (below(number, seed, "house", 398) + 1).cast(pl.String)
    floor = (below(number, seed, "floor", 18) + 1).cast(pl.String)
    door = (below(number, seed, "door", 12) + 1).cast(pl.String).str.zfill(2)
    room = (floor + door + "室").zip_with(below(number, seed, "room?", 3) > 0, pl.repeat("", len(rows), eager=True))
    return code, where + pick(number, seed, "road", pl.Series(words.ROADS)) + house + "号" + room


def _funds(rows: pl.DataFrame, seed: int) -> pl.Series:
    """Funds in yuan at or above the floors of the regulations (national bodies and foundations have higher ones)."""
    number = rows["row"]
    national = rows["level"] == "nation"
    steps = pl.Series([1, 1, 1, 1, 2, 2, 3, 3, 5, 10, 20, 35], dtype=pl.Int64)
    factor = pick(number, seed, "funds", steps)
    floor = rows["kind"].replace_strict({"SG": 30_000, "PN": 30_000, "FD": 2_000_000}, return_dtype=pl.Int64)
    higher = rows["kind"].replace_strict({"SG": 100_000, "PN": 100_000, "FD": 8_000_000}, return_dtype=pl.Int64)
    return (higher.zip_with(national, floor) * factor).cast(pl.String) + ".00"


def _scope(rows: pl.DataFrame, seed: int) -> pl.Series:
    flat = pl.Series([text for category in words.CATEGORIES for text in category.scopes])
    first = {category.name: position * 3 for position, category in enumerate(words.CATEGORIES)}
    at = rows["category"].replace_strict(first, return_dtype=pl.Int64)
    one = below(rows["row"], seed, "scope", 3).cast(pl.Int64)
    other = (one + 1 + below(rows["row"], seed, "scope more", 2).cast(pl.Int64)) % 3
    return flat.gather(at + one) + "；" + flat.gather(at + other) + "。"


def _supervision(rows: pl.DataFrame, seed: int) -> tuple[pl.Series, pl.Series]:
    """Return (supervising body, 是/否 directly registered); the two exclude each other."""
    offices = {category.name: category.office for category in words.CATEGORIES}
    central = {category.name: category.centre for category in words.CATEGORIES}
    direct = below(rows["row"], seed, "direct", 100) < _DIRECT
    local = rows["prefix"] + rows["category"].replace_strict(offices)
    # Departments of provinces and autonomous regions are 厅, those of municipalities 局 like below.
    office = local.str.replace("局$", "厅").zip_with(rows["prefix"].str.contains("(省|自治区)$"), local)
    body = rows["category"].replace_strict(central).zip_with(rows["level"] == "nation", office)
    answers = pl.Series(["否", "是"]).gather(direct.cast(pl.UInt32))
    return pl.repeat("", len(rows), eager=True).zip_with(direct, body), answers
