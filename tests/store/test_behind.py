"""Work behind the acts: many askings are one turn, nothing asked for is lost, failures do not end it."""

from __future__ import annotations

import threading

import pytest

from shetong.store.behind import Behind


def test_many_who_ask_are_served_by_one_turn() -> None:
    turns: list[int] = []
    done = threading.Event()

    def turn() -> None:
        turns.append(1)
        done.set()

    work = Behind("tests", turn)
    for _ in range(50):
        work.ask(0.02)
    assert done.wait(10)
    assert len(turns) == 1


def test_who_asks_during_a_turn_gets_another() -> None:
    turns: list[int] = []
    begun, go_on, twice = threading.Event(), threading.Event(), threading.Event()

    def turn() -> None:
        turns.append(1)
        begun.set()
        go_on.wait(10)
        if len(turns) == 2:
            twice.set()

    work = Behind("tests", turn)
    work.ask(0)
    assert begun.wait(10)
    work.ask(0)
    go_on.set()
    assert twice.wait(10)


def test_a_failure_is_logged_and_the_next_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    failed, done = threading.Event(), threading.Event()
    monkeypatch.setattr("shetong.store.behind.log.exception", lambda *_args, **_fields: failed.set())

    def turn() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise OSError
        done.set()

    work = Behind("tests", turn)
    work.ask(0)
    assert failed.wait(10)
    work.ask(0)
    assert done.wait(10)


def test_the_end_of_a_process_does_what_was_asked_for() -> None:
    turns: list[int] = []
    work = Behind("tests", lambda: turns.append(1))
    work.finish()
    assert turns == []
    work.ask(60)
    work.finish()
    assert turns == [1]


def test_without_work_the_thread_ends_and_a_later_asker_starts_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shetong.store.behind.LINGER_SECONDS", 0.01)
    done = threading.Semaphore(0)
    work = Behind("tests", done.release)
    for _ in range(2):
        work.ask(0)
        assert done.acquire(timeout=10)
        thread = work._thread
        if thread is not None:
            thread.join(10)
        assert work._thread is None
