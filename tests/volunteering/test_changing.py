"""Changes of what people signed up for, suspensions, and the end of activities."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shetong.accounts.models import Message
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.volunteering import jobs
from shetong.volunteering.models import (
    ActivityState,
    CheckInWay,
    Datum,
    Shift,
    Signup,
    SignupEvent,
    SignupState,
    Suspension,
    TeamState,
    VolunteerState,
)
from shetong.volunteering.rules import fence
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services import activities, changing, places, suspensions
from shetong.volunteering.services.changing import When
from shetong.volunteering.services.signups import SignupRefusedError, sign_up
from tests.casework.factories import registrar
from tests.volunteering import factories

pytestmark = pytest.mark.django_db


def leader(shift: Shift) -> Any:
    return factories.leader_of(shift.post.activity.team)


def move(shift: Shift, hour: int, **place: Any) -> int:
    to = When(factories.tomorrow(hour), 120, **place)
    return changing.change_session(actor=leader(shift), session_id=shift.session_id, to=to)


def counts(shift: Shift) -> tuple[int, int]:
    shift.refresh_from_db()
    return shift.taken, shift.waiting


def test_a_session_moves_with_everybody_and_all_are_told_the_old_and_the_new() -> None:
    shift = factories.shift(places=1)
    holder, waiter = factories.volunteer(), factories.volunteer()
    for who in (holder, waiter):
        sign_up(shift_id=shift.pk, volunteer_id=who.pk)
    assert move(shift, 14, address="示范路9号", spot=Spot(116.5, 39.9), crs=Datum.GCJ02) == 0
    shift.session.refresh_from_db()
    assert shift.session.venue == "示范路9号"
    assert {each.during for each in Signup.objects.all()} == {shift.session.during}
    assert (shift.session.during.lower, counts(shift)) == (factories.tomorrow(14), (1, 1))
    for who in (holder, waiter):
        text = Message.objects.get(recipient=who.user).text
        for part in (" 09:00", " 14:00", "示范路1号社区活动中心", "示范路9号", "请尽早取消"):
            assert part in text, part
    assert SignupEvent.objects.filter(act="reschedule").count() == 2
    # The hours that the session left are free again, those that it took are not.
    assert sign_up(shift_id=factories.shift(hour=9).pk, volunteer_id=holder.pk).state == SignupState.HELD
    with pytest.raises(SignupRefusedError, match="已有另一个班次"):
        sign_up(shift_id=factories.shift(hour=15).pk, volunteer_id=holder.pk)


def test_whose_other_place_is_in_the_way_keeps_it_and_may_choose() -> None:
    shift, other = factories.shift(places=1), factories.shift(hour=14)
    busy, waiter = factories.volunteer(), factories.volunteer()
    mine = sign_up(shift_id=shift.pk, volunteer_id=busy.pk).signup_id
    kept = sign_up(shift_id=other.pk, volunteer_id=busy.pk).signup_id
    sign_up(shift_id=shift.pk, volunteer_id=waiter.pk)
    assert move(shift, 14) == 1
    displaced = Signup.objects.get(pk=mine)
    assert (displaced.state, counts(shift)) == (SignupState.WAITING, (0, 2))
    assert Signup.objects.get(pk=kept).state == SignupState.HELD
    assert other.post.activity.title in Message.objects.get(recipient=busy.user).text
    # The place is kept for them, and theirs again as soon as they give up the other.
    assert jobs.waiting_lists(0) == 0
    places.withdraw(signup_id=kept, actor=busy.user)
    assert jobs.waiting_lists(0) == 1
    displaced.refresh_from_db()
    assert displaced.state == SignupState.HELD


def test_who_does_not_choose_in_time_leaves_the_place_to_the_next() -> None:
    shift, other = factories.shift(places=1), factories.shift(hour=14)
    busy, waiter = factories.volunteer(), factories.volunteer()
    mine = sign_up(shift_id=shift.pk, volunteer_id=busy.pk).signup_id
    sign_up(shift_id=other.pk, volunteer_id=busy.pk)
    following = sign_up(shift_id=shift.pk, volunteer_id=waiter.pk).signup_id
    move(shift, 14)
    Signup.objects.filter(pk=mine).update(confirm_by=timezone.now() - timedelta(minutes=1))
    assert places.move_up(shift_id=shift.pk) == [following]
    assert Signup.objects.get(pk=mine).state == SignupState.LAPSED
    assert counts(shift) == (1, 0)


def test_what_cannot_be_is_refused() -> None:
    activity = factories.activity(check_in=CheckInWay.PLACE)
    shift, second = factories.shift(activity), factories.shift(activity, hour=14)
    for hour, days, minutes, field in ((9, -1, 120, "day"), (9, 1, 5, "minutes"), (14, 1, 120, "time")):
        to = When(factories.tomorrow(hour, days=days), minutes)
        with pytest.raises(InvalidInputError) as caught:
            changing.change_session(actor=leader(shift), session_id=shift.session_id, to=to)
        assert field in caught.value.fields
    with pytest.raises(InvalidInputError) as caught:
        move(shift, 16, address="别处")
    assert "spot" in caught.value.fields
    to = When(factories.tomorrow(16), 60)
    with pytest.raises(ForbiddenError):
        changing.change_session(actor=factories.person(), session_id=second.session_id, to=to)
    with pytest.raises(NotFoundError):
        changing.change_session(actor=leader(shift), session_id=0, to=to)
    early = factories.held(second)
    Signup.objects.filter(pk=early.pk).update(state=SignupState.PRESENT)
    with pytest.raises(WrongStateError, match="已有人签到"):
        move(second, 18)


def test_fewer_places_than_are_held_are_refused_and_more_go_to_the_queue(
    django_capture_on_commit_callbacks: Any,
) -> None:
    shift = factories.shift(places=2)
    people = [factories.volunteer() for _ in range(3)]
    for who in people:
        sign_up(shift_id=shift.pk, volunteer_id=who.pk)
    given = {"actor": leader(shift), "shift_id": shift.pk, "waiting_limit": 5}
    with pytest.raises(InvalidInputError, match="不能少于2"):
        changing.change_shift(room=1, **given)
    with django_capture_on_commit_callbacks(execute=True):
        changing.change_shift(room=4, **given)
    assert Signup.objects.get(volunteer=people[2]).state == SignupState.OFFERED
    assert (counts(shift), shift.places, shift.waiting_limit) == ((3, 0), 4, 5)


def test_a_post_changes_its_shifts_to_come_and_drops_nobody() -> None:
    first = factories.shift(places=2)
    activity, post = first.post.activity, first.post
    second = Shift.objects.create(
        session=factories.shift(activity, hour=14).session, post=post, places=2, waiting_limit=post.waiting_limit
    )
    people = [factories.volunteer() for _ in range(2)]
    for who in people:
        sign_up(shift_id=first.pk, volunteer_id=who.pk)
    values = {"places": 1, "skills": ["first-aid"], "title": "急救员"}
    kept = changing.change_post(actor=leader(first), post_id=post.pk, values=values)
    assert [shift.pk for shift in kept] == [first.pk]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.places, second.places) == (2, 1)
    assert "现为“急救”" in Message.objects.get(recipient=people[0].user).text
    assert Signup.objects.filter(state=SignupState.HELD).count() == 2
    with pytest.raises(InvalidInputError) as caught:
        changing.change_post(actor=leader(first), post_id=post.pk, values={"age_from": -1, "training": "x" * 101})
    assert set(caught.value.fields) == {"age_from", "training"}


def test_an_activity_is_over_with_its_last_session_and_goes_on_with_another() -> None:
    going_on, over, cancelled = factories.shift(), factories.running(ago=300), factories.shift()
    cancelled.session.state, cancelled.session.cancel_reason = "cancelled", "雨"
    cancelled.session.save()
    assert jobs.finish(0) == 1
    activity = over.post.activity
    activity.refresh_from_db()
    assert activity.state == ActivityState.FINISHED
    assert going_on.post.activity.state == cancelled.post.activity.state == ActivityState.RECRUITING
    activities.add_sessions(actor=leader(over), activity_id=activity.pk, starts_at=factories.tomorrow(), minutes=60)
    activity.refresh_from_db()
    assert activity.state == ActivityState.RECRUITING


def test_a_suspended_volunteer_is_told_why_and_gives_places_back() -> None:
    shift = factories.shift(places=1)
    who, official = factories.volunteer(), registrar("110105")
    sign_up(shift_id=shift.pk, volunteer_id=who.pk)
    with pytest.raises(ForbiddenError):
        suspensions.suspend(actor=registrar("310104"), number=who.number, reason="多次无故缺席。")
    with pytest.raises(InvalidInputError):
        suspensions.suspend(actor=official, number=who.number, reason="无")
    made = suspensions.suspend(actor=official, number=f" {who.number.lower()} ", reason="多次无故缺席。")
    assert counts(shift) == (0, 0)
    assert Message.objects.filter(recipient=who.user, title__contains="已暂停", text__contains="无故缺席").exists()
    with pytest.raises(SignupRefusedError) as caught:
        sign_up(shift_id=shift.pk, volunteer_id=who.pk)
    assert caught.value.code == "not-active"
    with pytest.raises(WrongStateError):
        suspensions.suspend(actor=official, number=who.number, reason="再来一次。")
    suspensions.end(actor=official, suspension_id=made.pk, reason="已说明情况。")
    who.refresh_from_db()
    assert who.state == VolunteerState.ACTIVE
    with pytest.raises(WrongStateError):
        suspensions.end(actor=official, suspension_id=made.pk, reason="已说明情况。")
    assert sign_up(shift_id=shift.pk, volunteer_id=who.pk).state == SignupState.HELD


def test_a_suspended_team_recruits_nobody() -> None:
    shift = factories.shift()
    activity = shift.post.activity
    official = registrar("110105")
    suspensions.suspend(actor=official, number=activity.team.number, reason="未按方案组织。")
    activity.refresh_from_db()
    activity.team.refresh_from_db()
    assert (activity.state, activity.team.state) == (ActivityState.CLOSED, TeamState.SUSPENDED)
    with pytest.raises(WrongStateError, match="暂停"):
        activities.reopen(actor=leader(shift), activity_id=activity.pk)
    assert Message.objects.filter(recipient=leader(shift), title__contains="已暂停").exists()
    suspensions.end(actor=official, suspension_id=Suspension.objects.get().pk, reason="已经整改。")
    assert activities.reopen(actor=leader(shift), activity_id=activity.pk).state == ActivityState.RECRUITING


def test_a_place_from_a_map_of_china_is_judged_with_its_shift() -> None:
    place, here = Spot(116.48, 39.95), fence.Position(116.4862, 39.9514, 10)
    assert fence.judge(here, place, fence=fence.reach(300, Datum.WGS84)).verdict == "outside"
    assert fence.judge(here, place, fence=fence.reach(300, Datum.GCJ02)).verdict == "inside"
