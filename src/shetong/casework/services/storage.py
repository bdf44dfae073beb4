"""Contents under their digest, in the store of the settings. Written whole or not at all, never overwritten.

Materials carry identity papers and archives whole forms, so contents lie sealed there (:mod:`shetong.core.pii`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.utils import timezone

from shetong.casework.models import StoredFile
from shetong.casework.services import stores
from shetong.core import pii
from shetong.store import rows

CONTEXT = "file"


class AlteredError(Exception):
    """What lies in the store is not what was kept under this digest."""


def keep(content: bytes, *, media_type: str) -> StoredFile:
    """Keep a content under its digest and return its record; the same content is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    store = stores.store()
    if not store.exists(digest):
        store.put(digest, pii.ring().seal_content(content, context=CONTEXT))
    record = StoredFile(digest=digest, size=len(content), media_type=media_type, stored_at=timezone.now())
    if not rows.insert_all([record], or_nothing=True):
        record = rows.load(StoredFile, "WHERE digest = %s", [digest])[0]
    return record


def read(digest: str) -> bytes:
    """Return a kept content.

    Raises ``FileNotFoundError``, :class:`AlteredError` where it was altered, :class:`stores.StoreError`.
    """
    try:
        content = pii.ring().open_content(stores.store().get(digest), context=CONTEXT)
    except pii.SealError as error:
        raise AlteredError(digest) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise AlteredError(digest)
    return content


def place(digest: str) -> Path:
    """Return the path of a content in the folder."""
    return stores.folder().path(digest)
