"""Colours: WCAG's formula, and every pair of tokens that is used together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.web.contrast import contrast, luminance
from shetong.web.views.design import Pair, contrast_pairs

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_the_ratio_is_the_published_one(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@given(colours, colours)
def test_the_ratio_has_no_direction_and_lies_between_1_and_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0001


@pytest.mark.parametrize("text", ["red", "#fff", "1c2423f", "#1c24231", "#gggggg", ""])
def test_what_is_not_six_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        luminance(text)


@pytest.mark.parametrize("pair", contrast_pairs(), ids=lambda pair: f"{pair.front}-on-{pair.back}")
def test_each_pair_reaches_what_its_use_demands_in_both_schemes(pair: Pair) -> None:
    assert pair.light >= pair.least
    assert pair.dark >= pair.least
