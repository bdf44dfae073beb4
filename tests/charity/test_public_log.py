"""The charity log: whoever edits a row is named, and every sum follows from the entries alone."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from shetong.charity.models import Donation, OutflowKind, Pool
from shetong.charity.monitor import Sums
from shetong.charity.services.donors import erase
from shetong.core.errors import ConflictError
from shetong.ledger.models import Place
from shetong.ledger.monitor import FindingError
from shetong.ledger.queries import audit, tree
from shetong.ledger.services.sequence import sequence
from tests.charity.factories import foundation, general, give, pool, project, spend
from tests.charity.test_tracing import live_some_life, refund
from tests.ledger.tampering import tamper

pytestmark = pytest.mark.django_db
FIELDS = ("donations", "donated", "refunded", "carried_in", "carried_out", "returned", "spent", "balance")


def findings() -> tuple[str, ...]:
    sequence(log="charity")
    return audit.audit(tree.log_named("charity")).findings


def entries() -> list[dict[str, Any]]:
    """The log's entries in their places, as anybody reads them from the tiles."""
    sequence(log="charity")
    rows = Place.objects.filter(log__name="charity").order_by("index").values_list("entry__data", flat=True)
    return [json.loads(bytes(row)) for row in rows]


def read(sums: Sums, found: list[dict[str, Any]]) -> None:
    for index, entry in enumerate(found):
        sums.take(index, entry)


class TestTheAudit:
    """``shetong log audit charity``."""

    def test_an_edited_donation_is_named(self) -> None:
        here = pool()
        one, two = give(here, 300, 500)
        assert findings() == ()
        tamper(f"UPDATE charity_donation SET amount = 900 WHERE id = {two.pk}")
        said = findings()
        assert f"donation {two.pk} was changed after it was logged as donation-{two.pk}: amount" in said
        assert not any(f"donation {one.pk} " in line for line in said)
        assert f"pool {here.pk}: donated is not what its rows add up to" in said

    @pytest.mark.parametrize("change", ["shown = '钱**'", "platform_order = 'X'"])
    def test_who_gave_cannot_be_exchanged(self, change: str) -> None:
        (one,) = give(pool(), 300)
        findings()
        tamper(f"UPDATE charity_donation SET {change} WHERE id = {one.pk}")
        assert findings() == (f"donation {one.pk} was changed after it was logged as donation-{one.pk}: people.donor",)

    def test_a_donation_written_past_the_services_and_one_that_is_gone_are_named(self) -> None:
        here = pool()
        one, two = give(here, 300, 500)
        findings()
        tamper(f"UPDATE charity_donation SET id = {two.pk + 1000} WHERE id = {two.pk}")
        said = findings()
        assert f"donation-{two.pk} (charity.donation) is in the log, but its row is gone" in said
        assert f"donation-{two.pk + 1000} (charity.donation) has a row, but was never logged" in said
        assert one.pk

    def test_a_donor_can_be_erased_and_everything_stays_proven(self) -> None:
        (one,) = give(pool(), 300)
        erase(donation=one.pk, reason="本人申请", actor="system:tests")
        one.refresh_from_db()
        assert (one.shown, one.particulars_sealed) == ("", None)
        assert findings() == ()

    def test_books_that_say_something_else_are_noticed(self) -> None:
        here = pool()
        give(here, 300)
        findings()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        tamper(f"UPDATE charity_posting SET amount = amount * 2 WHERE pool_id = {here.pk}")
        assert findings() == (f"pool {here.pk}: books is not what its rows add up to",)


class TestTheMonitor:
    """``shetong log monitor --sums``, from the entries alone."""

    @pytest.mark.parametrize("seed", [1, 2])
    def test_it_derives_the_sums_that_the_pages_show(self, seed: int, tmp_path: Path) -> None:
        chance = random.Random(seed)
        organisation = foundation()
        pools = [general(organisation), *(pool(project(organisation)) for _ in range(2))]
        for _ in range(30):
            try:
                live_some_life(chance, pools)
            except ConflictError:
                continue
        sums = Sums(tmp_path / "sums.sqlite")
        found = entries()
        read(sums, found[:20])
        sums.commit()
        # A later visit goes on where the last one ended, whatever it is shown again.
        again = Sums(tmp_path / "sums.sqlite")
        read(again, found)
        totals = again.totals()
        for here in Pool.objects.select_related("organisation", "project"):
            place = f"{here.organisation.public_code}/{here.project.number if here.project else 'general'}"
            assert [totals[place][name] for name in FIELDS] == [getattr(here, name) for name in FIELDS]
        assert totals["all"]["donated"] == sum(Pool.objects.values_list("donated", flat=True))

    @pytest.mark.parametrize(
        ("kind", "changes"),
        [
            ("charity.donation", {"from": 1}),
            ("charity.donation", {"amount": 1}),
            ("charity.disbursement", {"quantity": 401, "amount": 401}),
            ("charity.disbursement", {"to": 10_000}),
            ("charity.disbursement", {"pool": 0}),
            ("charity.reversal", {"from": 100}),
            ("charity.reversal", {"quantity": 501}),
        ],
    )
    def test_an_entry_that_contradicts_those_before_it_is_a_finding(
        self, kind: str, changes: dict[str, Any], tmp_path: Path
    ) -> None:
        here = pool()
        _, two = give(here, 300, 500)
        spend(here, 400, OutflowKind.SERVICE)
        refund(two, 50)
        found = entries()
        honest = Sums(tmp_path / "honest.sqlite")
        read(honest, found)
        lie = next(entry for entry in reversed(found) if entry["type"] == kind)
        lie.update(changes)
        sums = Sums(tmp_path / "sums.sqlite")
        with pytest.raises(FindingError, match="entry"):
            read(sums, found)


def test_nothing_personal_is_in_the_log() -> None:
    give(pool(), 300, name="欧阳示范", shown="欧**")
    text = json.dumps(entries(), ensure_ascii=False)
    assert "欧" not in text
    assert Donation.objects.count() == 1
