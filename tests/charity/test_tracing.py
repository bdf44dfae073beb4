"""Every fen that came in is found again where it went, and back."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import TypeVar

import pytest
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.charity.models import (
    BeneficiaryCategory,
    Channel,
    Disbursement,
    Donation,
    EvidenceKind,
    OutflowKind,
    Pool,
    ReversalKind,
)
from shetong.charity.queries import tracing
from shetong.charity.queries.public_log import pools_against_rows
from shetong.charity.queries.tracing import PASSING, Fate
from shetong.charity.rules.tracing import advance, share, within
from shetong.charity.services import arrivals, projects, refunds, spending
from shetong.core.errors import ConflictError
from tests.charity.factories import SYSTEM, TODAY, foundation, general, gift, give, pool, project, spend

Row = TypeVar("Row", bound=Model)


def refund(donation: Donation, quantity: int) -> None:
    refunds.take_back(
        donation=donation.pk,
        quantity=quantity,
        kind=ReversalKind.REFUND,
        reason="捐赠人申请",
        reversed_at=timezone.now(),
        actor=SYSTEM,
    )


def move(source: Pool, target: Pool, quantity: int) -> None:
    spending.transfer(
        pool=source.pk, into=target.pk, quantity=quantity, reason="项目结余转入", spent_on=TODAY, actor=SYSTEM
    )


def bring_back(row: Disbursement, quantity: int) -> None:
    spending.give_back(disbursement=row.pk, quantity=quantity, reason="供应商退款", returned_on=TODAY, actor=SYSTEM)


def fates(donation: Donation) -> list[tuple[str, int]]:
    donation.refresh_from_db()
    return [(leg.fate.value, leg.quantity) for leg in tracing.path_of(donation)]


def payers(row: Disbursement) -> list[tuple[int, int]]:
    return [(one.donation.pk, one.quantity) for one in tracing.contributions(row)]


class TestTheRule:
    """The arithmetic of intervals."""

    @given(st.integers(0, 1000), st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=8), st.data())
    def test_an_outflow_covers_its_quantity_whatever_holes_lie_in_it(
        self, frontier: int, gaps: list[tuple[int, int]], data: st.DataObject
    ) -> None:
        holes, at = [], frontier
        for gap, length in gaps:
            holes.append((at + gap, at + gap + length))
            at += gap + length
        quantity = data.draw(st.integers(1, 500))
        end = advance(frontier, quantity, holes)
        assert within((frontier, end), holes) == quantity
        assert not any(start < end < stop for start, stop in holes)

    @given(st.integers(0, 10**12), st.integers(1, 10**6), st.lists(st.integers(1, 10**5), max_size=10))
    def test_shares_of_parts_add_up(self, amount: int, quantity: int, cuts: list[int]) -> None:
        points = sorted({0, quantity, *(cut for cut in cuts if cut < quantity)})
        parts = list(itertools.pairwise(points))
        assert sum(share(amount, quantity, part) for part in parts) == amount


@pytest.mark.django_db
class TestPaths:
    """What a donor and the public see."""

    def test_first_in_first_out(self) -> None:
        here = pool()
        one, two = give(here, 300, 500)
        lunch = spend(here, 400)
        assert fates(one) == [("spent", 300)]
        assert fates(two) == [("spent", 100), ("held", 400)]
        assert payers(lunch) == [(one.pk, 300), (two.pk, 100)]

    def test_earmarked_money_pays_for_its_own_purpose_only(self) -> None:
        of = project()
        free, bound = pool(of), pool(of, "kitchen")
        (gift_free,) = give(free, 300)
        (gift_bound,) = give(bound, 300)
        spend(free, 300)
        assert fates(gift_free) == [("spent", 300)]
        assert fates(gift_bound) == [("held", 300)]
        with pytest.raises(ConflictError, match="可用结存只有0元"):
            spend(free, 1)

    def test_what_was_refunded_before_it_was_spent_pays_for_nothing(self) -> None:
        here = pool()
        one, two, three = give(here, 300, 500, 200)
        refund(two, 450)
        row = spend(here, 400)
        assert payers(row) == [(one.pk, 300), (two.pk, 50), (three.pk, 50)]
        assert fates(two) == [("spent", 50), ("refunded", 450)]
        assert fates(three) == [("spent", 50), ("held", 150)]
        here.refresh_from_db()
        assert (here.balance, here.held) == (150, 150)

    def test_a_refund_of_spent_money_is_paid_by_the_general_pool(self) -> None:
        here = pool()
        (one,) = give(here, 300)
        spend(here, 200)
        with pytest.raises(ConflictError, match="已经用出"):
            refund(one, 300)
        means = general(here.organisation)
        (kind,) = give(means, 1_000)
        refund(one, 300)
        assert fates(one) == [("spent", 200), ("refunded", 100)]
        assert fates(kind) == [("spent", 200), ("held", 800)]
        with pytest.raises(ConflictError, match="尚未退回"):
            refund(one, 1)

    def test_a_transfer_is_passed_through_in_both_directions(self) -> None:
        here = pool()
        there = pool(project(here.organisation))
        one, two = give(here, 300, 500)
        (three,) = give(there, 50)
        refund(one, 100)
        spend(here, 100)
        move(here, there, 400)
        row = spend(there, 250)
        assert fates(one) == [("spent", 100), ("moved", 100), ("spent", 100), ("refunded", 100)]
        assert payers(row) == [(three.pk, 50), (one.pk, 100), (two.pk, 100)]
        assert fates(two) == [("moved", 300), ("spent", 100), ("held", 200), ("held", 200)]

    def test_money_that_came_back_is_spent_again(self) -> None:
        here = pool()
        one, two = give(here, 300, 500)
        bring_back(spend(here, 400), 150)
        assert fates(one) == [("spent", 250), ("returned", 50), ("held", 50)]
        assert fates(two) == [("returned", 100), ("held", 100), ("held", 400)]
        again = spend(here, 500)
        assert payers(again) == [(two.pk, 400), (one.pk, 50), (two.pk, 50)]

    def test_a_grant_is_followed_to_what_the_partner_did(self) -> None:
        of = project()
        here = pool(of)
        partner = projects.add_partner(project=of, name="示范服务中心", task="配餐", actor=SYSTEM)
        child = projects.add_beneficiary(
            project=of,
            name="孙示范",
            division_code="530602",
            category=BeneficiaryCategory.CHILD,
            actor=SYSTEM,
            age_from=6,
            age_to=12,
        )
        one, two = give(here, 300, 500)
        grant = spend(here, 600, OutflowKind.GRANT, partner=partner)
        part = arrivals.partner_spent(
            grant=grant.pk, quantity=450, purpose="午餐", spent_on=TODAY, actor=SYSTEM, beneficiary=child
        )
        assert fates(one) == [("used", 300)]
        assert fates(two) == [("used", 150), ("waiting", 150), ("held", 200)]
        arrivals.prove(
            disbursement=grant.pk,
            part=part,
            kind=EvidenceKind.DELIVERY,
            title="签收单",
            digest="ab" * 32,
            reached_final=True,
            actor=SYSTEM,
        )
        part.refresh_from_db()
        assert part.reached_final
        with pytest.raises(ConflictError, match="余额"):
            arrivals.partner_spent(grant=grant.pk, quantity=151, purpose="午餐", spent_on=TODAY, actor=SYSTEM)

    def test_goods_are_traced_in_units_and_valued_by_what_they_were_taken_at(self) -> None:
        goods = pool(asset="mask-n95", unit="只")
        (one,) = give(goods, 1_000, quantity=3, channel=Channel.GOODS)
        (two,) = give(goods, 500, quantity=5, channel=Channel.GOODS)
        row = spend(goods, 4, OutflowKind.AID)
        assert row.amount == 1_000 + 100
        assert payers(row) == [(one.pk, 3), (two.pk, 1)]

    def test_a_correction_replaces_a_donation_and_points_back(self) -> None:
        here = pool()
        (wrong,) = give(here, 3_000)
        right = refunds.correct(
            donation=wrong.pk, gift=gift(here, 300, corrects=wrong.pk), reason="金额录入错误", actor=SYSTEM
        )
        here.refresh_from_db()
        assert (right.corrects_id, here.balance) == (wrong.pk, 300)
        assert fates(wrong) == [("refunded", 3_000)]


def pick(chance: random.Random, rows: QuerySet[Row]) -> Row | None:
    found = list(rows.order_by("pk"))
    return chance.choice(found) if found else None


def live_some_life(chance: random.Random, pools: list[Pool]) -> None:
    """Give, spend, refund, move and bring back at random."""
    here = Pool.objects.get(pk=chance.choice(pools).pk)
    act = chance.choice(("give", "give", "spend", "refund", "move", "back"))
    if act == "give":
        give(here, *(chance.randint(1, 50) for _ in range(chance.randint(1, 4))))
    elif act == "spend" and here.held:
        spend(here, chance.randint(1, here.held))
    elif act == "refund" and (donation := pick(chance, Donation.objects.all())):
        refund(donation, chance.randint(1, 30))
    elif act == "move" and here.held:
        move(here, chance.choice([one for one in pools if one.pk != here.pk]), chance.randint(1, here.held))
    elif act == "back" and (row := pick(chance, Disbursement.objects.exclude(kind__in=("transfer", "refund")))):
        bring_back(row, chance.randint(1, row.quantity))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_money_is_conserved_and_both_directions_agree(seed: int) -> None:
    chance = random.Random(seed)
    organisation = foundation()
    pools = [general(organisation), *(pool(project(organisation)) for _ in range(2))]
    for _ in range(40):
        try:
            live_some_life(chance, pools)
        except ConflictError:
            continue
    forward: Counter[tuple[int, int]] = Counter()
    for donation in Donation.objects.all():
        legs = tracing.path_of(donation)
        assert sum(leg.quantity for leg in legs if leg.fate not in PASSING) == donation.quantity
        for leg in legs:
            if leg.disbursement and leg.fate in (Fate.SPENT, Fate.RETURNED):
                forward[leg.disbursement.pk, donation.pk] += leg.quantity
    backward: Counter[tuple[int, int]] = Counter()
    for row in Disbursement.objects.exclude(kind=OutflowKind.TRANSFER):
        parts = list(tracing.contributions(row))
        assert [parts[0].units[0], parts[-1].units[1]] == [0, row.quantity]
        assert all(one.units[1] == two.units[0] for one, two in itertools.pairwise(parts))
        for part in parts:
            backward[row.pk, part.donation.pk] += part.quantity
    assert forward == backward
    assert not list(pools_against_rows())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
