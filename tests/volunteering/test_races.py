"""Thousands who press at once: real concurrent transactions."""

from __future__ import annotations

import random

import pytest
from django.db.models import Count, Q

from shetong.volunteering.models import HOLDING, Shift, Signup, SignupState
from shetong.volunteering.services import places
from shetong.volunteering.services.signups import Answer, SignupRefusedError, sign_up
from tests.casework.test_races import at_once
from tests.volunteering import factories

pytestmark = pytest.mark.django_db(transaction=True)


def assert_counts_are_true() -> None:
    """What a shift counts is what its sign-ups say."""
    counted = Shift.objects.annotate(
        held=Count("signups", filter=Q(signups__state__in=HOLDING)),
        queued=Count("signups", filter=Q(signups__state=SignupState.WAITING)),
    )
    assert all((shift.taken, shift.waiting) == (shift.held, shift.queued) for shift in counted)


def test_five_places_and_twenty_four_people() -> None:
    shift = factories.shift(places=5, waiting_limit=10)
    people = [factories.volunteer() for _ in range(24)]
    results = at_once([lambda who=who: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for who in people])
    answers = [result for result in results if isinstance(result, Answer)]
    assert sum(answer.state == SignupState.HELD for answer in answers) == 5
    assert sorted(answer.queue for answer in answers if answer.queue) == list(range(1, 11))
    assert sum(isinstance(result, SignupRefusedError) and result.code == "full" for result in results) == 9
    assert_counts_are_true()
    tickets = Signup.objects.filter(shift=shift).order_by("ticket").values_list("state", flat=True)
    assert list(tickets) == ["held"] * 5 + ["waiting"] * 10


def test_one_person_who_presses_everywhere_has_one_place() -> None:
    shifts = [factories.shift(hour=9 + number % 2) for number in range(8)]
    who = factories.volunteer()
    results = at_once([lambda shift=shift: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for shift in shifts])
    assert sum(isinstance(result, Answer) for result in results) == 1
    assert {result.code for result in results if isinstance(result, SignupRefusedError)} == {"clash"}
    assert_counts_are_true()


def test_pressing_twice_is_one_sign_up() -> None:
    shift, who = factories.shift(), factories.volunteer()
    results = at_once([lambda: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for _ in range(8)])
    assert len({answer.signup_id for answer in results}) == 1
    assert sum(answer.new for answer in results) == 1
    assert_counts_are_true()


def test_withdrawals_and_sign_ups_at_once_keep_the_counts_true() -> None:
    shift = factories.shift(places=3)
    people = [factories.volunteer() for _ in range(8)]
    signups = [sign_up(shift_id=shift.pk, volunteer_id=who.pk).signup_id for who in people]
    newcomers = [factories.volunteer() for _ in range(6)]
    acts = [
        *(lambda pk=pk, who=who: places.withdraw(signup_id=pk, actor=who.user)
          for pk, who in list(zip(signups, people, strict=True))[:6]),
        *(lambda who=who: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for who in newcomers),
    ]  # fmt: skip
    random.Random(5).shuffle(acts)
    at_once(acts)
    places.move_up(shift_id=shift.pk)
    assert_counts_are_true()
    shift.refresh_from_db()
    assert shift.taken == 3
