"""Teams and their people, consents, saved searches, the map, planning, and merges that are undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, TestCase
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import Message
from shetong.casework.models import StoredFile
from shetong.casework.services import storage
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.volunteering.forms import TimesField
from shetong.volunteering.models import (
    Activity,
    ActivityTemplate,
    Benefit,
    Consent,
    Honour,
    Membership,
    MembershipState,
    MergeHold,
    Partner,
    Redemption,
    SavedSearch,
    ServiceCertificate,
    SessionState,
    Signup,
    SignupState,
    StaffRole,
    StarAward,
    Training,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.queries import honours
from shetong.volunteering.rules import criteria, redemption, scatter
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services import (
    certificate_documents,
    certificates,
    erasure,
    finder,
    hours,
    members,
    merging,
    searches,
    teams,
)
from shetong.volunteering.services.signups import sign_up
from tests.casework.factories import registrar
from tests.volunteering import factories
from tests.volunteering.test_pages import good, logged_in

pytestmark = pytest.mark.django_db
OFFICE = "110000"


def snapshot(who: Volunteer) -> dict[str, Any]:
    who.refresh_from_db()
    left_out = ("_state", "updated_at", "token_epoch", "merged_into_id")
    return {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in vars(who).items()
        if name not in left_out
    }


def test_a_merge_that_was_wrong_is_undone_within_its_window() -> None:
    official = registrar(OFFICE)
    kept, gone = factories.volunteer(user=None), factories.volunteer(skills=["first-aid"])
    team = factories.team()
    factories.served(kept, team)
    doubled = factories.served(gone, team, hour=10)
    plain = factories.served(gone, team, hour=15)
    held = sign_up(shift_id=factories.shift().pk, volunteer_id=gone.pk)
    before = snapshot(kept), snapshot(gone)
    done = merging.merge(kept_id=kept.pk, gone_id=gone.pk, actor=official, reason="同名同日出生")
    kept.refresh_from_db()
    assert kept.user_id == before[1]["user_id"]
    assert Signup.objects.get(pk=held.signup_id).volunteer == kept
    with pytest.raises(ForbiddenError):
        merging.undo(merge_id=done.pk, actor=registrar("310000"), reason="外地的人")
    with pytest.raises(InvalidInputError):
        merging.undo(merge_id=done.pk, actor=official, reason="")
    merging.undo(merge_id=done.pk, actor=official, reason="核实是两个人")
    assert (snapshot(kept), snapshot(gone)) == before
    gone.refresh_from_db()
    assert (gone.state, gone.merged_into) == (VolunteerState.ACTIVE, None)
    doubled.refresh_from_db()
    plain.refresh_from_db()
    assert (doubled.volunteer, doubled.state, doubled.flags) == (gone, "confirmed", [])
    assert plain.volunteer == gone
    assert Signup.objects.get(pk=held.signup_id).volunteer == gone
    assert not MergeHold.objects.exists()
    with pytest.raises(WrongStateError):
        merging.undo(merge_id=done.pk, actor=official, reason="再撤销一次")


def test_what_somebody_took_and_was_given_is_theirs_once_after_a_merge() -> None:
    official, team, now = registrar(OFFICE), factories.team(), timezone.now()
    kept, gone = factories.volunteer(), factories.volunteer()
    benefit = offered(each=1)
    mine, other = (
        Redemption.objects.create(
            benefit=benefit, volunteer=who, code=redemption.draw(), ordinal=1, minutes=60, taken_at=now
        )
        for who in (kept, gone)
    )
    for who in (kept, gone):
        StarAward.objects.create(volunteer=who, star=1, minutes=6_000, awarded_at=now)
        for title in ("急救", f"培训{who.pk}"):
            Training.objects.create(
                volunteer=who, team=team, title=title, held_on=now.date(), minutes=60, recorded_by=official,
                recorded_at=now,
            )  # fmt: skip
        for day in range(5):
            factories.served(who, team, day=now.date() - timedelta(days=20 + day), minutes=1_200, hour=1)
    factories.served(gone, team, day=now.date() - timedelta(days=40))
    Honour.objects.create(
        title="优秀志愿者", grantor="民政局", division_code=OFFICE, granted_on=now.date(), volunteer=gone,
        recorded_by=official, recorded_at=now,
    )  # fmt: skip
    done = merging.merge(kept_id=kept.pk, gone_id=gone.pk, actor=official, reason="同一人两个证件")
    assert honours.spent_minutes(kept.pk) == 120
    assert sorted(kept.redemptions.values_list("ordinal", flat=True)) == [1, 2]
    assert (kept.stars.count(), kept.trainings.count(), kept.honours.count()) == (1, 3, 1)
    assert [award.volunteer for award in honours.announced()] == [kept]
    # The authority corrects a record of the other while they are one, and the team certifies the time of both.
    wrong = gone_record = kept.records.get(pk=done.moved["records"][-1])
    corrected = hours.correct(
        actor=official, record_id=wrong.pk, start=wrong.during.lower, end=wrong.during.upper,
        minutes=90, reason="多记了半小时",
    )  # fmt: skip
    certificates.issue_batch(
        actor=factories.leader_of(team), team_id=team.pk, title="全年", first=now.date() - timedelta(days=99),
        last=now.date(), volunteer_ids=[kept.pk],
    )  # fmt: skip
    merging.undo(merge_id=done.pk, actor=official, reason="核实是两个人")
    for record in (gone_record, corrected):
        record.refresh_from_db()
        assert record.volunteer == gone
    other.refresh_from_db()
    assert (other.volunteer, other.ordinal, mine.ordinal) == (gone, 1, 1)
    assert (gone.stars.count(), gone.trainings.count(), gone.honours.count()) == (1, 2, 1)
    assert kept.service_certificates.get().state == "revoked"


def test_erasing_reaches_the_records_that_were_merged() -> None:
    official, team = registrar(OFFICE), factories.team()
    kept, gone = factories.volunteer(), factories.volunteer(user=None)
    for who in (kept, gone):
        factories.served(who, team)
    day = timezone.localdate()
    certificates.issue_batch(
        actor=factories.leader_of(team), team_id=team.pk, title="全年", first=day - timedelta(days=99), last=day
    )
    serial = kept.service_certificates.get().serial
    certificate_documents.pdf(user=kept.user, serial=serial, language="zh")
    digest = kept.service_certificates.get().pdf_digest
    merging.merge(kept_id=kept.pk, gone_id=gone.pk, actor=official, reason="同一人两个证件")
    assert gone.service_certificates.count() == 1  # of the same days, so it stays with the record that went
    with TestCase.captureOnCommitCallbacks(execute=True):
        erasure.erase(user=kept.user)
    for certificate in ServiceCertificate.objects.all():
        assert (bytes(certificate.snapshot_sealed), certificate.shown["name_masked"]) == (b"", "")
    assert not MergeHold.objects.exists()
    assert not StoredFile.objects.filter(pk=digest).exists()
    with pytest.raises(FileNotFoundError):
        storage.read(digest)


def offered(**given_: Any) -> Benefit:
    """Return a benefit that costs an hour."""
    day = timezone.localdate()
    partner = Partner.objects.create(
        name="示范书店", division_code="110105", contact="赵示范", contact_phone="010-00000000", state="active",
        created_by=factories.person(), created_at=timezone.now(),
    )  # fmt: skip
    return Benefit.objects.create(
        partner=partner, title="图书券", description="一本书", cost_minutes=60, stock=9, taken=2, from_day=day,
        to_day=day, created_by=partner.created_by, created_at=timezone.now(), **given_,
    )  # fmt: skip


def test_only_who_guides_both_may_compare_two_records() -> None:
    kept, far = factories.volunteer(), factories.volunteer(division_code="310101")
    client = logged_in(registrar(OFFICE))
    filled = {"kept": kept.number, "gone": far.number, "reason": "同一人两个证件", "do": "compare"}
    answer = client.post("/office/volunteering/merges/", filled)
    assert answer.status_code == 422
    assert "是同一个人，合并" not in answer.content.decode()


def test_after_the_window_nothing_of_the_person_is_left() -> None:
    official = registrar(OFFICE)
    kept, gone = factories.volunteer(), factories.volunteer(user=None)
    done = merging.merge(kept_id=kept.pk, gone_id=gone.pk, actor=official, reason="同一人两个证件")
    assert merging.forget_holds() == 0
    MergeHold.objects.update(until=timezone.now())
    with pytest.raises(WrongStateError):
        merging.undo(merge_id=done.pk, actor=official, reason="太晚才发现")
    assert merging.forget_holds() == 1


def test_merging_in_the_office() -> None:
    kept, gone = factories.volunteer(), factories.volunteer(user=None)
    client = logged_in(registrar(OFFICE))
    page = "/office/volunteering/merges/"
    good(client.get(page))
    filled = {"kept": kept.number, "gone": gone.number, "reason": "同一人两个证件"}
    good(client.post(page, {**filled, "kept": "V1"}), 422)
    assert "是同一个人，合并" in good(client.post(page, {**filled, "do": "compare"}))
    assert client.post(page, {**filled, "do": "merge"}).status_code == 302
    assert "撤销合并" in good(client.get(page))
    client.post(f"{page}{kept.merges.get().pk}/undo/", {"reason": "核实是两个人"})
    assert "核实是两个人" in good(client.get(page))


def test_consents_are_given_and_withdrawn_apart() -> None:
    who = factories.volunteer()
    for purpose in ("service", "sensitive", "credit"):
        Consent.objects.create(volunteer=who, purpose=purpose, version="2026-11", given_at=timezone.now())
    client = logged_in(who.user)
    page = "/hall/volunteering/consents/"
    good(client.get(page))
    client.post(page, {"consents": ["service", "sensitive", "transfer"]})
    standing = who.consents.filter(withdrawn_at__isnull=True)
    assert set(standing.values_list("purpose", flat=True)) == {"service", "sensitive", "transfer"}
    assert "撤回" in good(client.get(page))
    client.post(page, {"consents": ["transfer"]})
    assert standing.filter(purpose="service").exists()
    assert "请注销注册" in good(client.get(page))


def test_joining_a_team_with_its_questions_and_leaving_it(client: Client) -> None:
    team = factories.team()
    leader = logged_in(factories.leader_of(team))
    home = f"/hall/volunteering/organise/teams/{team.pk}/"
    good(leader.get(home))
    change = {
        "division_code": "北京市朝阳区", "contact": "赵示范", "contact_phone": "010-00000000", "about": "陪伴老人",
        "questions": "您为什么想加入？*\n您周末有空吗？", "admits_members": "on",
    }  # fmt: skip
    good(leader.post(f"{home}change/", {**change, "contact": ""}), 422)
    good(leader.post(f"{home}change/", {**change, "questions": "问" * 101}), 422)
    assert leader.post(f"{home}change/", change).status_code == 302
    assert "申请加入" in good(client.get(f"/volunteering/teams/{team.number}/"))
    who = factories.volunteer()
    own = logged_in(who.user)
    join = f"/hall/volunteering/teams/{team.pk}/join/"
    assert "您为什么想加入？" in good(own.get(join))
    team.refresh_from_db()
    why, free = (question["name"] for question in team.questions)
    good(own.post(join, {free: "有空"}), 422)
    assert own.post(join, {why: "想陪老人", free: ""}).status_code == 302
    membership = Membership.objects.get()
    # Other questions asked since do not take over the answer.
    assert leader.post(f"{home}change/", {**change, "questions": "您有驾照吗？"}).status_code == 302
    assert membership.answers["您为什么想加入？"] == "想陪老人"
    shown = good(leader.get(home))
    assert "您为什么想加入？" in shown
    assert "想陪老人" in shown
    leader.post(f"{home}admit/", {"pk": membership.pk})
    membership.refresh_from_db()
    assert membership.state == MembershipState.MEMBER
    assert "成员" in good(own.get("/hall/volunteering/memberships/"))
    own.post(f"/hall/volunteering/memberships/{membership.pk}/leave/")
    membership.refresh_from_db()
    assert (membership.state, membership.ended_at is not None) == (MembershipState.LEFT, True)
    other = factories.team()
    foreign = teams.apply(user=who.user, team_id=other.pk, answers={})
    assert leader.post(f"{home}admit/", {"pk": foreign.pk}).status_code == 404
    assert own.get(home).status_code == 404


@given(st.lists(st.text(st.characters(blacklist_categories=("Cc", "Zs", "Zl", "Zp", "Cs")), min_size=1), max_size=8))
def test_questions_survive_being_written_and_read(texts: list[str]) -> None:
    read = members.read_questions("\n".join(texts))
    assert members.read_questions(members.write_questions(read)) == read or any("*" in text for text in texts)


def test_colleagues_by_their_public_number() -> None:
    team = factories.team()
    colleague = factories.volunteer()
    leader = logged_in(factories.leader_of(team))
    home = f"/hall/volunteering/organise/teams/{team.pk}/"
    good(leader.post(f"{home}grant/", {"number": "V1", "role": "organiser"}), 422)
    assert leader.post(f"{home}grant/", {"number": colleague.number, "role": "timekeeper"}).status_code == 302
    assert Message.objects.filter(recipient=colleague.user, title__contains="记录员").exists()
    own = logged_in(colleague.user)
    good(own.get(home))
    own.post(f"{home}grant/", {"number": colleague.number, "role": "leader"})
    assert not team.staff.filter(user=colleague.user, role=StaffRole.LEADER).exists()
    held = team.staff.get(user=colleague.user)
    leader.post(f"{home}end-role/", {"pk": held.pk})
    held.refresh_from_db()
    assert held.until is not None
    assert own.get(home).status_code == 404


def test_trainings_are_recorded_and_withdrawn_with_a_reason() -> None:
    team, who = factories.team(), factories.volunteer()
    leader = logged_in(factories.leader_of(team))
    home = f"/hall/volunteering/organise/teams/{team.pk}/"
    filled = {
        "number": who.number, "title": "急救", "held_on": timezone.localdate().isoformat(), "minutes": "90",
        "passed": "1",
    }  # fmt: skip
    good(leader.post(f"{home}training/", {**filled, "number": "V2"}), 422)
    assert leader.post(f"{home}training/", filled).status_code == 302
    training = Training.objects.get()
    assert (training.passed, training.minutes) == (True, 90)
    assert "急救" in good(logged_in(who.user).get("/hall/volunteering/memberships/"))
    leader.post(f"{home}withdraw-training/", {"pk": training.pk, "reason": "记到别人名下"})
    assert "记到别人名下" in good(leader.get(home))
    with pytest.raises(DomainError):
        members.withdraw_training(actor=factories.leader_of(team), training_id=training.pk, reason="再撤销一次")


def test_saved_searches_tell_what_is_new_once() -> None:
    who = factories.volunteer()
    client = logged_in(who.user)
    page = "/hall/volunteering/searches/"
    good(client.get(f"{page}?q=图书&skill=first-aid&skill=driving"))
    assert (
        client.post(f"{page}?q=图书&field=community&skill=first-aid&skill=driving", {"title": "图书"}).status_code
        == 302
    )
    search = SavedSearch.objects.get()
    asked = searches.criteria_of(search)
    assert (asked.text, asked.field, asked.skills) == ("图书", "community", {"first-aid", "driving"})
    assert searches.tell_all() == 0
    fresh = factories.activity(published_at=timezone.now() + timedelta(seconds=1))
    factories.shift(fresh)
    factories.shift(factories.activity(field="care"))
    finder.refresh(Activity.objects.values_list("pk", flat=True))
    assert searches.tell_all() == 1
    told = Message.objects.get(recipient=who.user)
    assert fresh.title in told.text
    assert told.url == f"{page}{search.pk}/"
    assert "q=" in client.get(told.url).url
    assert logged_in(factories.volunteer().user).get(told.url).status_code == 404
    assert searches.tell_all() == 0
    with pytest.raises(ConflictError):
        searches.save(user=who.user, title="图书", asked=criteria.Criteria())
    client.post(f"{page}{search.pk}/silence/")
    search.refresh_from_db()
    assert not search.notify
    assert logged_in(factories.volunteer().user).post(f"{page}{search.pk}/remove/").status_code == 302
    assert SavedSearch.objects.exists()
    client.post(f"{page}{search.pk}/remove/")
    assert not SavedSearch.objects.exists()


def test_a_saved_search_tells_what_its_day_reaches_only_later() -> None:
    who, leader = factories.volunteer(), factories.volunteer()
    later = factories.activity()
    factories.shift(later, days=9)
    finder.refresh([later.pk])
    week = searches.save(user=who.user, title="一周", asked=criteria.Criteria(days="week"))
    # As long as a title may be: its address would not go into a message.
    searches.save(user=leader.user, title="长", asked=criteria.Criteria(text="图书角整理" * 12))
    assert searches.tell_all() == 0
    # Time passes: what was published a while ago is within the week now.
    later.sessions.update(during=(factories.tomorrow(), factories.tomorrow(11)))
    other = factories.shift(factories.activity(title="图书角整理" * 12)).post.activity
    finder.refresh([later.pk, other.pk])
    SavedSearch.objects.filter(pk=week.pk).update(looked_at=timezone.now() + timedelta(days=2))
    assert searches.tell_all() == 2
    assert searches.tell_all() == 0
    assert later.title in Message.objects.get(recipient=who.user).text


def test_a_search_that_fails_keeps_no_other_from_being_told() -> None:
    one, other = factories.volunteer(), factories.volunteer()
    for who in (one, other):
        searches.save(user=who.user, title="全部", asked=criteria.Criteria())
    finder.refresh([factories.shift().post.activity_id])
    SavedSearch.objects.filter(volunteer=one).update(criteria=[["q"]])
    assert searches.tell_all() == 1
    assert Message.objects.get().recipient == other.user


def test_the_map_leads_to_activities(client: Client) -> None:
    for east in (0.0, 0.02, 0.02):
        shift = factories.shift(factories.activity(longitude=116.4 + east, latitude=39.9))
        finder.refresh([shift.post.activity_id])
    page = good(client.get("/volunteering/map/?near=116.4,39.91"))
    assert page.count("st-map__dot") == 2
    assert "公里" in page
    assert "没有填写位置" in good(client.get("/volunteering/map/?q=没有这样的"))


spots = st.builds(Spot, st.floats(73, 135), st.floats(4, 53))


@given(st.lists(spots, min_size=1, max_size=30), st.none() | spots)
def test_every_place_lies_on_the_map(places: list[Spot], here: Spot | None) -> None:
    picture = scatter.draw(places, here)
    assert picture is not None
    assert sorted(member for dot in picture.dots for member in dot.members) == list(range(len(places)))
    for dot in picture.dots:
        assert 0 <= dot.x <= picture.width
        assert 0 <= dot.y <= picture.height
    assert 0 < picture.scale_width <= picture.width / 2
    assert scatter.draw([], here) is None


def test_one_session_of_a_series_is_cancelled_and_everybody_told() -> None:
    shift = factories.shift()
    other = factories.shift(shift.post.activity, days=8)
    who = factories.volunteer()
    sign_up(shift_id=shift.pk, volunteer_id=who.pk)
    kept = sign_up(shift_id=other.pk, volunteer_id=who.pk)
    leader = logged_in(factories.leader_of(shift.post.activity.team))
    page = f"/hall/volunteering/activities/{shift.post.activity_id}/"
    assert "更改或者取消这一场" in good(leader.get(page))
    leader.post(f"/hall/volunteering/organise/sessions/{shift.session_id}/cancel/", {"reason": "当天停电"})
    shift.session.refresh_from_db()
    assert shift.session.state == SessionState.CANCELLED
    assert Message.objects.filter(recipient=who.user, text="当天停电").count() == 1
    assert Signup.objects.get(pk=kept.signup_id).state == SignupState.HELD
    stranger = logged_in(factories.person())
    gone = stranger.post(f"/hall/volunteering/organise/sessions/{other.session_id}/cancel/", {"reason": "不该成功"})
    assert gone.status_code == 404


def test_templates_and_changes_of_activities() -> None:
    shift = factories.shift()
    activity = shift.post.activity
    leader = logged_in(factories.leader_of(activity.team))
    leader.post(f"/hall/volunteering/organise/activities/{activity.pk}/template/", {"title": "图书角"})
    template = ActivityTemplate.objects.get()
    assert "图书角" in good(leader.get(f"/hall/volunteering/organise/teams/{activity.team_id}/"))
    leader.post(f"/hall/volunteering/organise/templates/{template.pk}/draft/")
    made = Activity.objects.exclude(pk=activity.pk).get()
    assert (made.state, made.title, made.posts.count()) == ("draft", activity.title, 1)
    edit = f"/hall/volunteering/organise/activities/{made.pk}/edit/"
    page = good(leader.get(edit))
    assert "北京市朝阳区" in page
    values = {
        "title": "新的图书角", "field": "culture", "content": "整理", "division_code": "北京市朝阳区",
        "address": "二楼",
        "risks": "小心", "admission": "review", "contact": "赵示范", "contact_phone": "010-00000000",
    }  # fmt: skip
    good(leader.post(edit, {**values, "title": ""}), 422)
    assert leader.post(edit, values).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.field, made.longitude) == ("新的图书角", "culture", None)


@given(st.integers(0, (1 << 28) - 1))
def test_times_of_a_week_are_bits(times: int) -> None:
    assert TimesField(required=False).clean(TimesField.ticked(times)) == times


def test_the_times_of_a_week_are_kept() -> None:
    who = factories.volunteer()
    client = logged_in(who.user)
    page = "/hall/volunteering/profile/"
    assert "周六" in good(client.get(page))
    client.post(page, {"reach_km": "10", "times": ["21", "22"]})
    who.refresh_from_db()
    assert who.times == (1 << 21) | (1 << 22)
    client.post(page, {"reach_km": "10"})
    who.refresh_from_db()
    assert who.times == (1 << 28) - 1
