"""Writing double entries. Codes follow the 民间非营利组织会计制度; an organisation gets an account when it needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils import timezone

from shetong.charity.models import Account, AccountKind, JournalEntry, OutflowKind, Posting


class Code(StrEnum):
    """The accounts that the acts of this package move."""

    CASH = "1001"
    BANK = "1002"
    GOODS = "1201"
    BETWEEN_POOLS = "3103"
    DONATIONS = "4101"
    ACTIVITIES = "5101"
    MANAGEMENT = "5201"
    FUNDRAISING = "5301"
    OTHER = "5401"


_ACCOUNTS = {
    Code.CASH: ("现金", AccountKind.ASSET),
    Code.BANK: ("银行存款", AccountKind.ASSET),
    Code.GOODS: ("存货", AccountKind.ASSET),
    Code.BETWEEN_POOLS: ("项目间划转", AccountKind.NET_ASSETS),
    Code.DONATIONS: ("捐赠收入", AccountKind.INCOME),
    Code.ACTIVITIES: ("业务活动成本", AccountKind.EXPENSE),
    Code.MANAGEMENT: ("管理费用", AccountKind.EXPENSE),
    Code.FUNDRAISING: ("筹资费用", AccountKind.EXPENSE),
    Code.OTHER: ("其他费用", AccountKind.EXPENSE),
}
EXPENSES = {
    OutflowKind.AID: Code.ACTIVITIES,
    OutflowKind.SERVICE: Code.ACTIVITIES,
    OutflowKind.GRANT: Code.ACTIVITIES,
    OutflowKind.MANAGEMENT: Code.MANAGEMENT,
    OutflowKind.FUNDRAISING: Code.FUNDRAISING,
    OutflowKind.TRANSFER: Code.BETWEEN_POOLS,
    OutflowKind.REFUND: Code.OTHER,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry: fen, debit positive, credit negative; ``pool``: whose means it moves."""

    code: Code
    amount: int
    pool: int | None = None


def book(
    *, organisation: int, booked_on: date, summary: str, lines: Iterable[Line], reverses: JournalEntry | None = None
) -> JournalEntry:
    """Write one entry in the caller's transaction; lines of nothing are left out.

    That it balances is checked by the database when the transaction is committed.
    """
    written = [line for line in lines if line.amount]
    entry = JournalEntry.objects.create(
        organisation_id=organisation,
        booked_on=booked_on,
        summary=summary[:200],
        reverses=reverses,
        recorded_at=timezone.now(),
    )
    accounts = _accounts(organisation, {line.code for line in written})
    Posting.objects.bulk_create(
        [
            Posting(entry=entry, account_id=accounts[line.code], pool_id=line.pool, amount=line.amount)
            for line in written
        ]
    )
    return entry


def _accounts(organisation: int, codes: set[Code]) -> dict[str, int]:
    found = dict(Account.objects.filter(organisation_id=organisation, code__in=codes).values_list("code", "pk"))
    missing = codes - found.keys()
    if missing:
        Account.objects.bulk_create(
            [
                Account(organisation_id=organisation, code=code, name=_ACCOUNTS[code][0], kind=_ACCOUNTS[code][1])
                for code in sorted(missing)
            ],
            ignore_conflicts=True,
        )
        found |= dict(Account.objects.filter(organisation_id=organisation, code__in=missing).values_list("code", "pk"))
    return found
