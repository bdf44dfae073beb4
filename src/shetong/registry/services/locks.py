"""Every lock of the register is taken here, in one order: names, codes, people, then organisations by number.

Names, codes and people that may not exist yet are locked through transaction-scoped advisory locks, so that of two
simultaneous requests for the same name or code the second sees what the first did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection

from shetong.core.errors import NotFoundError
from shetong.registry.models import Organisation


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
    for space, things in (
        ("name", [n.encode() for n in names]),
        ("code", [c.encode() for c in codes]),
        ("person", people),
    ):
        for thing in sorted(set(things)):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(space, thing)])
    wanted = sorted(set(organisations))
    if not wanted:
        return {}
    rows = Organisation.objects.select_for_update(of=("self",)).select_related("authority")
    locked = {row.pk: row for row in rows.filter(pk__in=wanted).order_by("pk")}
    if len(locked) != len(wanted):
        raise NotFoundError("没有找到该组织，请核对统一社会信用代码。")
    return locked


def take_one(organisation_id: int) -> Organisation:
    """Lock one organisation. Raises :class:`NotFoundError`."""
    return take(organisations=[organisation_id])[organisation_id]


def _number(space: str, thing: bytes) -> int:
    digest = hashlib.blake2b(thing, digest_size=8, person=f"shetong.{space}".encode()).digest()
    return int.from_bytes(digest, "big", signed=True)
