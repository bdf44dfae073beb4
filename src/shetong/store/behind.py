"""Work that follows acts a moment later, in a thread of its process: asked for by many, done once for all of them.

For what must be done and may be done shortly after: whoever asks does not wait for it. A process that is killed leaves
the work undone, so something else must take it up (a periodic job).
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable

import structlog
from django.db import connections

log = structlog.get_logger("shetong.store")
# How long a thread keeps its connection of the database while nobody asks.
LINGER_SECONDS = 20.0


class Behind:
    """One kind of work: ``work`` takes up everything that waits for it and may be called at any time."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self._name, self._work = name, work
        self._fresh()
        atexit.register(self.finish)
        os.register_at_fork(after_in_child=self._fresh)

    def _fresh(self) -> None:
        self._change = threading.Condition()
        self._asked = False
        self._thread: threading.Thread | None = None

    def ask(self, seconds: float) -> None:
        """Have the work done about ``seconds`` from now; who asks until then is served by the same turn."""
        with self._change:
            self._asked = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=(seconds,), name=self._name, daemon=True)
                self._thread.start()
            else:
                self._change.notify()

    def finish(self) -> None:
        """Do what was asked for and not begun; at the end of a process there is no later."""
        with self._change:
            asked, self._asked = self._asked, False
        if asked:
            self._turn()

    def _run(self, seconds: float) -> None:
        pause = threading.Event()
        try:
            while self._wanted():
                pause.wait(seconds)  # so that many are served at once
                with self._change:
                    asked, self._asked = self._asked, False
                if asked:
                    self._turn()
        finally:
            connections.close_all()

    def _wanted(self) -> bool:
        """Wait until somebody asks; ``False`` once nobody did for long: the thread ends, the next asker starts one."""
        with self._change:
            if self._change.wait_for(lambda: self._asked, LINGER_SECONDS):
                return True
            self._thread = None
            return False

    def _turn(self) -> None:
        try:
            self._work()
        except Exception:
            # Nobody waits for an answer. The next turn begins with a new connection.
            log.exception("work behind failed", work=self._name)
            connections.close_all()
