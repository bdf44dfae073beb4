"""Where files are kept: a folder by content digest. Written whole or not at all, never overwritten.

Materials carry identity papers and archives whole forms, so contents lie sealed on the disk (:mod:`shetong.core.pii`).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from shetong.casework.models import StoredFile
from shetong.core import pii
from shetong.store import rows

CONTEXT = "file"


class AlteredError(Exception):
    """What lies on the disk is not what was kept under this digest."""


def keep(content: bytes, *, media_type: str) -> StoredFile:
    """Keep a content under its digest and return its record; the same content is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    path = place(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(pii.ring().seal_content(content, context=CONTEXT))
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    record = StoredFile(digest=digest, size=len(content), media_type=media_type, stored_at=timezone.now())
    if not rows.insert_all([record], or_nothing=True):
        record = rows.load(StoredFile, "WHERE digest = %s", [digest])[0]
    return record


def read(digest: str) -> bytes:
    """Return a kept content. Raises ``FileNotFoundError``, and :class:`AlteredError` where it was altered on disk."""
    try:
        content = pii.ring().open_content(place(digest).read_bytes(), context=CONTEXT)
    except pii.SealError as error:
        raise AlteredError(digest) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise AlteredError(digest)
    return content


def place(digest: str) -> Path:
    """Return the path of a content."""
    return Path(settings.FILES_ROOT) / digest[:2] / digest[2:4] / digest
