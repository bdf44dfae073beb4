"""The demonstration's cases: told through the services, in the order of time, once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.utils import timezone

from shetong.accounts.services.demo import demo_accounts_active
from shetong.casework.models import Case, CaseEvent, State
from shetong.registry.demo import case_stories
from shetong.registry.models import Organisation
from tests.registry import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _told() -> None:
    for kind in ("PN", "SG", "SG"):
        factories.register_organisation(kind=kind, demo=True)
    case_stories.tell()


def test_every_state_can_be_seen_and_nothing_is_told_twice() -> None:
    states = set(Case.objects.values_list("state", flat=True))
    assert states >= {
        State.DRAFT, State.SUBMITTED, State.CORRECTION, State.REVIEWING, State.SUSPENDED, State.APPROVED,
        State.DELIVERED, State.WITHDRAWN,
    }  # fmt: skip
    matters = set(Case.objects.values_list("matter", flat=True))
    assert matters >= {"SO-SG-EST", "SO-PN-EST", "SO-FD-EST", "SO-CHG", "SO-CAN", "SO-REISSUE"}
    assert not Case.objects.exclude(demo=True).exists()
    before = Case.objects.count()
    assert case_stories.tell() == before


def test_the_past_has_its_order_and_ends_now() -> None:
    events = list(CaseEvent.objects.order_by("pk"))
    assert all(one.recorded_at <= other.recorded_at for one, other in pairwise(events))
    assert events[-1].recorded_at <= timezone.now()
    today = timezone.localdate()
    assert Case.objects.filter(state=State.REVIEWING, next_on__lt=today).exists()
    assert Case.objects.filter(state=State.SUBMITTED, next_on__gte=today).exists()
    numbers = [case.number for case in Case.objects.exclude(number=None).order_by("submitted_at")]
    assert len(set(numbers)) == len(numbers)


def test_a_body_tells_its_history() -> None:
    body = Organisation.objects.get(name="北京市朝阳区社区花园营造联合会")
    assert body.demo
    assert [filing.kind for filing in body.filings.order_by("pk")] == ["registration", "officers", "change"]
    assert [permit.title for permit in body.permits.order_by("pk")] == ["准予社会团体成立登记", "准予变更登记"]


def test_nobody_can_log_in_as_those_who_told() -> None:
    assert demo_accounts_active() == []
