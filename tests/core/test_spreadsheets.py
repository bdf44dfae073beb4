"""Text that spreadsheet programs must not take for a formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core.spreadsheets import inert, unguarded

texts = st.text(alphabet=st.one_of(st.sampled_from("'=+-@＝ \t\r\n|%\u3000\ufeff"), st.characters()), max_size=12)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A", "＝1", " =1", "\t=1", "|cmd", "%0A", "\ufeff=1"])
def test_what_could_begin_a_formula_is_guarded(text: str) -> None:
    assert inert(text) == "'" + text


@pytest.mark.parametrize("text", ["", "北京市慈善协会", "a=1", "'quoted'", "1-2", "（=1）"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert inert(text) == text


@given(texts)
def test_the_guard_can_be_taken_away_again(text: str) -> None:
    assert unguarded(inert(text)) == text


@given(texts)
def test_nothing_inert_begins_with_a_sign(text: str) -> None:
    assert not inert(text).lstrip(" \u3000\ufeff").startswith(tuple("=+-@\t\r\n|%＝＋－＠"))
