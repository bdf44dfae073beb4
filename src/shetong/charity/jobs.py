"""Background work of charity."""

from __future__ import annotations

from procrastinate.contrib.django import app

from shetong.charity.services import statistics


@app.periodic(cron="23 * * * *")
@app.task(name="charity.compact_flows", queue="charity", queueing_lock="charity.compact_flows")
def compact_flows(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Add up the daily counts of donations, hourly."""
    return statistics.compact()
