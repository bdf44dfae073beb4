"""Papers of applications that were given up: deleted with them, their contents where nothing else consists of them."""

from __future__ import annotations

from functools import lru_cache

from django.db import transaction
from django.db.models import ForeignObjectRel

from shetong.casework.models import Case, CaseMaterial, State, StoredFile
from shetong.casework.services import storage
from shetong.store import rows


def forget(*, case_id: int) -> int:
    """Delete the papers of a discarded application; return how many contents went. Safe to run again."""
    if not Case.objects.filter(pk=case_id, state=State.DISCARDED).exists():
        return 0
    papers = CaseMaterial.objects.filter(case_id=case_id)
    digests = sorted(set(papers.values_list("file_id", flat=True)))
    return sum(_forget(case_id, digest) for digest in digests)


@transaction.atomic
def _forget(case_id: int, digest: str) -> bool:
    """Delete what a discarded application has of a content, and the content where that was all of it."""
    # Who adds a reference locks the row in share (storage.keep_all, storage.hold), so none comes while we look.
    rows.fetch("SELECT digest FROM casework_storedfile WHERE digest = %s FOR UPDATE", [digest])
    CaseMaterial.objects.filter(case_id=case_id, file_id=digest).delete()
    if any(rows.exists(reference, [digest]) for reference in _references()):
        return False
    storage.forget(digest)
    return True


@lru_cache(maxsize=1)
def _references() -> tuple[str, ...]:
    """Return what looks for a content, for every column of every package that names one."""
    columns = {
        (one.related_model._meta.db_table, one.field.column)
        for one in StoredFile._meta.get_fields(include_hidden=True)
        if isinstance(one, ForeignObjectRel)
    }
    return tuple(f'FROM "{table}" WHERE "{column}" = %s' for table, column in sorted(columns))
