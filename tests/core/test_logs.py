"""Scrubbing: identity numbers, phones, mail, query strings and database details never reach a log."""

from __future__ import annotations

import logging

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import logs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refused 110101199003078515.", "refused [identity number]."),
        ("refused 11010119900307851X", "refused [identity number]"),
        ("call +86 13812345678 now", "call [phone] now"),
        ("mail zhang.san@example.org!", "mail [e-mail]!"),
        ("GET /search/?q=某某&page=2 failed", "GET /search/?[query] failed"),
        ("duplicate key\nDETAIL:  Key (name)=(张三) already exists.", "duplicate key\nDETAIL: [removed]"),
        ("Starting job registry.mail[17](to='张三', code='1')", "Starting job registry.mail[17](…)"),
        ("52440300MJL1234567 is a public code", "52440300MJL1234567 is a public code"),
        ("1701234567890 ms", "1701234567890 ms"),
    ],
)
def test_scrub(text: str, expected: str) -> None:
    assert logs.scrub(text) == expected


@given(
    prefix=st.text(alphabet=st.characters(exclude_categories=("Nd", "Cs")), max_size=20),
    year=st.integers(1900, 2026),
    month=st.integers(1, 12),
    day=st.integers(1, 28),
    serial=st.integers(0, 999),
    last=st.sampled_from("0123456789X"),
)
def test_no_identity_number_survives(prefix: str, year: int, month: int, day: int, serial: int, last: str) -> None:
    number = f"110105{year}{month:02}{day:02}{serial:03}{last}"
    assert number not in logs.scrub(f"{prefix}{number}{prefix}")


def test_secret_keys_are_removed_at_every_depth() -> None:
    event = {"event": "login", "password": "p", "form": {"api_key": "k", "items": [{"Token": 1}, "ok"]}}
    assert logs.scrub_event(None, "", event) == {
        "event": "login",
        "password": "[removed]",
        "form": {"api_key": "[removed]", "items": [{"Token": "[removed]"}, "ok"]},
    }


def test_records_of_other_libraries_come_out_as_the_same_json() -> None:
    record = logging.LogRecord("somelib", logging.WARNING, __file__, 1, "sent to %s", ("a@example.org",), None)
    line = msgspec.json.decode(logs.Formatter("json").format(record))
    assert line["event"] == "sent to [e-mail]"
    assert line["logger"] == "somelib"
    assert line["level"] == "warning"


def test_the_cause_of_an_exception_is_kept_and_scrubbed() -> None:
    try:
        try:
            raise KeyError("13812345678")
        except KeyError as error:
            raise ValueError("outer") from error
    except ValueError as error:
        told = logs.describe(error, error.__traceback__)
    assert told["cause"] == {"type": "KeyError", "message": "'[phone]'"}
