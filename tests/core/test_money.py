"""Money: what people write is read exactly or refused; what is written can be read back."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import money
from shetong.core.errors import InvalidInputError

amounts = st.integers(0, money.MOST_FEN)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("50000", 5_000_000),
        ("５００００元", 5_000_000),
        ("1,234.56", 123_456),
        ("800.00 万元", 800_000_000),
        ("人民币叁".replace("叁", "3") + "万元整", 3_000_000),
        ("￥0.01", 1),
        (".5元", 50),
        ("1.5亿元", 15_000_000_000),
        ("2百万元", 200_000_000),
        ("30万元人民币", 30_000_000),
        ("0", 0),
    ],
)
def test_amounts_as_found_on_certificates_and_in_lists(text: str, fen: int) -> None:
    assert money.parse_fen(text) == fen


def test_a_bare_number_takes_the_columns_unit_but_a_written_unit_wins() -> None:
    assert money.parse_fen("3.5", unit="万元") == 3_500_000
    assert money.parse_fen("3.5元", unit="万元") == 350


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "money-form"),
        ("三万元", "money-form"),
        ("1,23", "money-form"),
        ("1.2.3", "money-form"),
        ("5万万元元", "money-form"),
        ("100美元", "money-form"),
        ("1e5", "money-form"),
        ("-5", "money-range"),
        ("－5万元", "money-range"),
        ("0.001", "money-fraction"),
        ("0.0000001万元", "money-fraction"),
        ("99999999999999999999", "money-range"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        money.parse_fen(text)
    assert caught.value.code == code


@given(amounts)
def test_every_written_form_reads_back_the_same(fen: int) -> None:
    for write in (money.format_plain, money.format_yuan, money.format_wan, money.format_amount):
        assert money.parse_fen(write(fen)) == fen


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInputError):
        assert 0 <= money.parse_fen(text) <= money.MOST_FEN


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (3_000_000, "3万元"),
        (800_000_000, "800万元"),
        (123_456, "1,234.56元"),
        (10_050_000, "10.05万元"),
        (150, "1.50元"),
        (100_000_001, "1,000,000.01元"),
        (-3_000_000, "-3万元"),
    ],
)
def test_amounts_are_written_as_certificates_write_them(fen: int, written: str) -> None:
    assert money.format_amount(fen) == written
