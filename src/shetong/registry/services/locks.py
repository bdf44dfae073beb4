"""Every lock of the register is taken here, in one order: names, codes, people, then organisations by number.

Names, codes and people that may not exist yet are locked through transaction-scoped advisory locks, so that of two
simultaneous requests for the same name or code the second sees what the first did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from django.db import connection
from django.utils.translation import gettext

from shetong.core.errors import NotFoundError
from shetong.registry.models import Authority, Organisation
from shetong.store import rows, transactions


def take(
    *,
    names: Iterable[str] = (),
    codes: Iterable[str] = (),
    people: Iterable[bytes] = (),
    organisations: Iterable[int] = (),
) -> dict[int, Organisation]:
    """Take the locks of one business act inside its transaction and return the organisations by number.

    ``names`` are normalised names, ``codes`` unified codes, ``people`` blind indexes. Raises :class:`NotFoundError`
    where an organisation does not exist.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("locks are taken inside a transaction")
    numbers = [
        _number(space, thing)
        for space, things in (
            ("name", [n.encode() for n in names]),
            ("code", [c.encode() for c in codes]),
            ("person", people),
        )
        for thing in sorted(set(things))
    ]
    if numbers:
        # One after the other in the order given: the inner query keeps it.
        rows.fetch(
            "SELECT pg_advisory_xact_lock(number) FROM (SELECT number"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS given (number, place) ORDER BY place) AS ordered",
            [numbers],
        )
    wanted = sorted(set(organisations))
    known = transactions.known()
    found = {number: known[Organisation, number] for number in wanted if held(number)}
    missing = [number for number in wanted if number not in found]
    if not missing:
        return found
    locked = {row.pk: row for row in rows.load(Organisation, "WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [missing])}
    if len(locked) != len(missing):
        raise NotFoundError(gettext("没有找到该组织，请核对统一社会信用代码。"))
    _with_authorities(locked.values())
    for organisation in locked.values():
        hold(organisation)
    return found | locked


def hold(organisation: Organisation) -> None:
    """Keep an organisation that this transaction has locked or entered for the other parts of the whole act."""
    transactions.known()[Organisation, organisation.pk] = organisation


def held(organisation_id: int) -> bool:
    """Whether the whole act that runs has locked the organisation already."""
    return (Organisation, organisation_id) in transactions.known()


def _with_authorities(organisations: Collection[Organisation]) -> None:
    numbers = sorted({organisation.authority_id for organisation in organisations})
    authorities = {row.pk: row for row in rows.load(Authority, "WHERE id = ANY(%s)", [numbers])}
    for organisation in organisations:
        organisation.authority = authorities[organisation.authority_id]


def take_one(organisation_id: int) -> Organisation:
    """Lock one organisation. Raises :class:`NotFoundError`."""
    return take(organisations=[organisation_id])[organisation_id]


def _number(space: str, thing: bytes) -> int:
    digest = hashlib.blake2b(thing, digest_size=8, person=f"shetong.{space}".encode()).digest()
    return int.from_bytes(digest, "big", signed=True)
