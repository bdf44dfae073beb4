"""What the process commands share: the database address handed to children, free ports, a database that answers."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from shetong.cli.exits import NotReadyError, database_sentence
from shetong.conf import embedded, env

CONNECT_SECONDS = 5


def var_directory() -> Path:
    """Return the directory for everything written while running, as ``conf/base.py`` does, without loading Django."""
    home = env.text("SHETONG_HOME", str(Path(__file__).resolve().parents[3]))
    return Path(env.text("SHETONG_VAR", str(Path(home) / "var")))


def settle_database() -> str:
    """Make sure that a database answers and put its address into DATABASE_URL for all child processes.

    Without DATABASE_URL the embedded server is started and stays as long as this process. Raises
    :class:`NotReadyError`, :class:`~shetong.conf.embedded.EmbeddedDatabaseError` or ``SettingError``.
    """
    import psycopg

    from shetong.conf.databases import database

    url = env.secret("DATABASE_URL")
    if not url:
        url = embedded.start(var_directory())
    else:
        database(url)
        try:
            psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
        except psycopg.Error as error:
            raise NotReadyError(database_sentence(error)) from error
    os.environ["DATABASE_URL"] = url
    return url


def require_free_port(host: str, port: int) -> None:
    """Raise :class:`NotReadyError` where nothing can listen on the address."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NotReadyError(f"HOST={host}: there is no such address on this machine.") from error
    family, kind, protocol, _name, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError as error:
            raise NotReadyError(
                f"this user may not listen on port {port}; choose one above 1023 with PORT=8000."
            ) from error
        except OSError as error:
            raise NotReadyError(
                f"port {port} on {host} is in use or not available ({error.strerror}). "
                f"Stop the other program or choose another port: PORT={port + 1} make run"
            ) from error
