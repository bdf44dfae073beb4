"""Background work of charity. Times are UTC: 18:40 is 02:40 of China."""

from __future__ import annotations

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from shetong.charity.services import checks, credit, disclosure, statistics
from shetong.charity.services.platforms import aftermath, calls, sandbox

logger = structlog.get_logger(__name__)


@app.periodic(cron="23 * * * *")
@app.task(name="charity.compact_flows", queue="charity", queueing_lock="charity.compact_flows")
def compact_flows(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Add up the daily counts of donations, hourly."""
    return statistics.compact()


@app.periodic(cron="11 * * * *")
@app.task(name="charity.take_up_refunds", queue="charity", queueing_lock="charity.take_up_refunds")
def take_up_refunds(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Carry out refunds of platforms that wait although their donation has come, hourly."""
    return aftermath.take_up_refunds()


@app.periodic(cron="40 18 * * *")
@app.task(name="charity.check_books", queue="charity", queueing_lock="charity.check_books")
def check_books(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Check books and log every night; returns the number of findings."""
    run = checks.check_books()
    return run.findings.count() if run else 0


@app.periodic(cron="50 18 * * *")
@app.task(name="charity.disclosure", queue="charity", queueing_lock="charity.disclosure")
def keep_disclosure(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Nightly: bring every charity's calendar up to date, remind, hand over what stayed overdue, end credit records.

    A charity whose calendar cannot be derived stops nobody else's; the job then ends as failed, with how many.
    """
    today = timezone.localdate()
    failed = []
    for organisation in disclosure.charities():
        try:
            disclosure.refresh(organisation, today=today)
        except Exception:
            logger.exception("disclosure-not-refreshed", organisation=organisation.pk)
            failed.append(organisation.pk)
    disclosure.remind(today=today)
    credit.expire(today=today)
    referred = disclosure.refer(today=today)
    if failed:
        raise RuntimeError(f"the calendars of {len(failed)} charities could not be derived: {failed[:20]}")
    return referred


@app.periodic(cron="41 19 * * *")
@app.task(name="charity.forget_platform_calls", queue="charity", queueing_lock="charity.forget_platform_calls")
def forget_platform_calls(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Delete platforms' tokens, nonces and answers that are over, and what they tried out a month ago; daily."""
    return calls.forget() + sandbox.forget()
