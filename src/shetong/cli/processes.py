"""Child processes of ``shetong run``: started together, watched together, stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import FrameType

from shetong.cli.exits import NotReadyError

STOP_SECONDS = 15
LOOK_SECONDS = 0.2


class Family:
    """The processes of one run. Each child leads a session of its own, so that Ctrl-C reaches only the parent."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False
        self._last: list[Callable[[], None]] = []

    def at_the_end(self, act: Callable[[], None]) -> None:
        """Call ``act`` after all children have ended, undisturbed by further signals; the last one given first."""
        self._last.append(act)

    def start(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Start ``shetong ARGUMENTS`` under ``name``."""
        self.children[name] = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "shetong", *arguments],
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )

    def require_living(self) -> None:
        """Raise :class:`NotReadyError` where a child has ended by itself."""
        for name, child in self.children.items():
            if child.poll() is not None:
                raise NotReadyError(f"the {name} stopped with code {child.returncode}; its message is above.")

    def watch(self) -> None:
        """Wait until told to stop; raise :class:`NotReadyError` when a child ends by itself."""
        while not self.stopping:
            self.require_living()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Ask all children to end, wait, and end those by force that do not."""
        for child in self.children.values():
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.wait()
        self.children.clear()
        while self._last:
            self._last.pop()()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(child.pid, number)
        else:
            child.send_signal(number)


@contextlib.contextmanager
def family() -> Iterator[Family]:
    """Yield a family that ends with the block, on Ctrl-C, on SIGTERM and when the terminal is closed."""
    group = Family()

    def end(_number: int, _frame: FrameType | None) -> None:
        if group.stopping:
            return  # a second Ctrl-C does not interrupt the orderly end
        group.stopping = True
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield group
    finally:
        group.stopping = True
        group.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
