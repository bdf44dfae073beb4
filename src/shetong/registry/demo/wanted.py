"""Whether the small demonstration is to be loaded; cheap, because every start of ``make run`` asks."""

from __future__ import annotations

import hashlib

from shetong.registry.models import ImportRun, Organisation

# The load is kept as a run under this digest, so that one that was stopped is found unfinished.
SMALL = hashlib.sha256(b"shetong small demonstration, first edition").digest()


def is_wanted() -> bool:
    """Whether the register is empty, or a load of the small demonstration was begun and not finished."""
    run = ImportRun.objects.filter(file_digest=SMALL).first()
    return run.finished_at is None if run is not None else not Organisation.objects.exists()
