"""Background work of accounts: the audit chain kept whole and checked, messages delivered, lapsed things cleared."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.core.management import call_command
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from shetong.accounts.services import (
    audit,
    audit_verification,
    channels,
    deliveries,
    lockout,
    message_channels,
    messages,
    sessions,
)

log = structlog.get_logger("shetong.accounts")
FULL_VERIFICATION_WEEKDAY = 6  # Sunday: the whole chain; on other days what came since the last time


@app.periodic(cron="* * * * *")
@app.task(name="accounts.chain_audit_events", queue="accounts", queueing_lock="accounts.chain_audit_events")
def chain_audit_events(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Chain what a process that ended before its turn left waiting; minutely."""
    return audit.chain_pending()


@app.periodic(cron="40 19 * * *")
@app.task(name="accounts.verify_audit_chain", queue="accounts", queueing_lock="accounts.verify_audit_chain")
def verify_audit_chain(timestamp: int) -> bool:  # noqa: ARG001 - given by the scheduler
    """Verify the audit chain; daily. Problems are logged as errors, which the operator's alarms watch."""
    full = timezone.localtime().weekday() == FULL_VERIFICATION_WEEKDAY
    result = audit_verification.verify_chain(full=full)
    if result.ok:
        log.info("audit chain verified", position=result.position, hash=result.hash.hex(), checked=result.checked)
    for problem in result.problems:
        log.error("audit chain broken", kind=problem.kind, position=problem.position)
    return result.ok


@app.periodic(cron="50 19 * * *")
@app.task(name="accounts.clear", queue="accounts", queueing_lock="accounts.clear")
def clear(timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Mark lapsed sessions as over, forget old failures and expired session rows; daily."""
    now = timezone.now()
    sessions.forget_lapsed(now=now)
    lockout.forget_old(now - timedelta(days=1))
    call_command("clearsessions")


@app.periodic(cron="0 19 * * *")
@app.task(name="accounts.reseal_addresses", queue="accounts", queueing_lock="accounts.reseal_addresses")
def reseal_addresses(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Seal addresses of retired keys anew, nightly; return how many."""
    return message_channels.reseal()


@app.task(name=messages.DELIVER_TASK, queue="messages")
def deliver_message(*, delivery_id: int) -> None:
    """Try one delivery; what fails is enqueued again by itself."""
    state = deliveries.deliver(delivery_id=delivery_id)
    log.info("message delivery", delivery=delivery_id, state=state)


@app.task(name=message_channels.CODE_TASK, queue="messages", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def send_channel_code(*, channel_id: int) -> None:
    """Send the code that confirms an address; an address that is refused stays unconfirmed."""
    try:
        message_channels.send_code(channel_id=channel_id)
    except channels.PermanentError as error:
        log.info("message code refused", channel=channel_id, fault=error.code)


@app.periodic(cron="*/5 * * * *")
@app.task(name="accounts.take_up_deliveries", queue="messages", queueing_lock="accounts.take_up_deliveries")
def take_up_deliveries(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Enqueue deliveries whose job was lost; return how many."""
    return deliveries.take_up(before=timezone.now() - timedelta(minutes=5))
