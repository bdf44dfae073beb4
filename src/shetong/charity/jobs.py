"""Background work of charity."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shetong.charity.services import checks, credit, disclosure, statistics
from shetong.charity.services.platforms import calls, sandbox


@app.periodic(cron="23 * * * *")
@app.task(name="charity.compact_flows", queue="charity", queueing_lock="charity.compact_flows")
def compact_flows(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Add up the daily counts of donations, hourly."""
    return statistics.compact()


@app.periodic(cron="40 2 * * *")
@app.task(name="charity.check_books", queue="charity", queueing_lock="charity.check_books")
def check_books(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Check books and log every night; returns the number of findings."""
    run = checks.check_books()
    return run.findings.count() if run else 0


@app.periodic(cron="50 2 * * *")
@app.task(name="charity.disclosure", queue="charity", queueing_lock="charity.disclosure")
def keep_disclosure(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Nightly: bring every charity's calendar up to date, remind, hand over what stayed overdue, end credit records."""
    today = timezone.localdate()
    for organisation in disclosure.charities():
        disclosure.refresh(organisation, today=today)
    disclosure.remind(today=today)
    credit.expire(today=today)
    return disclosure.refer(today=today)


@app.periodic(cron="41 3 * * *")
@app.task(name="charity.forget_platform_calls", queue="charity", queueing_lock="charity.forget_platform_calls")
def forget_platform_calls(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Delete platforms' tokens, nonces and answers that are over, and what they tried out a month ago; daily."""
    return calls.forget() + sandbox.forget()
