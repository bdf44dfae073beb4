"""Signing up: conditions, places, the waiting list, and what the database itself refuses."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shetong.accounts.models import AuditEvent, Message
from shetong.core.errors import ForbiddenError, NotFoundError, WrongStateError
from shetong.volunteering import jobs
from shetong.volunteering.models import (
    Activity,
    ActivityState,
    Admission,
    FinderEntry,
    Membership,
    MembershipState,
    Post,
    Session,
    SessionState,
    Shift,
    Signup,
    SignupEvent,
    SignupState,
    Training,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.rules import conditions
from shetong.volunteering.services import finder, places
from shetong.volunteering.services.signups import REFUSALS, Answer, SignupRefusedError, sign_up
from tests.volunteering import factories

pytestmark = pytest.mark.django_db


def signed(shift: Shift, **who: object) -> tuple[Volunteer, Answer]:
    volunteer = factories.volunteer(**who)
    return volunteer, sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk)


def counts(shift: Shift) -> tuple[int, int]:
    shift.refresh_from_db()
    return shift.taken, shift.waiting


def refused(shift: Shift, volunteer: Volunteer) -> str:
    with pytest.raises(SignupRefusedError) as caught:
        sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk)
    return caught.value.code


def test_places_go_in_order_and_then_the_queue_begins() -> None:
    shift = factories.shift(places=2, waiting_limit=2)
    answers = [signed(shift)[1] for _ in range(4)]
    assert [(answer.state, answer.queue) for answer in answers] == [
        (SignupState.HELD, 0), (SignupState.HELD, 0), (SignupState.WAITING, 1), (SignupState.WAITING, 2),
    ]  # fmt: skip
    assert refused(shift, factories.volunteer()) == "full"
    assert counts(shift) == (2, 2)
    assert list(Signup.objects.order_by("ticket").values_list("ticket", flat=True)) == [1, 2, 3, 4]


def test_asking_again_gives_the_same_sign_up() -> None:
    shift = factories.shift(places=1)
    signed(shift)
    volunteer, first = signed(shift)
    again = sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk)
    assert again == Answer(first.signup_id, SignupState.WAITING, 1, new=False)
    assert SignupEvent.objects.filter(signup=first.signup_id).count() == 1


def test_a_repeated_request_never_signs_up_anew() -> None:
    shift, volunteer, name = factories.shift(), factories.volunteer(), uuid4()
    first = sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk, request_key=name)
    places.withdraw(signup_id=first.signup_id, actor=volunteer.user)
    late = sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk, request_key=name)
    assert (late.signup_id, late.state, late.new) == (first.signup_id, SignupState.WITHDRAWN, False)
    assert counts(shift) == (0, 0)
    other = factories.shift(hour=14)
    with pytest.raises(SignupRefusedError) as caught:
        sign_up(shift_id=other.pk, volunteer_id=volunteer.pk, request_key=name)
    assert caught.value.code == "key-of-another"
    assert sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk, request_key=uuid4()).new


def test_nobody_is_in_two_places_at_once() -> None:
    first, overlapping, after = factories.shift(hour=9), factories.shift(hour=10), factories.shift(hour=11)
    volunteer, answer = signed(first)
    with pytest.raises(SignupRefusedError) as caught:
        sign_up(shift_id=overlapping.pk, volunteer_id=volunteer.pk)
    assert (caught.value.code, caught.value.clash) == ("clash", answer.signup_id)
    assert sign_up(shift_id=after.pk, volunteer_id=volunteer.pk).state == SignupState.HELD
    signup = Signup.objects.get(pk=answer.signup_id)
    with pytest.raises(IntegrityError, match="signup_one_place_at_a_time"), transaction.atomic():
        Signup.objects.create(
            shift=overlapping, volunteer=volunteer, state=SignupState.HELD, ticket=1,
            during=overlapping.session.during, applied_at=signup.applied_at,
        )  # fmt: skip


def test_the_database_refuses_to_sell_more_than_there_is() -> None:
    shift = factories.shift(places=1)
    with pytest.raises(IntegrityError, match="shift_never_oversold"), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(taken=2)


def test_events_stay() -> None:
    signed(factories.shift())
    with pytest.raises(IntegrityError, match="keeps everything"), transaction.atomic():
        SignupEvent.objects.all().delete()
    with pytest.raises(IntegrityError, match="keeps everything"), transaction.atomic():
        Signup.objects.all()._raw_delete("default")


def test_a_token_of_an_earlier_epoch_is_void() -> None:
    shift, volunteer = factories.shift(), factories.volunteer(token_epoch=3)
    with pytest.raises(SignupRefusedError) as caught:
        sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk, token_epoch=2)
    assert caught.value.code == "unknown-volunteer"
    assert sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk, token_epoch=3).new


def test_what_does_not_exist_is_said() -> None:
    assert refused(Shift(pk=0), factories.volunteer()) == "unknown-shift"
    assert refused(factories.shift(), Volunteer(pk=0)) == "unknown-volunteer"


def test_sign_ups_that_are_reviewed_take_a_place_only_when_admitted() -> None:
    shift = factories.shift(factories.activity(admission=Admission.REVIEW), places=1)
    (refused_one, first), (_, second) = signed(shift), signed(shift)
    assert first.state == second.state == SignupState.APPLIED
    assert counts(shift) == (0, 0)
    leader = factories.leader_of(shift.post.activity.team)
    places.admit(signup_id=second.signup_id, actor=leader)
    with pytest.raises(SignupRefusedError) as caught:
        places.admit(signup_id=first.signup_id, actor=leader)
    assert caught.value.code == "full"
    assert "增加名额" in caught.value.message  # in the organiser's words
    places.refuse(signup_id=first.signup_id, actor=leader, reason="名额已满。")
    assert counts(shift) == (1, 0)
    assert Message.objects.filter(recipient=refused_one.user, text="名额已满。").exists()
    assert AuditEvent.objects.filter(action="signup.admit", target=f"signup:{second.signup_id}").exists()
    with pytest.raises(WrongStateError):
        places.admit(signup_id=first.signup_id, actor=leader)


def test_only_the_organisers_admit_and_only_with_a_reason_refuse() -> None:
    shift = factories.shift(factories.activity(admission=Admission.REVIEW))
    _, answer = signed(shift)
    with pytest.raises(ForbiddenError):
        places.admit(signup_id=answer.signup_id, actor=factories.person())
    with pytest.raises(WrongStateError, match="理由"):
        places.refuse(signup_id=answer.signup_id, actor=factories.leader_of(shift.post.activity.team), reason=" ")


def test_a_place_that_becomes_free_goes_to_the_first_who_waits(django_capture_on_commit_callbacks: object) -> None:
    shift = factories.shift(places=1)
    holder, first = signed(shift)
    _, second = signed(shift)
    signed(shift)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        places.withdraw(signup_id=first.signup_id, actor=holder.user)
    offered = Signup.objects.get(pk=second.signup_id)
    assert offered.state == SignupState.OFFERED
    assert offered.confirm_by is not None
    assert offered.confirm_by <= offered.during.lower
    assert counts(shift) == (1, 1)
    done = places.confirm(signup_id=offered.pk, actor=offered.volunteer.user)
    assert (done.state, done.confirm_by) == (SignupState.HELD, None)


def test_who_has_another_place_by_then_is_told_and_keeps_nobody_waiting() -> None:
    shift, other = factories.shift(places=1, waiting_limit=2), factories.shift(places=1)
    holder, first = signed(shift)
    busy, waiting = signed(shift)
    _, next_in_line = signed(shift)
    sign_up(shift_id=other.pk, volunteer_id=busy.pk)
    places.withdraw(signup_id=first.signup_id, actor=holder.user)
    assert places.move_up(shift_id=shift.pk) == [next_in_line.signup_id]
    assert Signup.objects.get(pk=waiting.signup_id).state == SignupState.LAPSED
    assert Message.objects.filter(recipient=busy.user, text__contains="已有另一个班次").count() == 1
    assert counts(shift) == (1, 0)


def test_a_queue_of_people_who_are_busy_does_not_close_a_shift_with_room() -> None:
    shift, other = factories.shift(places=1, waiting_limit=1), factories.shift(places=1)
    holder, first = signed(shift)
    busy, _ = signed(shift)
    sign_up(shift_id=other.pk, volunteer_id=busy.pk)
    places.withdraw(signup_id=first.signup_id, actor=holder.user)
    assert places.move_up(shift_id=shift.pk) == []
    finder.refresh([shift.post.activity_id])
    assert FinderEntry.objects.get().room == 1
    assert signed(shift)[1].state == SignupState.HELD


def test_nobody_overtakes_the_queue() -> None:
    shift = factories.shift(places=1)
    holder, first = signed(shift)
    signed(shift)
    places.withdraw(signup_id=first.signup_id, actor=holder.user)
    assert counts(shift) == (0, 1)
    _, newcomer = signed(shift)
    assert (newcomer.state, newcomer.queue) == (SignupState.WAITING, 2)


def test_an_offer_that_nobody_confirms_goes_on() -> None:
    shift = factories.shift(places=1)
    holder, first = signed(shift)
    _, second = signed(shift)
    _, third = signed(shift)
    places.withdraw(signup_id=first.signup_id, actor=holder.user)
    places.move_up(shift_id=shift.pk)
    assert not places.lapse(signup_id=second.signup_id)
    Signup.objects.filter(pk=second.signup_id).update(confirm_by=timezone.now() - timedelta(minutes=1))
    late = Signup.objects.get(pk=second.signup_id)
    with pytest.raises(WrongStateError, match="期限已过"):
        places.confirm(signup_id=late.pk, actor=late.volunteer.user)
    assert jobs.waiting_lists(0) == 2
    assert Signup.objects.get(pk=second.signup_id).state == SignupState.LAPSED
    assert Signup.objects.get(pk=third.signup_id).state == SignupState.OFFERED


def test_one_cancels_only_ones_own_and_only_before_it_begins() -> None:
    shift = factories.shift()
    volunteer, answer = signed(shift)
    with pytest.raises(ForbiddenError):
        places.withdraw(signup_id=answer.signup_id, actor=factories.person())
    with pytest.raises(NotFoundError):
        places.withdraw(signup_id=0, actor=volunteer.user)
    past = (timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1))
    Signup.objects.filter(pk=answer.signup_id).update(during=past)
    with pytest.raises(WrongStateError, match="已经开始"):
        places.withdraw(signup_id=answer.signup_id, actor=volunteer.user)


def test_a_sign_up_inside_another_transaction_is_a_mistake() -> None:
    shift, volunteer = factories.shift(), factories.volunteer()
    with transaction.atomic(), pytest.raises(RuntimeError):
        sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_function_asks_what_the_rules_ask(data: st.DataObject) -> None:
    """The conditions in SQL and those in Python give the same answer, whatever the case."""
    few = st.lists(st.sampled_from(["first-aid", "driving"]), unique=True, max_size=2)
    spoken = st.lists(st.sampled_from(["cmn", "bo"]), unique=True, max_size=2)
    ages = st.sampled_from([None, 17, 18, 35, 36])
    now = timezone.now()
    edges = st.sampled_from([None, now - timedelta(hours=1), now, now + timedelta(hours=1)])
    with transaction.atomic():
        who = factories.volunteer(
            user=None,
            state=data.draw(st.sampled_from([VolunteerState.ACTIVE] * 5 + [VolunteerState.PENDING])),
            verified_at=data.draw(st.sampled_from([now] * 5 + [None])),
            born_on=data.draw(st.sampled_from([date(1990, 6, 1), date(2008, 2, 29), date(2020, 1, 1)])),
            skills=data.draw(few),
            languages=data.draw(spoken),
        )
        team = factories.team()
        member = data.draw(st.booleans())
        if member:
            Membership.objects.create(team=team, volunteer=who, state=MembershipState.MEMBER, applied_at=now)
        passed, days = data.draw(st.sampled_from([True, None, False])), data.draw(st.sampled_from([None, 0, 1, 2]))
        day = timezone.localdate()
        Training.objects.create(
            team=team, volunteer=who, title="安全培训", held_on=day, minutes=60, passed=passed,
            valid_to=None if days is None else day + timedelta(days=days),
            recorded_by=factories.leader_of(team), recorded_at=now,
        )  # fmt: skip
        # The shift is tomorrow.
        trained = passed is not False and (days is None or days >= 1)
        activity = factories.activity(
            team,
            state=data.draw(st.sampled_from([ActivityState.RECRUITING] * 5 + [ActivityState.CLOSED])),
            opens_at=(opens := data.draw(edges)),
            closes_at=data.draw(edges.filter(lambda end: not (opens and end and end <= opens))),
            members_only=data.draw(st.sampled_from([False] * 4 + [True])),
        )
        low = data.draw(ages)
        shift = factories.shift(
            activity,
            skills=data.draw(few),
            languages=data.draw(st.sampled_from([[], [], [], [], ["bo"], ["cmn", "bo"]])),
            places=1,
            waiting_limit=(limit := data.draw(st.sampled_from([0, 1, 2]))),
            age_from=low,
            age_to=data.draw(ages.filter(lambda high: not (low and high and high < low))),
            training=data.draw(st.sampled_from(["", "", "", "安全培训"])),
        )
        Shift.objects.filter(pk=shift.pk).update(open=data.draw(st.sampled_from([True] * 5 + [False])))
        Session.objects.filter(pk=shift.session_id).update(
            state=data.draw(st.sampled_from([SessionState.PLANNED] * 5 + [SessionState.CANCELLED])), cancel_reason="雨"
        )
        # One place, taken or not, and one who waits already.
        Shift.objects.filter(pk=shift.pk).update(
            taken=(taken := data.draw(st.integers(0, 1))), waiting=(waiting := data.draw(st.integers(0, 1)))
        )
        expected = conditions.obstacle(applicant(who, member, trained), offer(shift.pk), now)
        if not expected and (taken or waiting):
            expected = "full" if waiting >= limit else "waiting"
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT outcome FROM volunteering_sign_up(%s, %s, NULL, NULL, %s)", [shift.pk, who.pk, now])
            outcome = cursor.fetchone()[0]
        assert outcome == (expected or "held")
        assert outcome in REFUSALS or outcome in ("held", "waiting")
        transaction.set_rollback(True)


def applicant(who: Volunteer, member: bool, trained: bool) -> conditions.Applicant:
    return conditions.Applicant(
        state=who.state, verified=who.verified_at is not None, born_on=who.born_on,
        skills=frozenset(who.skills), languages=frozenset(who.languages), member=member,
        trainings=frozenset({"安全培训"} if trained else ()),
    )  # fmt: skip


def offer(shift_id: int) -> conditions.Offer:
    shift = Shift.objects.select_related("session", "post__activity").get(pk=shift_id)
    activity: Activity = shift.post.activity
    post: Post = shift.post
    starts = shift.session.during.lower
    return conditions.Offer(
        activity_state=activity.state, session_state=shift.session.state, open=shift.open, opens_at=activity.opens_at,
        closes_at=activity.closes_at, starts_at=starts, served_on=timezone.localdate(starts), skills=post.skills,
        languages=post.languages, age_from=post.age_from, age_to=post.age_to, training=post.training,
        members_only=activity.members_only,
    )  # fmt: skip
