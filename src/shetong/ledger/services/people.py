"""Salts of people: made when a person first appears in an act, deleted to erase the person from every log."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from shetong.core import pii
from shetong.ledger.models import PersonSalt
from shetong.ledger.queries.people import SALT_CONTEXT, SUBJECT_CONTEXT, salts
from shetong.ledger.rules.commitments import SALT_BYTES
from shetong.store import rows

BATCH = 2_000


def salts_for(subjects: Iterable[str]) -> dict[str, bytes]:
    """The salts of all ``subjects``, made where they are missing; part of the caller's transaction."""
    wanted = sorted(set(subjects))
    known = salts(wanted)
    missing = [subject for subject in wanted if subject not in known]
    if not missing:
        return known
    made = {subject: secrets.token_bytes(SALT_BYTES) for subject in missing}
    indexes = {pii.blind_index(subject, context=SUBJECT_CONTEXT): subject for subject in missing}
    sealed = [pii.seal(made[subject].hex(), context=SALT_CONTEXT) for subject in indexes.values()]
    now = timezone.now()
    # Another act may have met the same person at the same time: its salt is then the one.
    written: set[str] = set()
    for start in range(0, len(indexes), BATCH):
        keys = list(indexes)[start : start + BATCH]
        given = rows.fetch(
            "INSERT INTO ledger_personsalt (subject, salt_sealed, created_at)"
            " SELECT subject, salt, %s FROM unnest(%s::bytea[], %s::bytea[]) AS new (subject, salt)"
            " ON CONFLICT DO NOTHING RETURNING subject",
            [now, keys, sealed[start : start + BATCH]],
        )
        written |= {indexes[bytes(subject)] for (subject,) in given}
    others = [subject for subject in missing if subject not in written]
    return known | {subject: made[subject] for subject in written} | salts(others)


@transaction.atomic
def erase(*, subjects: Iterable[str]) -> int:
    """Delete the salts of ``subjects``: no commitment to them can be opened or guessed at again.

    Entries and proofs stay as they are. Return how many salts there were.
    """
    indexes = [pii.blind_index(subject, context=SUBJECT_CONTEXT) for subject in subjects]
    deleted, _ = PersonSalt.objects.filter(subject__in=indexes).delete()
    return deleted
