"""A witness that looks: it reads a charity log again and again and holds what the site says against it."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import click

from shetong.charity.monitor import Sums, against_site
from shetong.ledger.monitor import FindingError, observe
from shetong.ledger.peers import PeerError
from shetong.ledger.rules.notes import NoteError, Verifier
from shetong.ledger.witness import Witness

# Findings kept of one look: the first say enough.
MOST = 100


class Looker(threading.Thread):
    """Looks every ``every`` seconds; what it finds is printed once, and is the witness's objection while it lasts."""

    def __init__(self, witness: Witness, address: str, keys: Sequence[Verifier], site: str | None, every: int) -> None:
        super().__init__(daemon=True)
        self._witness, self._address, self._keys, self._site, self._every = witness, address, keys, site, every

    def run(self) -> None:
        """Look until the process ends. The first look reads the whole log, later ones what is new."""
        with tempfile.TemporaryDirectory() as folder:
            reader = Sums(Path(folder) / "sums.sqlite")
            while True:
                self._note(self._look(reader, Path(folder) / "state.json"))
                time.sleep(self._every)

    def _look(self, reader: Sums, state: Path) -> tuple[str, ...] | None:
        """What differs; ``None`` where the log or the site cannot be asked now."""
        try:
            observe(self._address, keys=self._keys, witnesses=(), state=state, reader=reader)
            return tuple(islice(against_site(reader, self._site), MOST)) if self._site else ()
        except FindingError as error:
            return (str(error),)
        except (PeerError, NoteError, OSError) as error:
            click.echo(f"cannot look: {error}", err=True)
            return None
        except Exception as error:
            return (f"cannot look any more: {type(error).__name__}: {error}",)

    def _note(self, found: tuple[str, ...] | None) -> None:
        if found is None or found == self._witness.objections:
            return
        for finding in found or ("nothing differs any more",):
            click.echo(finding)
        self._witness.objections = found
