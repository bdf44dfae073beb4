"""Background jobs put into the queue by one statement, in the transaction of the act that they follow.

The queue is Procrastinate's table; the worker finds the task by its name. What its own ``defer`` would add, a log line
and a look for a taken lock that rolls back a savepoint, costs more than the row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.db.models import Model

from shetong.store import rows

Argument = str | int | bool | None


def defer(task: str, *, queue: str, once: str = "", **arguments: Argument) -> bool:
    """Put a job into a queue; it runs once the transaction stands. ``False`` where one with the lock ``once`` waits."""
    return bool(rows.run(AFTER, values(task, queue, once, arguments)))


def values(task: str, queue: str, once: str, arguments: Mapping[str, Argument]) -> list[str | None]:
    """Return the values of a job in the order of :data:`AFTER` and of :func:`defer`."""
    return [queue, task, once or None, json.dumps(arguments)]


def insert_with_job(instance: Model, task: str, *, queue: str, argument: str) -> None:
    """Write a new row and put a job for it into a queue, in one statement; ``argument`` gives the job its number."""
    following = f"{_INTO} SELECT %s, %s, 0, NULL, jsonb_build_object(%s::text, id) FROM written"  # noqa: S608 - names
    rows.insert_and(instance, following, [queue, task, argument])


_INTO = "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)"
_ONCE = " ON CONFLICT DO NOTHING"
# A job put into the queue by a part of a larger statement; the same values.
AFTER = f"{_INTO} VALUES (%s, %s, 0, %s, %s::jsonb){_ONCE}"
