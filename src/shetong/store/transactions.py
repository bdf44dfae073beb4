"""Transactions of services that call services: one that is whole needs no savepoint for each of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")

_whole: ContextVar[bool] = ContextVar("whole", default=False)


@contextmanager
def whole() -> Iterator[None]:
    """Open a transaction of which no part may fail alone: what is raised within must leave it."""
    with transaction.atomic():
        token = _whole.set(True)
        try:
            yield
        finally:
            _whole.reset(token)


@contextmanager
def part() -> Iterator[None]:
    """Open a transaction, or a savepoint within one; within a :func:`whole` one join it as it is."""
    with transaction.atomic(savepoint=not _whole.get()):
        yield


def act(service: Callable[P, R]) -> Callable[P, R]:
    """Decorate a service: it runs in a transaction of its own, or as a :func:`part` of its caller's."""

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(savepoint=not _whole.get()):
            return service(*args, **kwargs)

    return run
