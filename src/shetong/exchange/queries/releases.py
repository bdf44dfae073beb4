"""Which releases of the open data there are, and the files in them."""

from __future__ import annotations

from django.db.models import QuerySet

from shetong.exchange.models import OpenDataFile, OpenDataRelease


def finished() -> QuerySet[OpenDataRelease]:
    """Return the releases that can be downloaded, newest first, with their files (two queries)."""
    return OpenDataRelease.objects.exclude(finished_at=None).order_by("-pk").prefetch_related("files")


def file(directory: str, name: str) -> OpenDataFile | None:
    """Return a file of a finished release by folder (``latest`` for the newest) and name, or ``None``."""
    releases = OpenDataRelease.objects.exclude(finished_at=None)
    release = (
        releases.order_by("-pk").first() if directory == "latest" else releases.filter(directory=directory).first()
    )
    if release is None:
        return None
    return OpenDataFile.objects.select_related("release").filter(release=release, name=name).first()
