"""Background work of the log: sequencing, witnesses, anchors."""

from __future__ import annotations

from contextlib import suppress

import structlog
from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from shetong.ledger.models import Log
from shetong.ledger.services import anchors, witnesses
from shetong.ledger.services.anchors import AnchorError
from shetong.ledger.services.entries import SEQUENCE_TASK
from shetong.ledger.services.sequence import sequence
from shetong.ledger.services.witnesses import WitnessError

logger = structlog.get_logger(__name__)

# Peers that are down are asked again after 2, 4, 8 … seconds; what is given up here, the periodic jobs take up again.
PATIENCE = RetryStrategy(max_attempts=10, exponential_wait=2, retry_exceptions={WitnessError, AnchorError})


@app.task(name=SEQUENCE_TASK, queue="ledger")
def sequence_log(log: str) -> int:
    """Give the waiting entries of ``log`` their places, sign the result, and have it witnessed."""
    placed = sequence(log=log)
    if placed and settings.LEDGER_WITNESSES:
        _defer_cosigning(log)
    return placed


@app.task(name="ledger.cosign", queue="ledger_peers", retry=PATIENCE)
def cosign_log(log: str) -> int:
    """Have the witnesses cosign the newest checkpoint of ``log``."""
    return witnesses.collect(log=log)


@app.task(name="ledger.anchor", queue="ledger_peers", retry=PATIENCE)
def anchor_log(log: str) -> int:
    """Write the newest checkpoint of ``log`` to the chain and have it time-stamped."""
    return anchors.anchor(log=log)


@app.periodic(cron="*/5 * * * *")
@app.task(name="ledger.catch_up", queue="ledger", queueing_lock="ledger.catch_up")
def catch_up(timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Take up what a lost or given-up job left: waiting entries, checkpoints that no witness has seen."""
    for name in Log.objects.values_list("name", flat=True):
        sequence(log=name)
        if settings.LEDGER_WITNESSES:
            _defer_cosigning(name)


@app.periodic(cron=settings.LEDGER_ANCHOR_CRON)
@app.task(name="ledger.anchor_all", queue="ledger", queueing_lock="ledger.anchor_all")
def anchor_all(timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Anchor every log where a chain or a time-stamping authority is configured.

    One after the other: they write to the chain from one account, whose transactions are numbered.
    """
    for name in Log.objects.values_list("name", flat=True) if anchors.places() else []:
        with suppress(AlreadyEnqueued):
            anchor_log.configure(lock="ledger.anchor", queueing_lock=f"ledger.anchor.{name}").defer(log=name)


def _defer_cosigning(log: str) -> None:
    with suppress(AlreadyEnqueued):
        cosign_log.configure(queueing_lock=f"ledger.cosign.{log}").defer(log=log)
