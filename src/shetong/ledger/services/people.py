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


def salts_for(subjects: Iterable[str]) -> dict[str, bytes]:
    """The salts of all ``subjects``, made where they are missing; part of the caller's transaction."""
    wanted = sorted(set(subjects))
    known = salts(wanted)
    missing = [subject for subject in wanted if subject not in known]
    if not missing:
        return known
    now = timezone.now()
    PersonSalt.objects.bulk_create(
        [
            PersonSalt(
                subject=pii.blind_index(subject, context=SUBJECT_CONTEXT),
                salt_sealed=pii.seal(secrets.token_hex(SALT_BYTES), context=SALT_CONTEXT),
                created_at=now,
            )
            for subject in missing
        ],
        # Another act may have met the same person at the same time: its salt is then the one.
        ignore_conflicts=True,
        batch_size=2_000,
    )
    return known | salts(missing)


@transaction.atomic
def erase(*, subjects: Iterable[str]) -> int:
    """Delete the salts of ``subjects``: no commitment to them can be opened or guessed at again.

    Entries and proofs stay as they are. Return how many salts there were.
    """
    indexes = [pii.blind_index(subject, context=SUBJECT_CONTEXT) for subject in subjects]
    deleted, _ = PersonSalt.objects.filter(subject__in=indexes).delete()
    return deleted
