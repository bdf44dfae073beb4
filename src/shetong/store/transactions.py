"""Transactions of services that call services: one act is whole, and its parts share what they know.

Within a :func:`whole` nothing fails alone, so its parts need no savepoints. What a part has read under a lock, the
others need not read again (:func:`known`); what nobody reads before the commit is written once, at the end
(:func:`at_end`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class _Whole:
    """What the parts of one act share, and what is left for its end."""

    known: dict[Hashable, Any] = field(default_factory=dict)
    end: dict[Hashable, Callable[[], object]] = field(default_factory=dict)


_whole: ContextVar[_Whole | None] = ContextVar("whole", default=None)


@contextmanager
def whole() -> Iterator[None]:
    """Open a transaction of which no part may fail alone: what is raised within must leave it. Another one joins it."""
    if _whole.get() is not None:
        yield
        return
    with transaction.atomic():
        act = _Whole()
        token = _whole.set(act)
        try:
            yield
            while act.end:
                act.end.pop(next(iter(act.end)))()
        finally:
            _whole.reset(token)


@contextmanager
def part() -> Iterator[None]:
    """Open a transaction, or a savepoint within one; within a :func:`whole` one join it as it is."""
    with transaction.atomic(savepoint=_whole.get() is None):
        yield


def act(service: Callable[P, R]) -> Callable[P, R]:
    """Decorate a service: it runs in a transaction of its own, or as a :func:`part` of its caller's."""

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(savepoint=_whole.get() is None):
            return service(*args, **kwargs)

    return run


def known() -> dict[Hashable, Any]:
    """Return what the parts of the whole act that runs know of rows that it has locked; for others an empty one."""
    running = _whole.get()
    return {} if running is None else running.known


def at_end(key: Hashable, work: Callable[[], object]) -> None:
    """Do ``work`` at the end of the whole act, once for each key; at once where none runs.

    For what nobody reads before the commit. Works run in the order in which their keys were first given.
    """
    running = _whole.get()
    if running is None:
        work()
    else:
        running.end.setdefault(key, work)
