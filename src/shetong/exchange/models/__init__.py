"""Published bulk data."""

from shetong.exchange.models.release import OpenDataFile, OpenDataRelease

__all__ = ["OpenDataFile", "OpenDataRelease"]
