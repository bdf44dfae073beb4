"""Cancellations, offers and changes while people press: real concurrent transactions."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from shetong.accounts.models import Message
from shetong.volunteering.models import LIVE, Shift, Signup, SignupState
from shetong.volunteering.services import cancelling, changing, places
from shetong.volunteering.services.signups import SignupRefusedError, sign_up
from tests.casework.test_races import at_once
from tests.volunteering import factories
from tests.volunteering.test_races import assert_counts_are_true

pytestmark = pytest.mark.django_db(transaction=True)


def crowd(shift: Shift, many: int) -> tuple[list[int], list[Any]]:
    """Return sign-ups of half of a crowd, and the acts with which the other half signs up."""
    people = [factories.volunteer() for _ in range(many)]
    there = [sign_up(shift_id=shift.pk, volunteer_id=who.pk).signup_id for who in people[: many // 2]]
    return there, [lambda who=who: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for who in people[many // 2 :]]


def test_whoever_signs_up_while_a_session_is_cancelled_is_told_or_refused() -> None:
    shift = factories.shift(places=3)
    leader = factories.leader_of(shift.post.activity.team)
    _there, coming = crowd(shift, 10)
    Shift.objects.filter(pk=shift.pk).update(places=5)  # two of those who wait may move up in this moment
    acts = [
        *coming,
        lambda: cancelling.cancel_session(actor=leader, session_id=shift.session_id, reason="场地停电。"),
        lambda: places.move_up(shift_id=shift.pk),
    ]
    results = at_once(acts)
    assert {result.code for result in results if isinstance(result, SignupRefusedError)} <= {"closed"}
    cancelling.drop_cancelled(activity_id=shift.post.activity_id)
    assert not Signup.objects.filter(state__in=LIVE).exists()
    told = set(Message.objects.filter(title__contains="已取消").values_list("recipient", flat=True))
    assert told == set(Signup.objects.values_list("volunteer__user", flat=True))
    assert_counts_are_true()


def test_an_offer_is_confirmed_or_lapses_and_never_both() -> None:
    shift = factories.shift(places=1)
    people = [factories.volunteer() for _ in range(3)]
    first, second, third = (sign_up(shift_id=shift.pk, volunteer_id=who.pk).signup_id for who in people)
    places.withdraw(signup_id=first, actor=people[0].user)
    Signup.objects.filter(pk=second).update(confirm_by=timezone.now() + timedelta(milliseconds=40))
    lapse = [lambda: places.lapse(signup_id=second)] * 4
    at_once([*lapse, *[lambda: places.confirm(signup_id=second, actor=people[1].user)] * 4, *lapse])
    while Signup.objects.get(pk=second).state == SignupState.OFFERED:
        places.lapse(signup_id=second)
    states = (Signup.objects.get(pk=second).state, Signup.objects.get(pk=third).state)
    assert states in ((SignupState.HELD, SignupState.WAITING), (SignupState.LAPSED, SignupState.OFFERED))
    assert_counts_are_true()


def test_nobody_is_signed_up_for_a_time_that_changed_meanwhile() -> None:
    shift = factories.shift(places=4)
    leader = factories.leader_of(shift.post.activity.team)
    _there, coming = crowd(shift, 10)
    to = changing.When(factories.tomorrow(15), 90)
    change = partial(changing.change_session, actor=leader, session_id=shift.session_id, to=to)
    results = at_once([*coming[:3], change, *coming[3:]])
    shift.session.refresh_from_db()
    assert {each.during for each in Signup.objects.all()} == {shift.session.during}
    assert {result.code for result in results if isinstance(result, SignupRefusedError)} <= {"moved"}
    assert_counts_are_true()
