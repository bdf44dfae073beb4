"""Writing double entries; an organisation gets an account when it needs it, and may rename it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.charity.models import Account, AccountKind, AnnualFigures, JournalEntry, OutflowKind, Posting
from shetong.charity.services.permission import Actor, authorise
from shetong.core.errors import InvalidInputError
from shetong.core.money import format_yuan
from shetong.registry.models import Organisation

MOST_CODE = 12


class Code(StrEnum):
    """What the acts of this package move; how an organisation calls it is in its own account of that role."""

    CASH = "cash"
    BANK = "bank"
    GOODS = "goods"
    BETWEEN_POOLS = "between-pools"
    DONATIONS = "donations"
    ACTIVITIES = "activities"
    MANAGEMENT = "management"
    FUNDRAISING = "fundraising"
    OTHER = "other"


# The code, name and kind that an account begins with. Codes follow 民间非营利组织会计制度——会计科目和会计报表
# (财会〔2004〕7号), but for 3103, which is not in it. The revised system (财会〔2024〕25号, since 2026-01-01) was
# not at hand: so nothing is cited on pages, and every organisation may set its own codes and names.
ACCOUNTS = {
    Code.CASH: ("1001", "现金", AccountKind.ASSET),
    Code.BANK: ("1002", "银行存款", AccountKind.ASSET),
    Code.GOODS: ("1201", "存货", AccountKind.ASSET),
    Code.BETWEEN_POOLS: ("3103", "项目间划转", AccountKind.NET_ASSETS),
    Code.DONATIONS: ("4101", "捐赠收入", AccountKind.INCOME),
    Code.ACTIVITIES: ("5101", "业务活动成本", AccountKind.EXPENSE),
    Code.MANAGEMENT: ("5201", "管理费用", AccountKind.EXPENSE),
    Code.FUNDRAISING: ("5301", "筹资费用", AccountKind.EXPENSE),
    Code.OTHER: ("5401", "其他费用", AccountKind.EXPENSE),
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
    *,
    organisation: int,
    booked_on: date,
    summary: str,
    lines: Iterable[Line],
    reverses: JournalEntry | None = None,
    actor: Actor | None = None,
) -> JournalEntry:
    """Write one entry in the caller's transaction; lines of nothing are left out. ``actor``: who writes it.

    It is booked on the day ``booked_on`` where the books of that day are open, today where their year was reported
    (docs/decisions/0210). That it balances is checked by the database when the transaction is committed. Raises
    :class:`InvalidInputError` for a day to come or before the organisation was founded.
    """
    written = [line for line in lines if line.amount]
    entry = JournalEntry.objects.create(
        organisation_id=organisation,
        booked_on=_open_day(organisation, booked_on),
        summary=summary[:200],
        reverses=reverses,
        made_by=actor.get_full_name()[:100] if isinstance(actor, User) else "",
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


def _open_day(organisation: int, day: date) -> date:
    """The day on which an act of ``day`` is booked. A day's books are open until its year's figures were reported."""
    today = timezone.localdate()
    if day == today:
        return day
    if day > today:
        raise InvalidInputError(gettext("日期不能晚于今天，请核对。"), code="day-to-come")
    founded = Organisation.objects.values_list("founded_on", flat=True).get(pk=organisation)
    if founded is not None and day < founded:
        raise InvalidInputError(
            gettext("日期早于本组织的成立日期（%(day)s），请核对。") % {"day": founded.isoformat()},
            code="day-before-founding",
        )
    closed = AnnualFigures.objects.filter(organisation_id=organisation, year=day.year).exists()
    return today if closed else day


@transaction.atomic
def rename_account(*, organisation: Organisation, role: Code, code: str, name: str, actor: Actor) -> Account:
    """Give an account the code and name of the organisation's own chart; what was booked stays booked.

    Raises :class:`InvalidInputError` for a code that is none or is another account's, :class:`ForbiddenError`.
    """
    authorise(actor, organisation)
    code, name = code.strip(), name.strip()
    if not code.isascii() or not code.isalnum() or len(code) > MOST_CODE:
        raise InvalidInputError(
            gettext("科目代码应为数字或字母。"), fields={"code": gettext("科目代码应为数字或字母，例如 1002。")}
        )
    if not name:
        raise InvalidInputError(gettext("请填写科目名称。"), fields={"name": gettext("请填写科目名称。")})
    number = _accounts(organisation.pk, {role})[role]
    account = Account.objects.select_for_update().get(pk=number)
    if Account.objects.filter(organisation=organisation, code=code).exclude(pk=number).exists():
        raise InvalidInputError(
            gettext("这个科目代码已经用于别的科目。"), fields={"code": gettext("这个科目代码已经用于别的科目。")}
        )
    before = f"{account.code} {account.name}"
    account.code, account.name = code, name[:100]
    account.save(update_fields=["code", "name"])
    audit.record(
        actor=actor, action="charity.rename-account", target=account, detail={"before": before, "after": str(account)}
    )
    return account


@transaction.atomic
def deposit_cash(*, organisation: Organisation, amount: int, deposited_on: date, actor: Actor) -> JournalEntry:
    """Record that ``amount`` fen of cash were paid into the bank; no pool is touched.

    Raises :class:`InvalidInputError` where there is not so much cash, :class:`ForbiddenError`.
    """
    authorise(actor, organisation)
    cash = Account.objects.select_for_update().filter(organisation=organisation, role=Code.CASH).first()
    held = (cash.postings.aggregate(total=Sum("amount"))["total"] or 0) if cash else 0
    if not 0 < amount <= held:
        message = gettext("现金结存是%(held)s，缴存金额应大于零且不超过它。") % {"held": format_yuan(held)}
        raise InvalidInputError(message, fields={"amount": message})
    entry = book(
        organisation=organisation.pk,
        booked_on=deposited_on,
        summary="现金存入银行",
        lines=[Line(Code.BANK, amount), Line(Code.CASH, -amount)],
        actor=actor,
    )
    audit.record(actor=actor, action="charity.deposit-cash", target=entry, detail={"amount": amount})
    return entry


def _accounts(organisation: int, roles: set[Code]) -> dict[str, int]:
    found = dict(Account.objects.filter(organisation_id=organisation, role__in=roles).values_list("role", "pk"))
    missing = roles - found.keys()
    if missing:
        found |= _adopted(organisation, missing)
        missing -= found.keys()
    if missing:
        taken = set(Account.objects.filter(organisation_id=organisation).values_list("code", flat=True))
        Account.objects.bulk_create(
            [_new_account(organisation, role, taken) for role in sorted(missing)], ignore_conflicts=True
        )
        found |= dict(Account.objects.filter(organisation_id=organisation, role__in=missing).values_list("role", "pk"))
    return found


def _adopted(organisation: int, roles: set[Code]) -> dict[str, int]:
    """Give accounts that have no role yet the one that their usual code stands for."""
    usual = {ACCOUNTS[role][0]: role for role in roles}
    rows = Account.objects.filter(organisation_id=organisation, role="")
    for code in rows.filter(code__in=usual).values_list("code", flat=True):
        rows.filter(code=code).update(role=usual[code])
    return dict(Account.objects.filter(organisation_id=organisation, role__in=roles).values_list("role", "pk"))


def _new_account(organisation: int, role: Code, taken: set[str]) -> Account:
    """An account under its usual code; under a longer one where the organisation uses that for something else."""
    code, name, kind = ACCOUNTS[role]
    while code in taken:
        code += "0"
    return Account(organisation_id=organisation, role=role, code=code, name=name, kind=kind)
