"""Numbers and days that anybody may type into an address."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import asked


@given(st.integers(0, asked.MOST))
def test_numbers_are_read(number: int) -> None:
    assert asked.whole(str(number)) == number
    assert asked.whole(str(number), least=number + 1) is None


@given(st.text())
def test_nothing_breaks_them(text: str) -> None:
    number, day = asked.whole(text), asked.day(text)
    assert number is None or int(text) == number
    assert day is None or day.isoformat() == text


@pytest.mark.parametrize("text", ["", "²", "١٢", "-1", "+1", "1 ", "1_0", "9" * 5_000, str(asked.MOST + 1)])
def test_what_is_no_number(text: str) -> None:
    assert asked.whole(text) is None


@pytest.mark.parametrize("text", ["", "9999-12-31", "1899-12-31", "2026-13-01", "20260506", "2026-W19-3"])
def test_what_is_no_day(text: str) -> None:
    assert asked.day(text) is None


def test_days_are_read() -> None:
    assert asked.day("2026-05-06") == date(2026, 5, 6)
