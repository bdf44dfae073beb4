"""Salts of people, and the openings made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext

from shetong.core import pii
from shetong.core.errors import NotFoundError
from shetong.ledger.rules.commitments import Opening, Personal, entry_salt
from shetong.store import rows

SUBJECT_CONTEXT = "ledger.person"
SALT_CONTEXT = "ledger.person_salt"


def salts(subjects: Iterable[str]) -> dict[str, bytes]:
    """The salts of those subjects that have one and were not erased."""
    indexes = {pii.blind_index(subject, context=SUBJECT_CONTEXT): subject for subject in set(subjects)}
    if not indexes:
        return {}
    found = rows.fetch("SELECT subject, salt_sealed FROM ledger_personsalt WHERE subject = ANY(%s)", [list(indexes)])
    return {
        indexes[bytes(subject)]: bytes.fromhex(pii.open_sealed(sealed, context=SALT_CONTEXT))
        for subject, sealed in found
    }


def openings(*, log: str, reference: str, people: Mapping[str, Personal]) -> list[Opening]:
    """What the holders need to open the commitments of an entry, in the order of ``people``.

    ``people`` maps the entry's field names to what the act said. Raises :class:`NotFoundError` where a salt was erased.
    """
    known = salts(personal.subject for personal in people.values() if personal.subject)
    found = {field: personal.salt_among(known) for field, personal in people.items()}
    if None in found.values():
        raise NotFoundError(gettext("该人员的盐值已经销毁，日志中的承诺无法再启封。"), code="salt-erased")
    return [
        Opening(
            log,
            reference,
            field,
            personal.value,
            entry_salt(salt, log=log, reference=reference, field=field),
        )
        for field, personal in people.items()
        if (salt := found[field]) is not None
    ]
