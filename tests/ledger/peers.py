"""Real processes beside a test: witnesses, a chain, a time-stamping authority."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shetong.ledger.rules import notes

SHETONG = Path(sys.executable).parent / "shetong"


@dataclass
class RunningWitness:
    """A ``shetong log witness`` process."""

    process: subprocess.Popen[str]
    verifier: notes.Verifier
    url: str

    @property
    def setting(self) -> str:
        return f"{self.url} {self.verifier}"


@contextmanager
def witness(
    folder: Path,
    *logs: notes.Verifier,
    name: str = "witness.example",
    port: int = 0,
    options: tuple[str, ...] = (),
) -> Iterator[RunningWitness]:
    """Run a witness that keeps its key and state in ``folder``, so that it can be run again."""
    command = [SHETONG, "log", "witness", "--name", name, "--key", folder / f"{name}.key"]
    command += ["--state", folder / f"{name}.sqlite", "--port", str(port), *options]
    for log in logs:
        command += ["--log", str(log)]
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        key, url = process.stdout.readline().strip(), process.stdout.readline().strip()
        assert urllib.request.urlopen(url, timeout=10).read().decode().strip() == key
        yield RunningWitness(process, notes.parse_verifier(key), url.rstrip("/"))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
