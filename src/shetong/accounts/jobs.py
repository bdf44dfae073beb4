"""Background work of accounts: the audit chain kept whole and checked, lapsed sessions and counts cleared."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from shetong.accounts.services import audit, audit_verification, lockout, sessions

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
