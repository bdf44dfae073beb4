"""Background work of the register."""

from __future__ import annotations

from procrastinate.contrib.django import app

from shetong.registry.services import statistics


@app.periodic(cron="13 * * * *")
@app.task(name="registry.compact_counts", queue="registry", queueing_lock="registry.compact_counts")
def compact_counts(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Add up the counts of organisations, hourly."""
    return statistics.compact()
