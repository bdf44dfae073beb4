"""The rows and log entries of thousands of donations of one platform at once, as octets.

What does not depend on the place in the pool is put together before the pools are locked, so that batches hold each
other up for as short as can be. The same octets come out as from the general way (``ledger.services.entries.encode``
and the model); a property test compares them.
"""

from __future__ import annotations

import hmac
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring as quoted

from shetong.charity.rules.log_content import DONOR
from shetong.charity.rules.platform_records import Given
from shetong.ledger.rules.commitments import FORMAT, SALT_BYTES

COLUMNS = (
    "id", "pool_id", "quantity", "amount", "refunded", "channel", "activity_id", "platform_id", "recorded_at",
    "donated_at", "platform_order", "currency", "original_amount", "donor_kind", "shown", "particulars_sealed",
    "pool_from", "pool_to", "journal_id",
)  # fmt: skip
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_CHANNEL = b"platform"
_FIXED = struct.Struct(">hiqiqiqiqiqi8siqiqiqiqi").pack
_NUMBER = struct.Struct(">iq").pack
_LENGTH = struct.Struct(">i").pack
_PLACE = struct.Struct(">iqiqiq").pack
_NULL = _LENGTH(-1)
_POSTGRES_EPOCH = 946_684_800_000_000  # microseconds from 1970 to 2000
_ENTRY_END = ',"type":"charity.donation","version":1}'


@dataclass(frozen=True, slots=True)
class Target:
    """Where donations of a page go: pool, activity, the plan's filing number."""

    pool: int
    activity: int
    plan: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Donations without their places: COPY rows, and entries in two halves with the place between them."""

    rows: list[bytes]
    heads: list[str]
    tails: list[str]


def secrets(records: Sequence[Given]) -> tuple[list[bytes], list[str]]:
    """Return a new salt for each donor, and what the donation's row keeps sealed (``log_content.Particulars``)."""
    random = os.urandom(SALT_BYTES * len(records))
    salts = [random[at : at + SALT_BYTES] for at in range(0, len(random), SALT_BYTES)]
    return salts, [f'[{quoted(one.name)}, "{salt.hex()}"]' for one, salt in zip(records, salts, strict=True)]


def prepare(
    records: Sequence[Given],
    targets: Sequence[Target],
    numbers: Sequence[int],
    salts: Sequence[bytes],
    sealed: Sequence[bytes],
    *,
    log: str,
    platform: int,
    code: str,
    now: datetime,
) -> Prepared:
    """Put together what is known before the pools are locked; ``numbers`` are the donations' own."""
    rows: list[bytes] = []
    heads: list[str] = []
    tails: list[str] = []
    recorded = _microseconds(now)
    log_text, platform_text, field, form = quoted(log), quoted(code), quoted(DONOR), quoted(FORMAT)
    digest = hmac.digest
    for one, target, number, salt, seal in zip(records, targets, numbers, salts, sealed, strict=True):
        order, shown = one.number.encode(), one.shown.encode()
        donated = one.donated_at.astimezone(UTC)
        original = _NULL if one.original_amount is None else _NUMBER(8, one.original_amount)
        kind, currency = one.kind.encode(), one.currency.encode()
        rows.append(
            b"".join(
                (
                    _FIXED(
                        len(COLUMNS), 8, number, 8, target.pool, 8, one.amount, 8, one.amount, 8, 0, 8, _CHANNEL,
                        8, target.activity, 8, platform, 8, recorded, 8, _microseconds(donated), len(order),
                    ),
                    order, _LENGTH(len(currency)), currency, original, _LENGTH(len(kind)), kind, _LENGTH(len(shown)),
                    shown, _LENGTH(len(seal)), seal,
                )
            )
        )  # fmt: skip
        reference = f'"donation-{number}"'
        said = quoted(f'{{"name":{quoted(one.name)},"order":{quoted(one.number)},"shown":{quoted(one.shown)}}}')
        derived = digest(salt, f'["shetong-salt/1",{log_text},{reference},{field}]'.encode(), sha256)
        commitment = digest(derived, f"[{form},{log_text},{reference},{field},{said}]".encode(), sha256).hex()
        heads.append(
            f'{{"amount":{one.amount},"channel":"platform","corrects":null,"currency":"{one.currency}",'
            f'"donated_at":"{donated.isoformat()}","from":'
        )
        tails.append(
            f',"original":{"null" if one.original_amount is None else one.original_amount},'
            f'"people":{{{field}:"{commitment}"}},"plan":"{target.plan}","platform":{platform_text},'
            f'"pool":{target.pool},"reference":{reference},"to":'
        )
    return Prepared(rows, heads, tails)


def placed(prepared: Prepared, places: Sequence[tuple[int, int]], journals: Sequence[int]) -> tuple[bytes, list[bytes]]:
    """Return what COPY is sent and the entries, now that each donation's interval and journal entry are known."""
    copied = [SIGNATURE]
    for row, (start, end), journal in zip(prepared.rows, places, journals, strict=True):
        copied += (row, _PLACE(8, start, 8, end, 8, journal))
    copied.append(TRAILER)
    entries = [
        f"{head}{start}{tail}{end}{_ENTRY_END}".encode()
        for head, tail, (start, end) in zip(prepared.heads, prepared.tails, places, strict=True)
    ]
    return b"".join(copied), entries


def _microseconds(moment: datetime) -> int:
    """Microseconds since 2000, as the database sends times."""
    return round(moment.timestamp() * 1_000_000) - _POSTGRES_EPOCH
