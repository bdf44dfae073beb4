"""One after the other, each for itself: what a run does to many rows, so that a bad row stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self, TypeVar

import structlog
from django.db import InterfaceError, OperationalError

logger = structlog.get_logger(__name__)

K = TypeVar("K", int, str)


class SomeFailedError(Exception):
    """A run came to its end, and some of its rows failed; the log names each. The job counts as failed."""


class Run:
    """A run of one or more parts: ``with Run(name) as run: run.each(…)``. ``done``: the sum of all parts so far.

    All parts are done before :class:`SomeFailedError` tells, at the end, that some of their rows failed.
    """

    def __init__(self, name: str) -> None:
        self.name, self.done, self._failed = name, 0, 0

    def each(self, keys: Iterable[K], act: Callable[[K], object]) -> int:
        """Call ``act`` with every key and return the sum of what it gave (``None`` counts 0, an object 1).

        ``act`` has a transaction of its own. One that fails is logged under the run's name with its key, and the next
        has its turn. A database that does not answer ends the run.
        """
        before = self.done
        for key in keys:
            try:
                result = act(key)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception(f"{self.name}.failed", key=key)
                self._failed += 1
            else:
                self.done += result if isinstance(result, int) else result is not None
        return self.done - before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None and self._failed:
            raise SomeFailedError(f"{self.name}: {self._failed} failed, {self.done} done")


def each(keys: Iterable[K], act: Callable[[K], object], *, run: str) -> int:
    """Do a run of one part; see :meth:`Run.each`."""
    with Run(run) as whole:
        whole.each(keys, act)
    return whole.done
