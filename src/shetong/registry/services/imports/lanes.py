"""Work of the database spread over two connections, so that it uses two processors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from django.db import connection

Task: TypeAlias = Callable[[], object]

LANES = 2
_Item = TypeVar("_Item")


def do(task: Task) -> None:
    """Do a task: what :func:`spread` does with each where they differ."""
    task()


def spread(items: Iterable[_Item], do: Callable[[_Item], None], *, lanes: int = LANES) -> None:
    """Do something with every item, each connection taking the next one; what one of them raises is raised here.

    Inside a transaction other connections would not see what it did: then the caller's own does everything.
    """
    waiting, taking, errors = iter(items), threading.Lock(), list[BaseException]()

    def take() -> None:
        try:
            while not errors:
                with taking:
                    item = next(waiting)
                do(item)
        except StopIteration:
            return
        except BaseException as error:
            errors.append(error)

    def beside() -> None:
        try:
            take()
        finally:
            connection.close()

    others = 0 if connection.in_atomic_block else lanes - 1
    threads = [threading.Thread(target=beside, name="import-lane", daemon=True) for _ in range(others)]
    for thread in threads:
        thread.start()
    take()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
