"""Logs, their entries, tiles, checkpoints and keys."""

from shetong.ledger.models.log import Checkpoint, Entry, Log, LogKey, Tile

__all__ = ["Checkpoint", "Entry", "Log", "LogKey", "Tile"]
