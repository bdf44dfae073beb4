"""Background work of the exchange: releases of the open data."""

from __future__ import annotations

import structlog
from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

logger = structlog.get_logger(__name__)


@app.periodic(cron=settings.OPEN_DATA_CRON)
@app.task(
    name="exchange.publish_open_data",
    queue="exchange",
    lock="exchange.open_data",
    queueing_lock="exchange.open_data",
    retry=RetryStrategy(max_attempts=3, wait=600, retry_exceptions={OSError}),
)
def publish_open_data(timestamp: int = 0) -> int | None:  # noqa: ARG001 - given by the scheduler
    """Make a release of the open data and return its number; ``None`` where another run is under way."""
    # Here, not above: the column libraries would slow the start of every process and fill its memory.
    from shetong.exchange.services import open_data

    try:
        release = open_data.publish()
    except open_data.AlreadyRunningError:
        logger.info("open_data_already_running")
        return None
    logger.info("open_data_published", release=release.pk, rows=release.rows)
    return release.pk
