"""Contents under their digest, in the store of the settings. Written whole or not at all, never overwritten.

Materials carry identity papers and archives whole forms, so contents lie sealed there (:mod:`shetong.core.pii`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
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
    return keep_all([(content, media_type)])[0]


def keep_all(contents: Sequence[tuple[bytes, str]]) -> list[StoredFile]:
    """Keep contents, each with its media type, and return their records in the order given."""
    store = stores.store()
    given, octets = [], {}
    for content, media_type in contents:
        digest = hashlib.sha256(content).hexdigest()
        octets[digest] = content
        if not store.exists(digest):
            _put(store, digest, content)
        given.append((digest, len(content), media_type))
    now = timezone.now()
    digests, sizes, media_types = (list(column) for column in zip(*sorted(set(given)), strict=True))
    written = rows.fetch(
        "INSERT INTO casework_storedfile (digest, size, media_type, stored_at)"
        " SELECT one.digest, one.size, one.media_type, %s"
        " FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS one (digest, size, media_type) ON CONFLICT DO NOTHING"
        " RETURNING digest",
        [now, digests, sizes, media_types],
    )
    new = {digest for (digest,) in written}
    for digest in new:
        # What lay there may have been deleted with its row while this one waited for the key.
        if not store.exists(digest):
            _put(store, digest, octets[digest])
    records = {
        digest: StoredFile(digest=digest, size=size, media_type=media_type, stored_at=now)
        for digest, size, media_type in given
        if digest in new
    }
    if known := [digest for digest in digests if digest not in new]:
        held = rows.load(StoredFile, "WHERE digest = ANY(%s) FOR KEY SHARE", [known])
        records |= {one.digest: one for one in held}
        if len(held) < len(known):
            return keep_all(contents)
    return [records[digest] for digest, _, _ in given]


def hold(stored: Sequence[StoredFile], contents: Sequence[tuple[bytes, str]]) -> Sequence[StoredFile]:
    """Lock what was kept before this transaction against deletion; return it, kept anew where it is gone already."""
    digests = [one.digest for one in stored]
    there = rows.fetch("SELECT digest FROM casework_storedfile WHERE digest = ANY(%s) FOR KEY SHARE", [digests])
    return stored if len(there) == len(set(digests)) else keep_all(contents)


def _put(store: stores.Store, digest: str, content: bytes) -> None:
    store.put(digest, pii.ring().seal_content(content, context=CONTEXT))


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


def forget(digest: str) -> None:
    """Delete a content for good, for the law's sake, once the transaction is committed; nothing may refer to it."""
    StoredFile.objects.filter(pk=digest).delete()
    transaction.on_commit(lambda: _remove(digest), robust=True)


@transaction.atomic
def _remove(digest: str) -> None:
    """Remove what lies under a digest, unless it was kept again since.

    The key is taken meanwhile: who keeps the same content waits for it, and looks then whether it lies there.
    """
    key = "INSERT INTO casework_storedfile (digest, size, media_type, stored_at) VALUES (%s, 1, '', now())"
    if rows.fetch(f"{key} ON CONFLICT DO NOTHING RETURNING digest", [digest]):
        stores.store().delete(digest)
        rows.run("DELETE FROM casework_storedfile WHERE digest = %s", [digest])


def place(digest: str) -> Path:
    """Return the path of a content in the folder."""
    return stores.folder().path(digest)
