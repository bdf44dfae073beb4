"""Background jobs put into the queue by one statement, in the transaction of the act that they follow.

The queue is Procrastinate's table; the worker finds the task by its name. What its own ``defer`` would add, a log line
and a look for a taken lock that rolls back a savepoint, costs more than the row.
"""

from __future__ import annotations

import json

from shetong.store import rows

Argument = str | int | bool | None


def defer(task: str, *, queue: str, once: str = "", **arguments: Argument) -> bool:
    """Put a job into a queue; it runs once the transaction stands. ``False`` where one with the lock ``once`` waits."""
    touched = rows.run(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)"
        " VALUES (%s, %s, 0, %s, %s::jsonb) ON CONFLICT DO NOTHING",
        [queue, task, once or None, json.dumps(arguments)],
    )
    return bool(touched)
