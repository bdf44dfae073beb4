"""``shetong run`` as a newcomer meets it: real processes, an embedded database of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
from django.conf import settings

from shetong.cli.exits import Exit

PATIENCE = 90
# What the tests themselves run with.
FOREIGN = ("DATABASE_URL", "PUBLIC_URL", "DJANGO_SETTINGS_MODULE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A ``shetong run`` in a process group of its own, as a terminal would start it."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var, self.port = var, free_port()
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "shetong", "run"],
            env={**kept, "SHETONG_VAR": str(var), "PORT": str(self.port), "DEMO_REGISTER": "0", **environment},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def read_until(self, words: str) -> None:
        """Read what it says until ``words`` come; fail where it ends before."""
        assert self.process.stderr is not None
        while words not in self.said:
            line = self.process.stderr.readline()
            assert line, f"ended with {self.process.wait()} after saying:\n{self.said}"
            self.said += line

    def stop(self, number: signal.Signals, *, whole_group: bool = True) -> int:
        """Send a signal, to all of the terminal's group as Ctrl-C does or to the process alone; return the code."""
        if whole_group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        self.said += out + err
        return self.process.returncode

    def left_over(self) -> list[str]:
        """Return the command lines of processes that still carry the directory of this run in their environment."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
                if str(self.var).encode() in words and int(folder.name) != os.getpid():
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
        return found

    def require_nothing_left(self) -> None:
        """Fail where anything of the run outlives it by more than the moment a process takes to vanish."""
        deadline = time.monotonic() + 5
        while self.left_over() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.left_over() == []
        assert "Traceback" not in self.said
        assert not (self.var / "postgres" / "postmaster.pid").exists()


@pytest.fixture
def running() -> Iterator[Callable[..., Running]]:
    """Give out runs; whatever a failed test leaves behind is killed."""
    started: list[Running] = []

    def start(var: Path, **environment: str) -> Running:
        started.append(Running(var, **environment))
        return started[-1]

    yield start
    for run in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(30)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A directory for one installation; short, because a Unix socket's path is limited to 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        yield Path(folder)


def test_it_starts_answers_and_ends_without_a_trace(
    home: Path, tmp_path: Path, running: Callable[..., Running]
) -> None:
    run = running(home, TMPDIR=str(tmp_path))
    run.read_until("Ctrl-C")
    address = f"http://127.0.0.1:{run.port}"
    for page in ("/search/", "/v/", "/open-data/", "/standards/", "/api/", "/accounts/login/"):
        assert f"{address}{page}" in run.said
        assert urlopen(address + page).status == 200
    assert urlopen(address + "/healthz").status == 200
    assert "demo-registrar" in run.said
    assert "demo-shetong" in run.said
    assert run.stop(signal.SIGINT) == Exit.DONE
    assert "已停止" in run.said
    run.require_nothing_left()
    # A lock in the common directory would shut out the other users of the machine.
    assert (home / ".postgres.lock").exists()
    assert not (tmp_path / ".lockfile").exists()

    # The second start has little to do; the bar is eight seconds on an idle machine.
    begun = time.monotonic()
    again = running(home)
    again.read_until("Ctrl-C")
    assert time.monotonic() - begun < 20
    assert "更新数据库" not in again.said
    assert again.stop(signal.SIGTERM, whole_group=False) == Exit.DONE
    again.require_nothing_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_while_it_sets_up(
    number: signal.Signals, tmp_path: Path, running: Callable[..., Running]
) -> None:
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        run = running(Path(folder))
        run.read_until("更新数据库")
        assert run.stop(number, whole_group=number is signal.SIGINT) == Exit.INTERRUPTED
        run.require_nothing_left()


def test_a_database_that_cannot_be_reached_is_said_in_a_sentence(running: Callable[..., Running], home: Path) -> None:
    run = running(home, DATABASE_URL="postgresql://u:geheim@127.0.0.1:1/x")
    out, err = run.process.communicate(timeout=PATIENCE)
    assert run.process.returncode == Exit.NOT_READY
    assert err.count("\n") == 1
    assert "the database does not answer" in err
    assert "geheim" not in out + err


@pytest.fixture
def stranger() -> Iterator[str]:
    """Return the address of a database for a user who may connect and nothing else."""
    server = settings.DATABASES["default"]
    with psycopg.connect(host=server["HOST"], user=server["USER"], dbname="postgres", autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        try:
            yield f"postgresql://stranger@/postgres?host={server['HOST']}"
        finally:
            connection.execute("DROP ROLE stranger")


def test_a_database_that_refuses_is_said_in_a_sentence(
    stranger: str, running: Callable[..., Running], home: Path
) -> None:
    run = running(home, DATABASE_URL=stranger)
    _, err = run.process.communicate(timeout=PATIENCE)
    assert run.process.returncode == Exit.NOT_READY
    assert "Traceback" not in err
    assert "the database refuses (permission denied for schema public" in err


def test_a_directory_that_cannot_be_written_is_said_in_a_sentence(
    tmp_path: Path, running: Callable[..., Running]
) -> None:
    (tmp_path / "file").write_text("no directory")
    run = running(tmp_path / "file" / "var")
    _, err = run.process.communicate(timeout=PATIENCE)
    assert run.process.returncode == Exit.NOT_READY
    assert err.count("\n") == 1
    assert "SHETONG_VAR" in err


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, running: Callable[..., Running]) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by an administrator")
    try:
        run = running(small)
        _, err = run.process.communicate(timeout=PATIENCE)
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert run.process.returncode == Exit.NOT_READY
    assert err.count("\n") == 1
    assert "is full" in err


def test_an_unknown_host_is_named(running: Callable[..., Running], home: Path) -> None:
    run = running(home, HOST="no-such-host.invalid")
    _, err = run.process.communicate(timeout=PATIENCE)
    assert run.process.returncode == Exit.NOT_READY
    assert "HOST=no-such-host.invalid" in err
