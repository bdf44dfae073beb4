"""Activities from the draft to the end, teams and their members."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import AuditEvent, Message
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.volunteering import jobs
from shetong.volunteering.models import (
    Activity,
    ActivityState,
    FinderEntry,
    MembershipState,
    SessionState,
    Shift,
    Signup,
    SignupState,
    StaffRole,
    TeamKind,
    TeamState,
)
from shetong.volunteering.rules import recurrence
from shetong.volunteering.services import activities, cancelling, closing, finder, teams
from shetong.volunteering.services.signups import sign_up
from tests.casework.factories import registrar
from tests.volunteering import factories

WRITTEN: dict[str, Any] = {
    "title": "周末陪老人聊天", "field": "care", "content": "陪老人聊天、读报。", "division_code": "110105",
    "address": "示范路2号", "longitude": 116.4, "latitude": 39.9, "risks": "注意防滑。",
}  # fmt: skip


def drafted(kind: TeamKind = TeamKind.PUBLIC) -> Activity:
    team = factories.team(kind=kind)
    leader = factories.leader_of(team)
    activity = activities.draft(actor=leader, team_id=team.pk, values=WRITTEN)
    activities.add_post(actor=leader, activity_id=activity.pk, values={"title": "陪伴", "places": 3})
    start = factories.tomorrow(9)
    activities.add_sessions(
        actor=leader, activity_id=activity.pk, starts_at=start, minutes=120, rule="FREQ=WEEKLY;COUNT=4",
        until=start.date() + timedelta(days=60),
    )  # fmt: skip
    return activity


def leader_of(activity: Activity) -> Any:
    return factories.leader_of(activity.team)


@pytest.mark.django_db
def test_sessions_repeat_with_a_shift_for_every_post() -> None:
    activity = drafted()
    begins = sorted(during.lower for during in activity.sessions.values_list("during", flat=True))
    assert [later - earlier for earlier, later in itertools.pairwise(begins)] == [timedelta(days=7)] * 3
    activities.add_post(actor=leader_of(activity), activity_id=activity.pk, values={"title": "记录", "places": 1})
    assert Shift.objects.filter(session__activity=activity).count() == 8
    again = activities.add_sessions(
        actor=leader_of(activity), activity_id=activity.pk, starts_at=begins[0], minutes=120
    )
    assert again == []


@pytest.mark.django_db
def test_publication_names_all_that_is_missing() -> None:
    team = factories.team(kind=TeamKind.PUBLIC)
    leader = factories.leader_of(team)
    activity = activities.draft(actor=leader, team_id=team.pk, values={**WRITTEN, "risks": ""})
    with pytest.raises(InvalidInputError) as caught:
        activities.publish(actor=leader, activity_id=activity.pk)
    assert set(caught.value.fields) == {"risks", "posts", "sessions"}
    activities.add_post(
        actor=leader, activity_id=activity.pk, values={"title": "驾驶", "places": 1, "insured": True, "age_from": 18}
    )
    with pytest.raises(InvalidInputError) as caught:
        activities.publish(actor=leader, activity_id=activity.pk)
    assert "insurance" in caught.value.fields


@pytest.mark.django_db
def test_a_registered_bodys_activity_recruits_at_once_and_is_found() -> None:
    activity = activities.publish(actor=leader_of(one := drafted()), activity_id=one.pk)
    assert activity.state == ActivityState.RECRUITING
    finder.refresh([activity.pk])
    assert FinderEntry.objects.get().room == 12
    assert AuditEvent.objects.filter(action="activity.publish", target=f"activity:{activity.pk}").exists()
    with pytest.raises(WrongStateError):
        activities.publish(actor=leader_of(activity), activity_id=activity.pk)


@pytest.mark.django_db
def test_a_groups_activity_is_looked_at_first() -> None:
    activity = drafted(TeamKind.GROUP)
    leader = leader_of(activity)
    assert activities.publish(actor=leader, activity_id=activity.pk).state == ActivityState.REVIEW
    with pytest.raises(ForbiddenError):
        activities.review(actor=leader, activity_id=activity.pk, passes=True)
    with pytest.raises(ForbiddenError):
        activities.review(actor=registrar("310104"), activity_id=activity.pk, passes=True)
    official = registrar("110105")
    with pytest.raises(InvalidInputError):
        activities.review(actor=official, activity_id=activity.pk, passes=False)
    sent_back = activities.review(actor=official, activity_id=activity.pk, passes=False, reason="请写明集合地点。")
    assert (sent_back.state, sent_back.state_reason) == (ActivityState.DRAFT, "请写明集合地点。")
    activities.publish(actor=leader, activity_id=activity.pk)
    assert activities.review(actor=official, activity_id=activity.pk, passes=True).state == ActivityState.RECRUITING
    assert Message.objects.filter(recipient=leader).count() == 2


@pytest.mark.django_db
def test_changes_and_cancellation_reach_everybody_who_signed_up() -> None:
    activity = drafted()
    leader = leader_of(activity)
    activities.publish(actor=leader, activity_id=activity.pk)
    first, second = Shift.objects.filter(session__activity=activity).order_by("session__during")[:2]
    one, other = factories.volunteer(), factories.volunteer()
    sign_up(shift_id=first.pk, volunteer_id=one.pk)
    sign_up(shift_id=second.pk, volunteer_id=other.pk)
    activities.change(actor=leader, activity_id=activity.pk, values={"address": "示范路8号"})
    told = "地点：原为“示范路2号”，现为“示范路8号”。"
    assert Message.objects.filter(title__contains="有变化", text__contains=told).count() == 2
    cancelling.cancel_session(actor=leader, session_id=first.session_id, reason="场地停电。")
    assert jobs.drop_cancelled(activity_id=activity.pk) == 1
    assert Signup.objects.get(volunteer=one).state == SignupState.DROPPED
    assert Signup.objects.get(volunteer=other).state == SignupState.HELD
    assert Message.objects.filter(recipient=one.user, title__contains="场次已取消").exists()
    with pytest.raises(InvalidInputError, match="理由"):
        cancelling.cancel(actor=leader, activity_id=activity.pk, reason="")
    # Yesterday's session, whose list is not in yet, and one of long ago.
    yesterday, earlier = (factories.running(activity, ago=ago, days=50) for ago in (1500, 9000))
    late, gone = factories.held(yesterday), factories.held(earlier)
    Signup.objects.filter(pk=gone.pk).update(state=SignupState.RECORDED)
    assert cancelling.cancel(actor=leader, activity_id=activity.pk, reason="因故不能举办。").state == "cancelled"
    assert SessionState.PLANNED not in activity.sessions.filter(pk__in=[second.session_id]).values_list(
        "state", flat=True
    )
    assert jobs.drop_left(0) == 1
    late.refresh_from_db()
    assert late.state == SignupState.HELD
    assert not Message.objects.filter(recipient__in=(late.volunteer.user, gone.volunteer.user)).exists()
    assert set(closing.overdue()) == {yesterday.session_id, earlier.session_id}
    assert Signup.objects.get(volunteer=other).state == SignupState.DROPPED
    second.refresh_from_db()
    assert (second.open, second.taken) == (False, 0)
    assert Message.objects.filter(recipient=other.user, title__contains="已取消").exists()


@pytest.mark.django_db
def test_recruiting_stops_and_goes_on() -> None:
    activity = drafted()
    leader = leader_of(activity)
    activities.publish(actor=leader, activity_id=activity.pk)
    assert activities.close(actor=leader, activity_id=activity.pk).state == ActivityState.CLOSED
    assert activities.reopen(actor=leader, activity_id=activity.pk).state == ActivityState.RECRUITING
    with pytest.raises(WrongStateError):
        activities.reopen(actor=leader, activity_id=activity.pk)


@pytest.mark.django_db
def test_strangers_change_nothing() -> None:
    activity, stranger = drafted(), factories.person()
    for act in (
        lambda: activities.draft(actor=stranger, team_id=activity.team_id, values=WRITTEN),
        lambda: activities.change(actor=stranger, activity_id=activity.pk, values={"title": "x"}),
        lambda: activities.add_post(actor=stranger, activity_id=activity.pk, values={}),
        lambda: activities.publish(actor=stranger, activity_id=activity.pk),
        lambda: cancelling.cancel(actor=stranger, activity_id=activity.pk, reason="理由充分"),
        lambda: activities.close(actor=stranger, activity_id=activity.pk),
        lambda: activities.keep_template(actor=stranger, activity_id=activity.pk, title="x"),
        lambda: teams.grant(actor=stranger, team_id=activity.team_id, user=stranger, role=StaffRole.LEADER),
    ):
        with pytest.raises(ForbiddenError):
            act()


@pytest.mark.django_db
def test_a_template_makes_the_next_activity() -> None:
    activity = drafted()
    template = activities.keep_template(actor=leader_of(activity), activity_id=activity.pk, title="陪伴")
    following = activities.draft_from(actor=leader_of(activity), template_id=template.pk)
    assert (following.title, following.state) == (activity.title, ActivityState.DRAFT)
    assert list(following.posts.values_list("title", "places")) == [("陪伴", 3)]


@pytest.mark.django_db
def test_a_team_is_verified_before_it_acts() -> None:
    founder = factories.person()
    values = {"name": "示范青年志愿队", "division_code": "110105", "contact": "赵示范", "contact_phone": "010-1"}
    with pytest.raises(InvalidInputError) as caught:
        teams.found(actor=founder, kind=TeamKind.GROUP, values={"name": " "})
    assert set(caught.value.fields) == {"name", "contact", "contact_phone", "division_code"}
    team = teams.found(actor=founder, kind=TeamKind.GROUP, values=values)
    assert team.state == TeamState.PENDING
    with pytest.raises(ConflictError, match="同名"):
        teams.found(actor=factories.person(), kind=TeamKind.GROUP, values=values)
    with pytest.raises(WrongStateError):
        activities.draft(actor=founder, team_id=team.pk, values=WRITTEN)
    with pytest.raises(ForbiddenError):
        teams.verify(actor=founder, team_id=team.pk, passes=True)
    assert teams.verify(actor=registrar("110105"), team_id=team.pk, passes=True).state == TeamState.ACTIVE
    branch = teams.found(
        actor=founder, kind=TeamKind.GROUP, values={**values, "name": "示范青年志愿队一分队"}, parent_id=team.pk
    )
    assert (branch.state, branch.parent) == (TeamState.ACTIVE, team)
    with pytest.raises(ForbiddenError):
        teams.found(actor=founder, kind=TeamKind.ORGANISATION, values=values, organisation_code="51110000500000015P")


@pytest.mark.django_db
def test_the_last_leader_stays() -> None:
    team = factories.team()
    leader, other = factories.leader_of(team), factories.person()
    only = team.staff.get()
    with pytest.raises(WrongStateError, match="负责人"):
        teams.end_role(actor=leader, role_id=only.pk)
    teams.grant(actor=leader, team_id=team.pk, user=other, role=StaffRole.LEADER)
    with pytest.raises(ConflictError):
        teams.grant(actor=leader, team_id=team.pk, user=other, role=StaffRole.LEADER)
    teams.end_role(actor=other, role_id=only.pk)
    with pytest.raises(ForbiddenError):
        teams.grant(actor=leader, team_id=team.pk, user=leader, role=StaffRole.LEADER)


@pytest.mark.django_db
def test_members_apply_with_answers_and_are_decided_upon() -> None:
    team = factories.team(questions=[{"name": "why", "text": "为什么想加入？", "required": True}])
    leader, who = factories.leader_of(team), factories.volunteer()
    with pytest.raises(InvalidInputError):
        teams.apply(user=who.user, team_id=team.pk, answers={})
    asked = teams.apply(user=who.user, team_id=team.pk, answers={"why": "愿意帮助邻里", "other": "x"})
    assert asked.answers == {"为什么想加入？": "愿意帮助邻里"}
    with pytest.raises(ConflictError):
        teams.apply(user=who.user, team_id=team.pk, answers={"why": "再来"})
    with pytest.raises(InvalidInputError):
        teams.decide(actor=leader, membership_id=asked.pk, admits=False)
    assert teams.decide(actor=leader, membership_id=asked.pk, admits=True).state == MembershipState.MEMBER
    with pytest.raises(WrongStateError):
        teams.decide(actor=leader, membership_id=asked.pk, admits=True)
    assert Message.objects.filter(recipient=who.user, title__contains="已加入").exists()


@pytest.mark.django_db
def test_a_training_opens_posts_that_ask_for_it() -> None:
    activity = factories.activity()
    shift = factories.shift(activity, training="安全培训")
    who = factories.volunteer()
    leader = factories.leader_of(activity.team)
    day = timezone.localdate()
    with pytest.raises(InvalidInputError):
        teams.record_training(
            actor=leader,
            team_id=activity.team_id,
            volunteer=who,
            title="安全培训",
            held_on=day + timedelta(days=1),
            minutes=60,
        )
    made = {"team_id": activity.team_id, "volunteer": who, "title": "安全培训", "held_on": day, "minutes": 60}
    with pytest.raises(ForbiddenError):
        teams.record_training(actor=factories.person(), **made)
    teams.record_training(actor=leader, **made)
    with pytest.raises(ConflictError):
        teams.record_training(actor=leader, **made)
    assert sign_up(shift_id=shift.pk, volunteer_id=who.pk).state == SignupState.HELD


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=XX", "weekly", "FREQ=DAILY;COUNT=", "FREQ=DAILY;BYHOUR=1,2"]
)
def test_a_rule_that_is_not_understood_is_said(rule: str) -> None:
    with pytest.raises(InvalidInputError):
        recurrence.occurrences(rule, datetime(2026, 12, 5, 9, tzinfo=recurrence.CHINA), date(2026, 12, 31))


@given(
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=MONTHLY", "FREQ=WEEKLY;INTERVAL=2"]),
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.integers(0, 200),
)
def test_sessions_keep_the_clock_and_stay_within_the_period(rule: str, first: date, clock: time, days: int) -> None:
    start = datetime.combine(first, clock, tzinfo=recurrence.CHINA)
    until = start.date() + timedelta(days=days)
    try:
        found = recurrence.occurrences(rule, start, until)
    except InvalidInputError:
        found = []  # none of them falls into the period
    assert found or "BYDAY" in rule
    assert found == sorted(set(found))
    assert all(start <= moment and moment.date() <= until and moment.time() == start.time() for moment in found)


@pytest.mark.django_db
def test_a_cancelled_session_takes_nobody() -> None:
    activity = drafted()
    session = activity.sessions.order_by("during").first()
    assert session is not None
    cancelling.cancel_session(actor=leader_of(activity), session_id=session.pk, reason="场地停电。")
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED
    with pytest.raises(WrongStateError):
        cancelling.cancel_session(actor=leader_of(activity), session_id=session.pk, reason="场地停电。")
