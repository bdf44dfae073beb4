"""Logs, their entries, tiles, checkpoints and keys; salts of people; what witnesses and anchors say."""

from shetong.ledger.models.log import Checkpoint, Entry, Log, LogKey, Place, Tile, Waiting
from shetong.ledger.models.person import PersonSalt
from shetong.ledger.models.trust import Anchor, Cosignature

__all__ = [
    "Anchor",
    "Checkpoint",
    "Cosignature",
    "Entry",
    "Log",
    "LogKey",
    "PersonSalt",
    "Place",
    "Tile",
    "Waiting",
]
