"""The index of open activities follows what can be signed up for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shetong.volunteering import jobs
from shetong.volunteering.models import ActivityState, FinderEntry
from shetong.volunteering.rules import masks
from shetong.volunteering.services import finder
from shetong.volunteering.services.signups import sign_up
from tests.volunteering import factories

pytestmark = pytest.mark.django_db


def test_an_entry_tells_when_for_whom_and_how_many() -> None:
    activity = factories.activity()
    factories.shift(activity, places=3, hour=9, hours=6, skills=["driving"], age_from=18)
    factories.shift(activity, places=2, hour=20, days=2, age_to=60)
    assert finder.refresh([activity.pk]) == 1
    entry = FinderEntry.objects.get()
    first, second = (masks.slots_of_day(factories.tomorrow(days=days).date()) for days in (1, 2))
    assert entry.slots == [first[1], first[2], second[3]]
    assert entry.demands == [0, masks.demand(["driving"], [])]
    assert (entry.room, entry.age_from, entry.age_to) == (5, 0, 200)


def test_what_is_full_is_not_offered_and_comes_back() -> None:
    shift = factories.shift(places=1)
    activity = shift.post.activity
    finder.refresh([activity.pk])
    who = factories.volunteer()
    sign_up(shift_id=shift.pk, volunteer_id=who.pk)
    jobs.refresh_finder(activity_id=activity.pk)
    assert not FinderEntry.objects.exists()


def test_what_is_over_or_does_not_recruit_is_forgotten() -> None:
    kept, closed, begun, long_ago, ended = (factories.shift().post.activity for _ in range(5))
    finder.refresh([kept.pk, closed.pk, begun.pk, long_ago.pk, ended.pk])
    assert FinderEntry.objects.count() == 5
    closed.state = ActivityState.CLOSED
    closed.save()
    now = timezone.now()
    begun.sessions.update(during=(now - timedelta(hours=1), now + timedelta(hours=1)))
    FinderEntry.objects.filter(pk=begun.pk).update(slots=[masks.slot(timezone.localtime(now))])
    # Nobody looked for days; sign-up ended between two looks.
    long_ago.sessions.update(during=(now - timedelta(hours=80), now - timedelta(hours=78)))
    FinderEntry.objects.filter(pk=long_ago.pk).update(slots=masks.slots_of_day((now - timedelta(days=3)).date())[:1])
    ended.closes_at = now - timedelta(hours=1)
    ended.save()
    jobs.refresh_finder(activity_id=closed.pk)
    assert jobs.forget_past(0) == 0
    assert list(FinderEntry.objects.values_list("pk", flat=True)) == [kept.pk]
