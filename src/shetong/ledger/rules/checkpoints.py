"""Checkpoints (C2SP ``tlog-checkpoint``): the text that a log signs to stand by its size and root."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from shetong.ledger.rules.merkle import HASH_SIZE
from shetong.ledger.rules.notes import NoteError

_SIZE = re.compile(r"0|[1-9]\d{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, its number of entries and its root hash."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str, *, origin: str) -> Checkpoint:
    """Read a checkpoint's text of the log ``origin``; raises :class:`NoteError`. Extension lines are allowed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or any(not line for line in lines[:-1]):
        raise NoteError("a checkpoint has three lines or more, none of them empty")
    if lines[0] != origin:
        raise NoteError("the checkpoint is another log's")
    if not _SIZE.fullmatch(lines[1]):
        raise NoteError("the checkpoint's size is not a number")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("the checkpoint's root is not base64") from error
    if len(root) != HASH_SIZE:
        raise NoteError("the checkpoint's root has the wrong length")
    return Checkpoint(lines[0], int(lines[1]), root)
