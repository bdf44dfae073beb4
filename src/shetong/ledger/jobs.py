"""Background work of the log."""

from __future__ import annotations

from procrastinate.contrib.django import app

from shetong.ledger.services.entries import SEQUENCE_TASK
from shetong.ledger.services.sequence import sequence


@app.task(name=SEQUENCE_TASK, queue="ledger")
def sequence_log(log: str) -> int:
    """Give the waiting entries of ``log`` their places and sign the result."""
    return sequence(log=log)
