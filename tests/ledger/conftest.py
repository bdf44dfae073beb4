"""A type of entry for the log's own tests."""

from __future__ import annotations

import pytest

from shetong.ledger.rules import entry_types
from shetong.ledger.rules.entry_types import EntryType, Field, Form

TEST_ACT = EntryType(
    "test.act", 1, "试验", "An act of a test.", (Field("number", Form.COUNT, "Its number."),), people=True
)


@pytest.fixture(autouse=True)
def _known_type() -> None:
    entry_types.register([TEST_ACT])
