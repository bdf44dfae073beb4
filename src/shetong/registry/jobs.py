"""Background work of the register."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from shetong.registry.services import api_rates, certificate_reminders, due, people, permits, search_index, statistics

# The worker may have been stopped for some days; renewing what is right already changes nothing.
_LOOK_BACK = timedelta(days=10)


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


@app.periodic(cron="9 16 * * *")
@app.task(name="registry.renew_search_index", queue="registry", queueing_lock="registry.renew_search_index")
def renew_search_index(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Renew the index where a qualification began or lapsed by time, after midnight of China."""
    today = timezone.localdate()
    return search_index.refresh_attributes_turning(today - _LOOK_BACK, today)


@app.periodic(cron="50 0 * * *")
@app.task(name="registry.remind_of_certificates", queue="registry", queueing_lock="registry.remind_of_certificates")
def remind_of_certificates(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Tell organisations whose certificates end soon, in the morning of China."""
    return certificate_reminders.remind(today=timezone.localdate())


@app.periodic(cron="20 * * * *")
@app.task(name="registry.publish_permits", queue="registry", queueing_lock="registry.publish_permits")
def publish_permits(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Publish the permits that decisions left, hourly: well within the seven working days that the rule gives."""
    return permits.publish()


@app.periodic(cron="27 * * * *")
@app.task(name="registry.clear_api_rates", queue="registry", queueing_lock="registry.clear_api_rates")
def clear_api_rates(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Forget what callers of the API spent in minutes gone by, hourly."""
    return api_rates.clear_old(before_minute=int(time.time()) // api_rates.WINDOW_SECONDS)
