"""What the database itself refuses, whatever program writes into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from shetong.charity.models import Account, Channel, Disbursement, Donation, JournalEntry, Platform, Pool, Posting
from shetong.registry.models import Organisation
from tests.charity.factories import foundation, general, give, pool, spend

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def check_now() -> None:
    """Check what is else checked at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def entry_of(organisation: Organisation) -> JournalEntry:
    return JournalEntry.objects.create(
        organisation=organisation, booked_on=timezone.localdate(), summary="", recorded_at=timezone.now()
    )


def bank_of(organisation: Organisation) -> Account:
    return Account.objects.create(organisation=organisation, code="1002", name="银行存款", kind="asset")


def test_an_unbalanced_entry_cannot_be_committed() -> None:
    organisation = foundation()
    account, entry = bank_of(organisation), entry_of(organisation)
    Posting.objects.create(entry=entry, account=account, amount=100)
    refused(check_now)
    Posting.objects.create(entry=entry, account=account, amount=-100)
    check_now()


def test_an_entry_stays_within_the_books_of_one_organisation() -> None:
    one, other = foundation(), foundation()

    def book_across() -> None:
        entry = entry_of(one)
        for account, amount in zip((bank_of(one), bank_of(other)), (100, -100), strict=True):
            Posting.objects.create(entry=entry, account=account, amount=amount)
        check_now()

    refused(book_across)


def test_a_donation_can_be_neither_changed_nor_deleted_only_its_donor_erased() -> None:
    (donation,) = give(pool(), 5_000)
    rows = Donation.objects.filter(pk=donation.pk)
    refused(lambda: rows.update(amount=1))
    refused(lambda: rows.update(refunded=100))
    refused(lambda: rows.update(shown="钱**"))
    refused(rows.delete)
    rows.update(particulars_sealed=None, shown="")


def test_a_donation_may_not_leave_a_gap_in_its_pool() -> None:
    (donation,) = give(pool(), 5_000)
    for start in (4_999, 5_001):
        donation.pk = None
        donation.pool_from, donation.pool_to = start, start + 5_000
        refused(lambda: donation.save(force_insert=True))


@pytest.mark.parametrize(
    ("start", "end", "quantity"),
    [(1_000, 2_001, 1_000), (1_001, 2_001, 1_000), (1_000, 7_000, 6_000), (900, 1_900, 1_000)],
)
def test_a_disbursement_takes_what_its_positions_hold_and_no_more(start: int, end: int, quantity: int) -> None:
    here = pool()
    give(here, 5_000)
    twin = Disbursement.objects.get(pk=spend(here, 1_000).pk)
    twin.pk, twin.pool_from, twin.pool_to, twin.quantity = None, start, end, quantity
    refused(lambda: twin.save(force_insert=True))
    twin.pk, twin.pool_from, twin.pool_to, twin.quantity = None, 1_000, 2_000, 1_000
    twin.save(force_insert=True)


def test_the_counters_of_a_pool_cannot_be_written() -> None:
    here = pool()
    give(here, 5_000)
    refused(lambda: Pool.objects.filter(pk=here.pk).update(held=9_000))


def test_an_order_of_a_platform_is_taken_once() -> None:
    platform = Platform.objects.create(
        code="demo", name="演示平台", operator_name="演示公司", designated_on=timezone.localdate()
    )
    here = pool()
    order = {"channel": Channel.PLATFORM, "platform": platform.pk, "platform_code": "demo", "platform_order": "A1"}
    give(here, 100, **order)
    with pytest.raises(IntegrityError), transaction.atomic():
        give(here, 100, **order)


def test_the_general_pool_is_unrestricted() -> None:
    refused(lambda: Pool.objects.create(organisation=foundation(), restricted=True, opened_at=timezone.now()))
    assert not general(foundation()).restricted
