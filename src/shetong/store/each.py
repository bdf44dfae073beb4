"""One after the other, each for itself: what a run does to many rows, so that a bad row stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError

logger = structlog.get_logger(__name__)

K = TypeVar("K", int, str)


class SomeFailedError(Exception):
    """A run came to its end, and some of its rows failed; the log names each. The job counts as failed."""


def each(keys: Iterable[K], act: Callable[[K], object], *, run: str) -> int:
    """Call ``act`` with every key and return the sum of what it gave (``None`` counts 0, an object 1).

    ``act`` has a transaction of its own. One that fails is logged under ``run`` with its key, and the next has its
    turn; at the end :class:`SomeFailedError` tells that there were such. A database that does not answer ends the run.
    """
    done = failed = 0
    for key in keys:
        try:
            result = act(key)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception(f"{run}.failed", key=key)
            failed += 1
        else:
            done += result if isinstance(result, int) else result is not None
    if failed:
        raise SomeFailedError(f"{run}: {failed} failed, {done} done")
    return done
