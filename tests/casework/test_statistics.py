"""Statistics of casework: every case counted once, in its place, month and matter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from shetong.casework.models import Case
from shetong.casework.queries.statistics import Figures, statistics
from shetong.casework.services import review
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def test_open_late_returned_and_average_are_what_happened() -> None:
    today = timezone.localdate()
    running = factories.accepted()
    review.forward(case_id=running.pk, actor=factories.registrar(), opinion="同意。")
    review.send_back(case_id=running.pk, actor=factories.registrar(), reason="请再核对。")
    Case.objects.filter(pk=running.pk).update(next_on=today - timedelta(days=1))
    done = factories.approved()
    Case.objects.filter(pk=done.pk).update(
        accepted_on=today - timedelta(days=7), decide_by=today - timedelta(days=1), decided_on=today
    )
    found = statistics("110000", today - timedelta(days=30), today)
    assert found.total == Figures(submitted=2, open=1, overdue=1, decided=1, late=1, returned=1, days=7)
    assert found.total.average == "7.0"
    for groups in (found.divisions, found.matters, found.months):
        assert sum((one.figures for one in groups), Figures()) == found.total
    assert [(one.key, one.deeper) for one in found.divisions] == [(factories.DISTRICT, False)]
    assert [(one.key, one.deeper) for one in statistics("100000", today, today).divisions] == [("110000", True)]


def test_the_period_narrows_all_but_what_is_open_today() -> None:
    today = timezone.localdate()
    factories.accepted()
    earlier = statistics("110000", today - timedelta(days=60), today - timedelta(days=30))
    assert (earlier.total.submitted, earlier.total.open) == (0, 1)
    assert statistics("310000", today, today).total == Figures()
    assert statistics("110000", today, today, matter="SO-CHG").total == Figures()


def test_one_query(django_assert_num_queries: Any) -> None:
    factories.submitted()
    with django_assert_num_queries(1):
        statistics("100000", timezone.localdate(), timezone.localdate())


def test_a_supervisor_sees_his_division_and_no_other() -> None:
    case = factories.approved()
    near, far = signed_in(registry.official("supervisor", factories.DISTRICT)), signed_in(factories.chief("440100"))
    page = near.get(reverse("casework:statistics")).content.decode()
    assert "朝阳区" in page
    # The first day of the calendar is no period.
    assert near.get(reverse("casework:statistics"), {"last": "0001-01-01"}).status_code == 200
    foreign = far.get(reverse("casework:statistics"), {"division": factories.DISTRICT, "first": "x", "last": "9999"})
    assert foreign.context["shown"].division == "440100"
    assert foreign.context["shown"].total == Figures()
    table = near.get(reverse("casework:statistics-export")).content.decode()
    assert case.matter in table
    assert signed_in(factories.registrar()).get(reverse("casework:statistics")).status_code == 403
