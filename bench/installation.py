"""An installation with data for benchmarks, kept between runs, and its real server."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHETONG = Path(sys.executable).parent / "shetong"
START_SECONDS = 120


def environment(scale: str) -> dict[str, str]:
    """Return the environment of the benchmark installation of a scale; ``BENCH_VAR`` moves it to another disk."""
    var = Path(os.environ.get("BENCH_VAR", ROOT / "var" / f"bench-{scale}"))
    return {**os.environ, "SHETONG_VAR": str(var), "DJANGO_SETTINGS_MODULE": "shetong.conf.development"}


def command(*arguments: str, env: dict[str, str]) -> None:
    """Run a ``shetong`` command; its output goes to standard error, the figures alone to standard output."""
    subprocess.run([str(SHETONG), *arguments], env=env, check=True, stdout=sys.stderr)


@contextlib.contextmanager
def server(env: dict[str, str], *, workers: int = 2) -> Iterator[tuple[str, int]]:
    """Run ``shetong serve`` on a free port while the block runs; yields its host and port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [str(SHETONG), "serve", "--port", str(port), "--workers", str(workers)],
        env={**env, "PUBLIC_URL": f"http://127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}/design/", process)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("the server ended while it started; run shetong serve to see why")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise SystemExit("the server did not start in time")


def server_processes(port: int) -> list[int]:
    """Return the ids of the processes of the server on ``port``: the one that was started and its workers."""
    parents: dict[int, int] = {}
    started: set[int] = set()
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(directory.name)] = int((directory / "stat").read_text().rpartition(")")[2].split()[1])
            arguments = (directory / "cmdline").read_bytes().split(b"\0")
            if b"serve" in arguments and str(port).encode() in arguments:
                started.add(int(directory.name))
    return sorted(started | {child for child, parent in parents.items() if parent in started})
