"""A small witness: it remembers the last checkpoint of each log that it cosigned, and refuses forks and rollbacks.

It needs neither Django nor the log's database: its state is one SQLite file, its key another. Anyone may run it beside
any log that speaks C2SP ``tlog-witness``.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shetong.ledger.rules import merkle, notes, witnessing
from shetong.ledger.rules.witnessing import RefusedError

BUSY_SECONDS = 10


class Witness:
    """A witness with its key, its state file and the logs it watches.

    ``logs`` has the trusted keys by origin. Processes may share a state file: SQLite lets one write at a time.
    """

    def __init__(
        self,
        *,
        name: str,
        key: Ed25519PrivateKey,
        state: Path,
        logs: Mapping[str, Sequence[notes.Verifier]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.verifier = notes.Verifier(name, key.public_key().public_bytes_raw(), notes.ALGORITHM_COSIGNATURE)
        self._key, self._state, self._logs, self._clock = key, state, logs, clock
        # What this witness found where it looks into the logs itself; while there is something it cosigns nothing.
        self.objections: tuple[str, ...] = ()
        with closing(self._open()) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS cosigned"
                " (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL)"
            )

    def known(self, origin: str) -> tuple[int, bytes]:
        """Size and root of the log that were cosigned last; zero and the empty root before the first."""
        with closing(self._open()) as database:
            return self._known(database, origin)

    def add_checkpoint(self, body: bytes) -> str:
        """Answer ``add-checkpoint``: the cosignature's line. Raises :class:`RefusedError`.

        What is cosigned is on the disk before the signature exists, so that no crash can make the witness forget it.
        """
        if self.objections:
            raise RefusedError(HTTPStatus.FORBIDDEN, f"{self.objections[0]}\n")
        request = witnessing.parse_request(body)
        checkpoint, text = witnessing.authenticate(request, self._logs)
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            size, root = self._known(database, checkpoint.origin)
            witnessing.check_growth(request, checkpoint, size=size, root=root)
            database.execute(
                "INSERT INTO cosigned VALUES (?, ?, ?)"
                " ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root",
                (checkpoint.origin, checkpoint.size, checkpoint.root),
            )
            database.execute("COMMIT")
        signature = notes.cosign(text, name=self.verifier.name, private_key=self._key, timestamp=int(self._clock()))
        return notes.signature_line(signature)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._state, timeout=BUSY_SECONDS, isolation_level=None)
        database.execute("PRAGMA synchronous = FULL")
        return database

    @staticmethod
    def _known(database: sqlite3.Connection, origin: str) -> tuple[int, bytes]:
        row = database.execute("SELECT size, root FROM cosigned WHERE origin = ?", (origin,)).fetchone()
        return (row[0], row[1]) if row else (0, merkle.EMPTY_ROOT)


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read the witness's private key (32 octets in hexadecimal), made with mode 0600 where the file is missing."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    key = Ed25519PrivateKey.generate()
    with os.fdopen(descriptor, "w") as file:
        file.write(key.private_bytes_raw().hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def trusted_logs(keys: Sequence[str]) -> dict[str, list[notes.Verifier]]:
    """Group verifier keys by the origin that they sign for; raises ``NoteError``."""
    found: dict[str, list[notes.Verifier]] = {}
    for key in keys:
        verifier = notes.parse_verifier(key)
        found.setdefault(verifier.name, []).append(verifier)
    return found


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server that answers for ``witness``: ``POST /add-checkpoint``, and its key at ``/``."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30
        server_version = "shetong-witness"

        def do_GET(self) -> None:
            if self.path == "/":
                self._answer(HTTPStatus.OK, f"{witness.verifier}\n")
            else:
                self._answer(HTTPStatus.NOT_FOUND, "not found\n")

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._answer(HTTPStatus.NOT_FOUND, "not found\n")
            elif not length.isdigit() or int(length) > witnessing.MAX_REQUEST:
                self._answer(HTTPStatus.BAD_REQUEST, "the request is malformed\n")
            else:
                self._add(self.rfile.read(int(length)))

        def _add(self, body: bytes) -> None:
            try:
                self._answer(HTTPStatus.OK, witness.add_checkpoint(body))
            except RefusedError as error:
                kind = "text/plain; charset=utf-8" if error.known is None else witnessing.SIZE_TYPE
                self._answer(error.status, error.body, kind)

        def _answer(self, status: HTTPStatus, body: str, kind: str = "text/plain; charset=utf-8") -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Stay silent: the log's own requests say nothing that its state does not."""

    return ThreadingHTTPServer((host, port), Handler)
