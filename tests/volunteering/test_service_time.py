"""Service time: coming and leaving, confirming, announcing, correcting, objecting; totals and the public log."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone

from shetong.accounts.models import Message
from shetong.core.errors import DomainError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.ledger.models import Entry
from shetong.volunteering import jobs, referrals
from shetong.volunteering.models import (
    COUNTED,
    Doubt,
    HoursEvent,
    PlaceVerdict,
    Presence,
    PresenceAct,
    RecordState,
    ServiceRecord,
    SessionState,
    Signup,
    SignupState,
    StaffRole,
    TeamMonth,
    TeamStaff,
    TeamYear,
    Volunteer,
    VolunteerTotal,
)
from shetong.volunteering.queries import public_log, records
from shetong.volunteering.rules import codes
from shetong.volunteering.rules.fence import Position
from shetong.volunteering.services import attendance, closing, hours, judging, merging, objections, volunteers
from tests.casework.factories import registrar
from tests.volunteering import factories

pytestmark = pytest.mark.django_db
HERE, AWAY = Position(116.48, 39.95, 20), Position(116.40, 39.90, 20)


def present(signup: Signup, act: str = "in", **shown: Any) -> Presence:
    """Scan the code that is shown now."""
    team = signup.shift.post.activity.team
    secret = attendance.open_code(actor=factories.leader_of(team), session_id=signup.shift.session_id)
    return attendance.scan(
        actor=signup.volunteer.user, session_id=signup.shift.session_id,
        code=codes.code(secret, codes.step_at(timezone.now())), act=PresenceAct(act), **shown,
    )  # fmt: skip


def consent(signup: Signup) -> Signup:
    volunteers.choose_consents(user=signup.volunteer.user, purposes=["service", "sensitive", "location"])
    return signup


def served(**running: Any) -> ServiceRecord:
    """Return the record of somebody who came and left by the list, an hour in the past."""
    signup = factories.held(factories.running(factories.activity(check_in="list"), **running))
    leader = factories.leader_of(signup.shift.post.activity.team)
    came = signup.during.lower
    record = attendance.mark(actor=leader, signup_id=signup.pk, came=came, left=came + timedelta(minutes=50))
    assert record is not None
    return record


def leader(record: ServiceRecord) -> Any:
    assert record.team
    return factories.leader_of(record.team)


def second(record: ServiceRecord) -> Any:
    """Another organiser of the team."""
    user = factories.person()
    TeamStaff.objects.create(
        team=record.team, user=user, role=StaffRole.ORGANISER, since=timezone.now(), granted_by="系统"
    )
    return user


def assert_totals_are_true() -> None:
    counted = ServiceRecord.objects.filter(state__in=COUNTED)
    assert sum(counted.values_list("minutes", flat=True)) == sum(
        VolunteerTotal.objects.values_list("minutes", flat=True)
    )
    assert sum(TeamYear.objects.values_list("minutes", flat=True)) == sum(
        TeamMonth.objects.values_list("minutes", flat=True)
    )
    assert list(public_log._wrong_totals()) == []


def test_somebody_scans_comes_leaves_and_is_confirmed() -> None:
    signup = consent(factories.held(factories.running()))
    came = present(signup, position=HERE)
    assert (came.place, came.metres) == (PlaceVerdict.INSIDE, 0)
    assert present(signup, position=HERE) == came
    signup.refresh_from_db()
    assert signup.state == SignupState.PRESENT
    with move_clock(minutes=61):
        present(signup, "out", position=HERE)
        record = ServiceRecord.objects.get()
        assert (record.minutes, record.state, record.evidence) == (61, RecordState.PENDING, "scan")
        assert hours.confirm(actor=leader(record), record_ids=[record.pk]).counted == (record.pk,)
    record.refresh_from_db()
    signup.refresh_from_db()
    assert (record.state, signup.state) == (RecordState.CONFIRMED, SignupState.RECORDED)
    assert record.notice_until
    assert list(record.events.order_by("number").values_list("act", "minutes")) == [("record", 0), ("confirm", 61)]
    assert_totals_are_true()
    assert Message.objects.filter(recipient=signup.volunteer.user, title="您的服务时长已确认").exists()


def move_clock(**by: int) -> Any:
    """Let ``timezone.now`` say a later time."""
    now = timezone.now
    return mock.patch("django.utils.timezone.now", side_effect=lambda: now() + timedelta(**by))


def test_a_code_is_good_for_a_minute_and_for_its_session_only() -> None:
    signup = factories.held(factories.running())
    other = factories.held(factories.running(ago=200, minutes=100), signup.volunteer)
    secrets = [
        attendance.open_code(actor=factories.leader_of(one.shift.post.activity.team), session_id=one.shift.session_id)
        for one in (signup, other)
    ]
    old, new = (codes.code(secrets[0], codes.step_at(timezone.now() - timedelta(minutes=ago))) for ago in (3, 0))
    who: dict[str, Any] = {"actor": signup.volunteer.user, "act": PresenceAct.IN}
    for session, code in ((signup, old), (other, new), (signup, "²" * 8), (signup, "")):
        with pytest.raises(InvalidInputError, match="过期"):
            attendance.scan(session_id=session.shift.session_id, code=code, **who)
    attendance.scan(session_id=signup.shift.session_id, code=new, **who)
    with pytest.raises(ForbiddenError):
        attendance.open_code(actor=signup.volunteer.user, session_id=signup.shift.session_id)


def test_a_position_is_used_with_consent_only_and_never_kept() -> None:
    signup = factories.held(factories.running())
    came = present(signup, position=HERE)
    assert (came.place, came.metres) == (PlaceVerdict.UNKNOWN, None)
    far = consent(factories.held(factories.running()))
    assert present(far, position=AWAY).place == PlaceVerdict.OUTSIDE
    names = {field.name for field in Presence._meta.get_fields()}
    assert not names & {"longitude", "latitude", "position"}


def test_where_place_alone_counts_one_has_to_be_there() -> None:
    signup = consent(factories.held(factories.running(factories.activity(check_in="place"))))
    asked = {"actor": signup.volunteer.user, "session_id": signup.shift.session_id, "act": PresenceAct.IN}
    for position, sentence in ((AWAY, "请到达后再签到"), (None, "没有取得")):
        with pytest.raises(InvalidInputError, match=sentence):
            attendance.arrive(position=position, **asked)
    assert attendance.arrive(position=HERE, **asked).place == PlaceVerdict.INSIDE


def test_only_time_within_the_session_counts() -> None:
    signup = factories.held(factories.running(factories.activity(check_in="list"), ago=300, minutes=60))
    boss = factories.leader_of(signup.shift.post.activity.team)
    following = factories.held(factories.running(ago=200, minutes=60), signup.volunteer)
    marked: dict[str, Any] = {
        "actor": boss, "came": signup.during.lower - timedelta(minutes=30),
        "left": signup.during.upper + timedelta(minutes=90),
    }  # fmt: skip
    record = attendance.mark(signup_id=signup.pk, **marked)
    assert record is not None
    # Nothing before the beginning, no overtime once the next shift begins; an hour of it at most.
    assert (record.minutes, record.during.upper) == (100, following.during.lower)
    alone = attendance.mark(signup_id=factories.held(signup.shift).pk, **marked)
    assert alone is not None
    assert alone.minutes == 60 + 60


def test_a_list_needs_a_reason_and_a_second_person_where_the_activity_is_set_to_scanning() -> None:
    signup = factories.held(factories.running())
    boss = factories.leader_of(signup.shift.post.activity.team)
    with pytest.raises(InvalidInputError, match="理由"):
        attendance.mark(actor=boss, signup_id=signup.pk, came=signup.during.lower, left=None)
    attendance.mark(actor=boss, signup_id=signup.pk, came=signup.during.lower, left=timezone.now(), reason="手机没电")
    record = ServiceRecord.objects.get()
    assert (record.flags, record.recorded_by) == (["no-place"], boss)
    assert "另一名" in hours.confirm(actor=boss, record_ids=[record.pk]).refused[record.pk]
    # A mild doubt is the organiser's to judge.
    assert hours.confirm(actor=second(record), record_ids=[record.pk]).counted
    late = factories.held(signup.shift)
    with move_clock(days=9), pytest.raises(WrongStateError, match="补录"):
        attendance.mark(actor=boss, signup_id=late.pk, came=late.during.lower, left=None, reason="手机没电")


def test_leaving_right_after_coming_is_asked_and_the_last_leaving_counts() -> None:
    signup = consent(factories.held(factories.running(ago=30)))
    present(signup, position=HERE)
    with move_clock(minutes=2), pytest.raises(WrongStateError, match="刚签到"):
        present(signup, "out", position=HERE)
    with move_clock(minutes=2):
        present(signup, "out", position=HERE, sure=True)
    with move_clock(minutes=40):
        present(signup, "out", position=HERE)
        left = present(signup, "out", position=HERE)
        record = ServiceRecord.objects.get(state=RecordState.PENDING)
        assert (record.minutes, record.during.upper, record.flags) == (40, left.at, [])
        assert hours.confirm(actor=leader(record), record_ids=[record.pk]).counted
    signup.refresh_from_db()
    assert (signup.state, signup.presences.count()) == (SignupState.RECORDED, 3)
    assert list(ServiceRecord.objects.order_by("pk").values_list("state", flat=True)) == ["superseded", "confirmed"]
    assert_totals_are_true()


def test_what_is_added_by_hand_needs_a_second_person_and_a_public_notice() -> None:
    who, team = factories.volunteer(), factories.team()
    boss = factories.leader_of(team)
    end = timezone.now() - timedelta(hours=2)
    record = hours.add(
        actor=boss, team_id=team.pk, volunteer_number=who.number, reason="当时没有网络，纸质登记。",
        values={"start": end - timedelta(hours=3), "end": end, "minutes": 150, "content": "搬运物资"},
    )  # fmt: skip
    assert "另一名" in hours.confirm(actor=boss, record_ids=[record.pk]).refused[record.pk]
    assert hours.confirm(actor=second(record), record_ids=[record.pk]).announced == (record.pk,)
    record.refresh_from_db()
    assert record.state == RecordState.NOTICED
    assert VolunteerTotal.objects.filter(volunteer=who).first() is None
    assert jobs.end_notices(0) == 0
    with move_clock(days=30):
        assert jobs.end_notices(0) == 1
    assert VolunteerTotal.objects.get(volunteer=who).minutes == 150
    assert_totals_are_true()


def test_an_objection_keeps_an_announced_record_from_counting() -> None:
    who, team = factories.volunteer(), factories.team()
    end = timezone.now() - timedelta(hours=2)
    record = hours.add(
        actor=factories.leader_of(team), team_id=team.pk, volunteer_number=who.number, reason="纸质登记。",
        values={"start": end - timedelta(hours=1), "end": end, "minutes": None},
    )  # fmt: skip
    hours.confirm(actor=second(record), record_ids=[record.pk])
    stranger = factories.person()
    made = objections.object_to(user=stranger, record_id=record.pk, text="当天没有这个活动。")
    with move_clock(days=30):
        assert jobs.end_notices(0) == 0
    objections.answer(actor=factories.leader_of(team), objection_id=made.pk, keeps=False, text="核实后确无此事。")
    record.refresh_from_db()
    assert record.state == RecordState.VOID
    assert Message.objects.filter(recipient=stranger).exists()


def test_taking_time_away_holds_at_once_adding_waits_for_somebody_else() -> None:
    record = served()
    boss = leader(record)
    hours.confirm(actor=boss, record_ids=[record.pk])
    record.refresh_from_db()
    start, end = record.during.lower, record.during.upper
    less = hours.correct(
        actor=boss, record_id=record.pk, start=start, end=end - timedelta(minutes=20), minutes=None, reason="提前离开。"
    )
    record.refresh_from_db()
    assert (record.state, less.state, less.minutes) == (RecordState.SUPERSEDED, RecordState.CONFIRMED, 30)
    # A form knows minutes: who gives back the same minute changes nothing.
    minute = start.replace(second=0, microsecond=0)
    less = hours.correct(
        actor=boss, record_id=less.pk, start=minute, end=less.during.upper, minutes=29, reason="中间休息。"
    )
    assert (less.state, less.during.lower) == (RecordState.CONFIRMED, start)
    refused = hours.correct(actor=boss, record_id=less.pk, start=start, end=end, minutes=None, reason="记错了。")
    hours.void(actor=boss, record_id=refused.pk, reason="没有回来过。")
    more = hours.correct(actor=boss, record_id=less.pk, start=start, end=end, minutes=None, reason="记错了，又回来过。")
    assert VolunteerTotal.objects.get().minutes == 29
    assert hours.confirm(actor=boss, record_ids=[more.pk]).refused
    assert hours.confirm(actor=second(record), record_ids=[more.pk]).counted == (more.pk,)
    assert VolunteerTotal.objects.get().minutes == 50
    with pytest.raises(WrongStateError):
        hours.correct(actor=boss, record_id=record.pk, start=start, end=end, minutes=None, reason="再改一次。")
    assert sum(HoursEvent.objects.values_list("minutes", flat=True)) == 50
    assert_totals_are_true()


def test_a_correction_of_what_does_not_count_yet_is_confirmed_like_it() -> None:
    who, team = factories.volunteer(), factories.team()
    boss, end = factories.leader_of(team), timezone.now() - timedelta(hours=2)
    values = {"start": end - timedelta(hours=3), "end": end, "minutes": None}
    record = hours.add(actor=boss, team_id=team.pk, volunteer_number=who.number, reason="纸质登记。", values=values)
    less: dict[str, Any] = {"start": values["start"], "end": end - timedelta(minutes=1), "minutes": None}
    made = hours.correct(actor=boss, record_id=record.pk, reason="提前离开。", **less)
    assert made.state == RecordState.PENDING
    refused = hours.confirm(actor=boss, record_ids=[record.pk, made.pk]).refused
    assert set(refused) == {record.pk, made.pk}
    with pytest.raises(WrongStateError, match="先作废这次更正"):
        hours.correct(actor=boss, record_id=made.pk, reason="再改一次。", **less)
    hours.void(actor=boss, record_id=made.pk, reason="改错了一条。")
    again = hours.correct(actor=boss, record_id=record.pk, reason="提前离开。", **less)
    assert hours.confirm(actor=second(record), record_ids=[again.pk]).announced == (again.pk,)
    assert VolunteerTotal.objects.filter(volunteer=who).first() is None
    with move_clock(days=30):
        jobs.end_notices(0)
    assert VolunteerTotal.objects.get(volunteer=who).minutes == 179
    assert_totals_are_true()


def test_nobody_confirms_their_own_time() -> None:
    record = served()
    TeamStaff.objects.create(
        team=record.team, user=record.volunteer.user, role=StaffRole.LEADER, since=timezone.now(), granted_by="系统"
    )
    refused = hours.confirm(actor=record.volunteer.user, record_ids=[record.pk]).refused
    assert "自己" in refused[record.pk]


def test_a_forged_record_at_the_same_time_is_flagged_for_the_office_to_judge() -> None:
    record = served()
    hours.confirm(actor=leader(record), record_ids=[record.pk])
    other = factories.team()
    forged = hours.add(
        actor=factories.leader_of(other), team_id=other.pk, volunteer_number=record.volunteer.number,
        reason="纸质登记。", values={"start": record.during.lower, "end": record.during.upper, "minutes": None},
    )  # fmt: skip
    assert forged.flags == ["overlap"]
    assert hours.confirm(actor=second(forged), record_ids=[forged.pk]).flagged == (forged.pk,)
    for act in (hours.void, partial(hours.correct, start=record.during.lower, end=timezone.now(), minutes=1)):
        with pytest.raises(WrongStateError, match="须先由"):
            act(actor=factories.leader_of(other), record_id=forged.pk, reason="记错了。")
    official = registrar("110105")
    with pytest.raises(DomainError):
        judging.judge(actor=official, record_id=forged.pk, counts=True, reason="")
    with pytest.raises(ForbiddenError):
        judging.judge(actor=registrar("310104"), record_id=forged.pk, counts=False, reason="同一时间有记录")
    handed = judging.refer(actor=official, record_id=forged.pk, reason="疑似伪造服务记录。")
    judging.judge(actor=official, record_id=forged.pk, counts=False, reason="同一时间另有扫码记录。")
    forged.refresh_from_db()
    assert forged.state == RecordState.VOID
    assert set(Doubt.objects.values_list("state", flat=True)) == {"upheld"}
    assert_totals_are_true()
    taken: list[int] = []

    def receiver(referral: Any) -> str:
        taken.append(referral.pk)
        return "TS-1"

    assert jobs.refer_waiting(0) == 0
    referrals.register(receiver)
    try:
        assert jobs.refer_waiting(0) == 1
        assert jobs.refer_waiting(0) == 0
    finally:
        referrals.withdraw(receiver)
    assert taken == [handed.pk]


def test_a_doubt_about_what_the_team_made_void_is_judged_all_the_same() -> None:
    record = served()
    hours.confirm(actor=leader(record), record_ids=[record.pk])
    other = factories.team()
    forged = hours.add(
        actor=factories.leader_of(other), team_id=other.pk, volunteer_number=record.volunteer.number,
        reason="纸质登记。", values={"start": record.during.lower, "end": record.during.upper, "minutes": None},
    )  # fmt: skip
    hours.void(actor=factories.leader_of(other), record_id=forged.pk, reason="记错了。")
    assert not records.doubtful(["110105"]).exists()
    assert records.doubtful(["110105"], void=True).get() == forged
    told = Message.objects.count()
    judging.judge(actor=registrar("110105"), record_id=forged.pk, counts=False, reason="同一时间另有扫码记录。")
    assert (Doubt.objects.get().state, Message.objects.count()) == ("upheld", told)
    assert not records.doubtful(["110105"], void=True).exists()


def test_a_dismissed_doubt_lets_a_record_count() -> None:
    signup = consent(factories.held(factories.running()))
    present(signup, position=AWAY)
    with move_clock(minutes=30):
        present(signup, "out", position=AWAY)
        record = ServiceRecord.objects.get()
        assert hours.confirm(actor=leader(record), record_ids=[record.pk]).flagged == (record.pk,)
    judging.judge(actor=registrar("110105"), record_id=record.pk, counts=True, reason="活动当天改在公园举行。")
    record.refresh_from_db()
    assert (record.state, record.flags) == (RecordState.CONFIRMED, [])
    assert_totals_are_true()


def test_one_phone_for_two_people_and_two_places_in_no_time_are_doubted() -> None:
    shift = factories.running()
    device = "d" * 32
    people = [factories.held(shift), factories.held(shift)]
    for signup in people:
        present(signup, device=device)
    with move_clock(minutes=20):
        for signup in people:
            present(signup, "out", device=device)
    assert all("device" in record.flags for record in ServiceRecord.objects.all())
    first = served(ago=200, minutes=51)
    far = factories.activity(check_in="list", longitude=121.47, latitude=31.23)
    late = factories.running(far, ago=148, minutes=60)
    signup = factories.held(late, first.volunteer)
    record = attendance.mark(
        actor=factories.leader_of(far.team), signup_id=signup.pk, came=signup.during.lower,
        left=signup.during.lower + timedelta(minutes=30),
    )  # fmt: skip
    assert record is not None
    assert "speed" in record.flags
    (doubt,) = record.doubts.filter(kind="speed")
    assert doubt.detail["km"] > 1000


def test_a_session_that_nobody_closes_is_closed_with_a_task() -> None:
    shift = factories.running(ago=60 * 24, minutes=60)
    signup, never = factories.held(shift), factories.held(shift)
    boss = factories.leader_of(shift.post.activity.team)
    attendance.mark(actor=boss, signup_id=signup.pk, came=signup.during.lower, left=None, reason="现场确认")
    assert jobs.close_sessions(0) == 1
    shift.session.refresh_from_db()
    assert shift.session.state == SessionState.ENDED
    record = ServiceRecord.objects.get()
    assert (record.minutes, record.state) == (60, RecordState.PENDING)
    assert "unclosed" in record.flags
    assert Message.objects.filter(recipient=boss, title__contains="没有关闭").count() == 1
    assert jobs.close_sessions(0) == 0
    assert attendance.mark_absent(actor=boss, signup_ids=[signup.pk, never.pk]) == 1
    with pytest.raises(WrongStateError):
        closing.close(session_id=shift.session_id, actor=boss)


def test_the_log_holds_every_event_and_nothing_of_the_person() -> None:
    record = served()
    hours.confirm(actor=leader(record), record_ids=[record.pk])
    entries = [bytes(entry.data).decode() for entry in Entry.objects.filter(log__name="volunteering")]
    assert len(entries) == HoursEvent.objects.count() == 2
    assert all(record.volunteer.number not in entry and '"volunteer":' in entry for entry in entries)
    references = [public_log.reference(event) for event in HoursEvent.objects.all()]
    (source, *_) = public_log.SOURCES
    assert set(source.rows(references)) == set(references)  # type: ignore[union-attr]
    assert {one for chunk in source.references() for one in chunk} == set(references)  # type: ignore[union-attr]


def test_totals_follow_a_merge_and_a_move() -> None:
    record = served()
    hours.confirm(actor=leader(record), record_ids=[record.pk])
    kept = factories.volunteer()
    merging.merge(kept_id=kept.pk, gone_id=record.volunteer_id, actor=registrar("110105"), reason="同一人两次登记")
    assert VolunteerTotal.objects.get(volunteer=kept).minutes == 50
    Volunteer.objects.filter(pk=kept.pk).update(division_code="310104")
    assert VolunteerTotal.objects.get(volunteer=kept).city == "3101"
    assert_totals_are_true()


def test_what_is_kept_stays() -> None:
    signup = factories.held(factories.running())
    came = present(signup)
    for statement in ("UPDATE volunteering_presence SET reason = 'x'", "DELETE FROM volunteering_presence"):
        with pytest.raises(Exception, match="keeps everything"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert isinstance(came.at, datetime)
