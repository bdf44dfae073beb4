"""Whole acts: their parts share what is locked, what waits for the end is written once, a failure leaves nothing."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from shetong.store import transactions

pytestmark = pytest.mark.django_db


def test_parts_share_what_the_act_knows_and_only_they() -> None:
    transactions.known()["lost"] = 1
    with transactions.whole():
        assert transactions.known() == {}
        transactions.known()["kept"] = 2
        with transactions.whole(), transactions.part():
            assert transactions.known() == {"kept": 2}
    assert transactions.known() == {}


def test_the_end_comes_once_for_each_key_and_before_the_commit() -> None:
    done: list[str] = []
    with transactions.whole():
        for name in ("first", "second", "first"):
            transactions.at_end(name, lambda name=name: done.append(name))  # type: ignore[misc]
        transactions.at_end("third", lambda: transactions.at_end("fourth", lambda: done.append("fourth")))
        assert done == []
        assert connection.in_atomic_block
    assert done == ["first", "second", "fourth"]
    transactions.at_end("without an act", lambda: done.append("at once"))
    assert done[-1] == "at once"


def test_what_fails_has_no_end() -> None:
    done: list[str] = []

    def fail() -> None:
        with transactions.whole():
            transactions.at_end("never", lambda: done.append("never"))
            raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        fail()
    assert done == []
    assert transactions.known() == {}


def test_a_part_of_no_whole_act_is_a_transaction_that_may_fail_alone() -> None:
    def fail() -> None:
        with transactions.part():
            raise ValueError("failed")

    with transaction.atomic():
        with pytest.raises(ValueError, match="failed"):
            fail()
        assert not connection.needs_rollback
