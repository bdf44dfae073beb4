"""Records of service that come from another system, a batch of columns at once.

A batch is one transaction and one event: the same batch again gives the first answer. What overlaps time that counts
already, here or from a third system, what nobody could have travelled to and what makes a day too long comes in flagged
and uncounted (:mod:`shetong.volunteering.services.foreign_rows`). Nothing is taken in of somebody who did not consent
to the exchange. The system that a record comes from answers for it: a record known by its number is never changed
here, what differs is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import ApiKey, User
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.ledger.services import entries
from shetong.ledger.services.entries import Act
from shetong.volunteering.entry_types import BATCH
from shetong.volunteering.models import RecordBatch
from shetong.volunteering.queries import public_log
from shetong.volunteering.services import foreign_rows

LARGEST = 100_000
SALT = "volunteering.batch_salt"
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,39}")


@dataclass(frozen=True, slots=True)
class Columns:
    """Records column by column, all of one length.

    ``numbers``: of the records in their system; ``volunteers``: by what number that system knows the volunteer (given
    to us before as :class:`SystemNumber`); ``teams``: our number of the team, ``""`` for none; ``starts``, ``ends``:
    seconds since 1970 in UTC; ``minutes``: what counts; ``fields``, ``divisions``, ``places``, ``contents`` as the
    record has them.
    """

    numbers: Sequence[str]
    volunteers: Sequence[str]
    teams: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    minutes: Sequence[int]
    fields: Sequence[str]
    divisions: Sequence[str]
    places: Sequence[str]
    contents: Sequence[str]

    def all(self) -> tuple[Sequence[Any], ...]:
        """Return the columns in their order."""
        return (
            self.numbers, self.volunteers, self.teams, self.starts, self.ends, self.minutes, self.fields,
            self.divisions, self.places, self.contents,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a batch. ``faults``, ``changed``: (number in its system, why) and numbers, not taken.

    Faults: ``unknown-volunteer``, ``volunteer-state``, ``no-consent``, ``unknown-team``, ``time``, ``minutes``,
    ``field``, ``division``.

    ``changed``: known by their number and different now. ``new``: whether the batch came for the first time; of one
    that came before ``faults`` and ``changed`` are not told again.
    """

    batch: RecordBatch
    new: bool
    repeated: int = 0
    changed: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()


@transaction.atomic
def take_in(
    *, actor: User | ApiKey | str, source: str, batch: str, confirmer: str, columns: Columns, demo: bool = False
) -> Imported:
    """Take in a batch of records of the system ``source``, confirmed there by ``confirmer``.

    Raises :class:`InvalidInputError` for a batch that is not well formed as a whole, :class:`ConflictError` where the
    batch's number came with other content.
    """
    _check(source, batch, columns)
    before = RecordBatch.objects.filter(source=source, number=batch).first()
    if before is not None:
        salt = bytes.fromhex(pii.open_sealed(bytes(before.salt_sealed), context=SALT))
        if _digest(salt, columns) != bytes(before.digest):
            raise ConflictError(gettext("这个批次号已经用于别的内容，请换一个批次号。"), code="batch-of-other-content")
        return Imported(before, new=False)
    salt = token_bytes(32)
    now = timezone.now()
    with connection.cursor() as cursor:
        number, written = foreign_rows.write(cursor, source=source, columns=columns.all(), now=now, demo=demo)
    made = RecordBatch(
        pk=number, source=source, number=batch, confirmer=confirmer[:100], records=len(columns.numbers),
        counted=written.counted, flagged=written.flagged, minutes=written.minutes, digest=_digest(salt, columns),
        salt_sealed=pii.seal(salt.hex(), context=SALT), received_at=now, demo=demo,
    )  # fmt: skip
    made.save(force_insert=True)
    body = public_log.batch_body(made)
    entries.append(log=public_log.LOG, acts=[Act(f"hours-batch-{made.pk}", BATCH.name, BATCH.version, body)])
    audit.record(
        actor=actor, action="hours.import", target=made,
        detail={"source": source, "records": made.records, "counted": made.counted, "flagged": made.flagged},
    )  # fmt: skip
    return Imported(
        made, new=True, repeated=sum(why == "repeated" for _, why in written.left),
        changed=tuple(number for number, why in written.left if why == "changed"),
        faults=tuple((number, why) for number, why in written.left if why not in ("repeated", "changed")),
    )  # fmt: skip


def _check(source: str, batch: str, columns: Columns) -> None:
    if not _CODE.fullmatch(source) or not _CODE.fullmatch(batch):
        raise InvalidInputError(gettext("来源系统代码和批次号用字母、数字、点、横线，最多40个字符。"))
    lengths = {len(column) for column in columns.all()}
    if lengths != {len(columns.numbers)} or not 1 <= len(columns.numbers) <= LARGEST:
        raise InvalidInputError(
            gettext("一个批次1到%(most)d条记录，各列长短应当一致。") % {"most": LARGEST}, code="batch-size"
        )
    if len(set(columns.numbers)) != len(columns.numbers) or not all(0 < len(one) <= 60 for one in columns.numbers):
        raise InvalidInputError(gettext("每条记录须有编号，同一批次内不能重复，最多60个字符。"), code="batch-numbers")


def _digest(salt: bytes, columns: Columns) -> bytes:
    """Return the digest over everything but the column of volunteers."""
    said = sha256(salt)
    for column in (columns.numbers, *columns.all()[2:]):
        said.update("\x1f".join(map(str, column)).encode())
        said.update(b"\x1e")
    return said.digest()
