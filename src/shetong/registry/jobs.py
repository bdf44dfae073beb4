"""Background work of the register."""

from __future__ import annotations

from procrastinate.contrib.django import app

from shetong.registry.services import due, people, statistics


@app.periodic(cron="13 * * * *")
@app.task(name="registry.compact_counts", queue="registry", queueing_lock="registry.compact_counts")
def compact_counts(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Add up the counts of organisations, hourly."""
    return statistics.compact()


@app.periodic(cron="1 0,6,12,16 * * *")
@app.task(name="registry.apply_due", queue="registry", queueing_lock="registry.apply_due")
def apply_due(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Put filings into effect whose day has come; at 00:01 of China (16:01 UTC) and some more times."""
    return due.apply_due()


@app.periodic(cron="40 19 * * *")
@app.task(name="registry.reseal_people", queue="registry", queueing_lock="registry.reseal_people")
def reseal_people(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Seal personal data of retired keys anew, nightly; nothing to do once a rotation is through."""
    return people.reseal()
