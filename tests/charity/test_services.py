"""Who may write, and what happens when several write at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from shetong.accounts.models import AuditEvent
from shetong.casework.services import mandates
from shetong.charity.models import Donation, OutflowKind, Pool
from shetong.charity.queries.public_log import pools_against_rows
from shetong.charity.services import donations, refunds, spending
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError
from tests.casework.factories import applicant
from tests.charity.factories import TODAY, gift, give, pool, spend


@pytest.mark.django_db
class TestWho:
    """The organisation's agents write, nobody else."""

    def test_an_agent_may_and_a_stranger_may_not(self) -> None:
        here = pool()
        agent, stranger = applicant(), applicant()
        mandates.grant(
            organisation_code=here.organisation.public_code,
            organisation_name=here.organisation.name,
            division_code="110000",
            user=agent,
            basis="授权书",
            actor=None,
        )
        (one,) = donations.receive(gifts=[gift(here, 500)], actor=agent)
        for act in (
            lambda: donations.receive(gifts=[gift(here, 500)], actor=stranger),
            lambda: spending.disburse(
                pool=here.pk, quantity=1, kind=OutflowKind.AID, purpose="食材", spent_on=TODAY, actor=stranger
            ),
            lambda: refunds.take_back(
                donation=one.pk,
                quantity=1,
                kind="refund",  # type: ignore[arg-type]
                reason="退款",
                reversed_at=one.donated_at,
                actor=stranger,
            ),
        ):
            with pytest.raises(ForbiddenError, match="经办人"):
                act()

    def test_what_was_done_is_in_the_audit_trail_without_names(self) -> None:
        here = pool()
        give(here, 500)
        row = spend(here, 300)
        events = {event.action: event for event in AuditEvent.objects.filter(action__startswith="charity.")}
        assert events["charity.receive-donations"].detail == {"donations": 1, "amount": 500}
        assert events["charity.disburse"].target == f"disbursement:{row.pk}"
        assert "示范" not in str([event.detail for event in events.values()])

    def test_wrong_amounts_are_refused(self) -> None:
        here = pool()
        with pytest.raises(InvalidInputError, match="大于零"):
            give(here, 0)
        with pytest.raises(ConflictError, match="不足以支出"):
            spend(here, 1)


@pytest.mark.django_db(transaction=True)
def test_several_who_give_and_spend_at_once_leave_no_gap_and_overdraw_nothing() -> None:
    here = pool()
    give(here, 1_000)

    def give_some(number: int) -> bool:
        return done(lambda: give(here, *(100 + number for _ in range(5))))

    def spend_some(_number: int) -> bool:
        return done(lambda: spend(here, 700))

    def done(act: Any) -> bool:
        try:
            act()
        except ConflictError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as crowd:
        gave = [crowd.submit(give_some, number) for number in range(4)]
        spent = [crowd.submit(spend_some, number) for number in range(6)]
    assert all(one.result() for one in gave)
    assert Donation.objects.count() == 21
    found = Pool.objects.get(pk=here.pk)
    assert found.spent == 700 * sum(one.result() for one in spent)
    assert found.balance == found.held == found.received - found.spent >= 0
    assert list(pools_against_rows()) == []
