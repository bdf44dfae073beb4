"""A load generator for benchmarks: keep-alive connections in one thread, requests prepared beforehand."""

from __future__ import annotations

import gzip
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Figures:
    """What a run measured: seconds it took, time of each request in milliseconds, answers other than 200."""

    seconds: float = 0.0
    times_ms: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def rps(self) -> float:
        """Requests answered in a second."""
        return len(self.times_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the time in milliseconds that ``share`` (0 to 1) of the requests did not exceed."""
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class _Connection:
    socket: socket.socket
    sent_at: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)
    wanted: int = -1


def request(path: str, *, host: str, accept: str = "text/html") -> bytes:
    """Return a GET request as a browser would send it, kept alive and compressed."""
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", f"Accept: {accept}", "Accept-Encoding: gzip", "", "")
    return "\r\n".join(lines).encode()


def once(address: tuple[str, int], prepared: bytes) -> bytes:
    """Send one prepared request over a connection of its own and return the body of its answer, unpacked.

    Raises :class:`ValueError` where the answer is not 200.
    """
    connection = _Connection(socket.create_connection(address))
    with connection.socket:
        connection.socket.sendall(prepared)
        while not _complete(connection):
            received = connection.socket.recv(262144)
            if not received:
                raise ValueError("the connection ended before the answer")
            connection.buffer += received
    head, _, body = bytes(connection.buffer).partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(head.partition(b"\r\n")[0].decode("ascii", "replace"))
    return gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body


def run(address: tuple[str, int], requests: Sequence[bytes], *, connections: int, seconds: float) -> Figures:
    """Send ``requests`` in turn, round and round, over ``connections`` for ``seconds``; one in flight on each."""
    figures, selector, following = Figures(), selectors.DefaultSelector(), 0

    def send(connection: _Connection) -> None:
        nonlocal following
        connection.buffer.clear()
        connection.wanted, connection.sent_at = -1, time.perf_counter()
        connection.socket.sendall(requests[following % len(requests)])
        following += 1

    for _ in range(connections):
        opened = _Connection(socket.create_connection(address))
        opened.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(opened.socket, selectors.EVENT_READ, opened)
        send(opened)
    started = time.perf_counter()
    while (now := time.perf_counter()) - started < seconds:
        for key, _ in selector.select(timeout=1):
            connection: _Connection = key.data
            connection.buffer += connection.socket.recv(262144)
            if _complete(connection):
                figures.times_ms.append((time.perf_counter() - connection.sent_at) * 1000)
                figures.failures += not connection.buffer.startswith(b"HTTP/1.1 200")
                send(connection)
    figures.seconds = now - started
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return figures


def _complete(connection: _Connection) -> bool:
    """Whether the whole answer has come; answers must state their length."""
    if connection.wanted < 0:
        end = connection.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = connection.buffer[:end].lower()
        at = head.find(b"content-length:")
        if at < 0:
            raise ValueError("an answer without Content-Length")
        connection.wanted = end + 4 + int(head[at + 15 : head.find(b"\r\n", at) if b"\r\n" in head[at:] else None])
    return len(connection.buffer) >= connection.wanted
