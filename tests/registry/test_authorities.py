"""Names of registration authorities by division and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import divisions
from shetong.registry.rules.authorities import division_of, official_name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("100000", "民政部"),
        ("110000", "北京市民政局"),
        ("110105", "北京市朝阳区民政局"),
        ("330000", "浙江省民政厅"),
        ("450000", "广西壮族自治区民政厅"),
        ("330100", "杭州市民政局"),
        ("330102", "杭州市上城区民政局"),
        ("429021", "湖北省神农架林区民政局"),
        ("441900", "东莞市民政局"),
        ("330103", "杭州市下城区民政局"),
    ],
)
def test_official_names(code: str, name: str) -> None:
    assert official_name(code) == name


def test_names_are_unique_and_read_back() -> None:
    names = {division.code: official_name(division.code) for division in divisions.current()}
    assert len(set(names.values())) == len(names)
    assert {code: division_of(name) for code, name in names.items()} == {code: code for code in names}


def test_an_unknown_division_has_no_authority() -> None:
    with pytest.raises(ValueError, match="999999"):
        official_name("999999")


@pytest.mark.parametrize("name", ["中华人民共和国民政部", "民政部", " 民政部 "])
def test_the_ministry(name: str) -> None:
    assert division_of(name) == "100000"


@pytest.mark.parametrize("name", ["朝阳区民政局", "北京市教育局", "民政局", "", "东城镇民政所"])
def test_what_does_not_decide_is_left_open(name: str) -> None:
    assert division_of(name) is None


def test_a_namesake_is_decided_by_the_jurisdiction() -> None:
    assert division_of("朝阳区民政局", within="110000") == "110105"


@given(st.text(max_size=30))
def test_any_text_is_survived(text: str) -> None:
    assert division_of(text) is None or divisions.get(division_of(text) or "") is not None
