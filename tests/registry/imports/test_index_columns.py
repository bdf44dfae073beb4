"""Index rows made by whole columns are those that single names give."""

from __future__ import annotations

import struct
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from shetong.registry.services import search_index
from shetong.registry.services.imports.index_columns import AT, index_columns

# What names are made of, and what their folding, spelling and tokens turn on: phrases read otherwise than their
# characters (重庆, 银行, 得亏), repeated pairs, traditional and full-width signs, letters, rare characters.
PARTS = (
    *"北京市研究会银行音乐铅山得亏东城区長國𬭩㐂é㈠ＡbZ9（）·—",
    "重庆", "重庆市", "银行", "音乐", "发嗲", "协会计划", "研究研究", "abcabc",
)  # fmt: skip
names = st.lists(st.sampled_from(PARTS), max_size=120).map("".join)
DAYS = st.none() | st.dates(date(1950, 1, 1), date(2026, 6, 30))
SOURCES = st.builds(
    search_index.Source,
    organisation_id=st.just(0),
    name=names,
    former=st.booleans(),
    kind=st.sampled_from(["SG", "PN", "FD"]),
    status=st.sampled_from(["normal", "suspended", "revoked"]),
    division_code=st.sampled_from(["110101", "330100", "430000"]),
    authority_division=st.sampled_from(["100000", "330000", "330100", "110101"]),
    founded_on=DAYS,
    charity=st.booleans(),
    fundraising=st.booleans(),
)


def fields(octets: bytes) -> list[bytes | None]:
    """Divide the fields that COPY is sent."""
    found: list[bytes | None] = []
    at = 0
    while at < len(octets):
        (size,) = struct.unpack_from(">i", octets, at)
        found.append(None if size < 0 else octets[at + 4 : at + 4 + size])
        at += 4 + max(size, 0)
    return found


def number(octets: bytes | None) -> int | None:
    return None if octets is None else int.from_bytes(octets, "big", signed=True)


def tokens(octets: bytes) -> list[str]:
    """The tokens of a vector, of which each is said to be one."""
    found = octets[4:].split(b"\0\0\0")[:-1]
    assert number(octets[:4]) == len(found)
    return sorted(token.decode() for token in found)


@settings(deadline=None)
@given(sources=st.lists(SOURCES, min_size=1, max_size=12))
def test_columns_of_names_give_the_rows_of_single_names(sources: list[search_index.Source]) -> None:
    frame = pl.DataFrame(
        {AT: range(len(sources))}
        | {name: [getattr(each, name) for each in sources] for name in search_index.Source._fields[1:]},
        schema_overrides={"founded_on": pl.Date, "name": pl.String},
    )
    made = index_columns(frame)
    for row, octets in zip(search_index.index_rows(sources), made.fields.to_pylist(), strict=True):
        former, text, initials, pinyin, vector, facets, founded, rank = fields(octets)
        written = [(each or b"").decode() for each in (text, initials, pinyin, facets)]
        assert written == [row.text, row.initials, row.pinyin, row.facets]
        assert (former == b"\1") is row.former
        assert tokens(vector or b"") == sorted(row.tokens.split())
        days = number(founded)
        assert (None if days is None else date(2000, 1, 1) + timedelta(days=days)) == row.founded_on
        assert number(rank) == row.rank
