"""``shetong worker``: runs background jobs, the periodic ones of the packages' ``jobs`` modules included."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

import click

from shetong.cli.addresses import settle_database
from shetong.cli.manage import load_django
from shetong.conf import env

if TYPE_CHECKING:
    from procrastinate import App


@click.command()
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    default=lambda: env.number("JOBS", 2, least=1),
    help="Jobs at a time [JOBS, 2].",
)
@click.option("--once", is_flag=True, help="Do what is waiting, then end.")
@click.option("--queue", "queues", multiple=True, help="Only this queue (may be repeated).")
def worker(concurrency: int, once: bool, queues: tuple[str, ...]) -> None:
    """Run background jobs until told to stop; a running job is finished first."""
    import asyncio

    settle_database()
    load_django()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    # The jobs call Django's synchronous database layer from their own threads.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

    connector = cast("DjangoConnector", app.connector)

    chosen: dict[str, Any] = {"queues": list(queues)} if queues else {}

    async def work() -> None:
        stalled = env.number("JOB_STALLED_SECONDS", 60, least=20)
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            async with worker_app.open_async():
                await take_up(worker_app, stalled)
                watch = asyncio.create_task(_keep_taking_up(worker_app, stalled))
                try:
                    await worker_app.run_worker_async(
                        concurrency=concurrency,
                        wait=not once,
                        **chosen,
                        delete_jobs="successful",
                        shutdown_graceful_timeout=env.number("JOB_GRACE_SECONDS", 60),
                    )
                finally:
                    watch.cancel()

    asyncio.run(work())


async def take_up(app: App, stalled: int) -> int:
    """Put back the jobs of workers that have not been heard of for ``stalled`` seconds; return how many there were.

    A worker that is killed leaves its jobs as being done. Every job may be run again; where the same work waits
    already, the old job is closed.
    """
    from procrastinate.exceptions import ConnectorException
    from procrastinate.jobs import Status

    jobs = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled))
    for job in jobs:
        try:
            await app.job_manager.retry_job(job)
        except ConnectorException:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
    return len(jobs)


async def _keep_taking_up(app: App, stalled: int) -> None:
    import asyncio

    while True:
        await asyncio.sleep(stalled)
        await take_up(app, stalled)
