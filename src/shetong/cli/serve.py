"""``shetong serve``: the web server, Granian with WSGI workers, behind a proxy in production."""

from __future__ import annotations

import gc
import os
import shutil
from importlib import import_module
from pathlib import Path

import click

from shetong.cli.addresses import require_free_port, settle_database, var_directory
from shetong.cli.manage import PROFILE
from shetong.conf import env

TARGET = "shetong.conf.wsgi:application"
SHUTDOWN_SECONDS = 10
LONGEST_BACKLOG = 1024
# For the proxy, which shares our group; nobody else may claim to be it.
SOCKET_MODE = 0o660


def default_workers() -> int:
    """Return one worker process per processor that this process may use, two at least and eight at most."""
    return max(2, min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2))


def prepare_metrics(var: Path) -> None:
    """Give the worker processes an empty directory in which Prometheus adds up their counters."""
    folder = var / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def preload() -> None:
    """Load the application before the workers fork, so that they share its memory and start at once."""
    import_module("shetong.conf.wsgi")
    from django.db import connections
    from django.urls import get_resolver

    # Views come with the addresses: loaded here they are shared, and no collector looks at them again and again.
    for pattern in get_resolver().url_patterns:
        getattr(pattern, "url_patterns", None)
    connections.close_all()
    gc.collect()
    gc.freeze()


@click.command()
@click.option("--host", default=lambda: env.text("HOST", "127.0.0.1"), help="Address to listen on [HOST, 127.0.0.1].")
@click.option("--port", type=int, default=lambda: env.number("PORT", 8000, most=65535), help="Port [PORT, 8000].")
@click.option("--socket", "uds", type=click.Path(path_type=Path), help="Listen on this Unix socket instead.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=lambda: env.number("WORKERS", default_workers(), least=1),
    help="Processes [WORKERS, one per processor].",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=lambda: env.number("THREADS", 4, least=1),
    help="Threads of each process [THREADS, 4].",
)
def serve(host: str, port: int, uds: Path | None, workers: int, threads: int) -> None:
    """Serve the site until it is told to stop (SIGTERM, Ctrl-C)."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", PROFILE)
    if uds is None:
        require_free_port(host, port)
    settle_database()
    prepare_metrics(var_directory())
    preload()
    Server(
        TARGET,
        address=host,
        port=port,
        uds=uds,
        uds_permissions=SOCKET_MODE if uds else None,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=LONGEST_BACKLOG,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=SHUTDOWN_SECONDS,
    ).serve()
