"""Pages of volunteering: portal, hall, organisers, office."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from icalendar import Calendar

from shetong.accounts.models import User
from shetong.volunteering.models import Activity, ActivityState, Signup, SignupState, Team, TeamState, Volunteer
from shetong.volunteering.services import finder, places
from shetong.volunteering.services.signups import sign_up
from tests.casework.factories import registrar
from tests.pages import faults
from tests.registry.factories import identity_number
from tests.volunteering import factories

pytestmark = pytest.mark.django_db


def logged_in(user: User) -> Client:
    if user.role_assignments.exists():
        TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user)
    return client


def good(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:500]
    text: str = response.content.decode()
    assert faults(text) == []
    return text


def test_everybody_finds_an_activity_and_its_page(client: Client) -> None:
    shift = factories.shift(skills=["first-aid"])
    activity = shift.post.activity
    finder.refresh([activity.pk])
    assert activity.number in good(client.get("/volunteering/"))
    assert activity.number in good(client.get("/volunteering/?q=图书&near=116.4,39.9&division=北京市朝阳区"))
    assert "没有找到" in good(client.get("/volunteering/?q=没有这样的"))
    assert "没有识别" in good(client.get("/volunteering/?near=here"))
    page = good(client.get(f"/volunteering/activities/{activity.number}/"))
    for part in ('property="og:title"', "schema.org", "风险提示", "急救", "报名"):
        assert part in page, part
    assert client.get("/volunteering/activities/A00000000000/").status_code == 404


def test_sessions_go_into_a_calendar(client: Client) -> None:
    shift = factories.shift()
    activity = shift.post.activity
    calendar = Calendar.from_ical(client.get(f"/volunteering/activities/{activity.number}/calendar.ics").content)
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]) == activity.title
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(hours=2)


def test_somebody_registers_and_signs_up(settings: Any) -> None:
    settings.IDENTITY_SERVICE_URL = "demo:"
    user = factories.person()
    client = logged_in(user)
    shift = factories.shift()
    number = shift.post.activity.number
    asked = client.post(f"/hall/volunteering/shifts/{shift.pk}/sign-up/")
    assert asked.url == f"/hall/volunteering/register/?next=/volunteering/activities/{number}/"
    good(client.get("/hall/volunteering/register/"))
    wrong = good(client.post("/hall/volunteering/register/", {"name": "陈示范", "identity_number": "1"}), 422)
    assert "错误" in wrong
    filled = {
        "name": "陈示范", "identity_number": identity_number(), "phone": "13800001234", "division_code": "北京市朝阳区",
        "skills": ["first-aid"], "consents": ["service", "sensitive"],
    }  # fmt: skip
    done = client.post(asked.url, filled)
    assert done.url == f"/volunteering/activities/{number}/"
    assert Volunteer.objects.get(user=user).division_code == "110105"
    client.post(f"/hall/volunteering/shifts/{shift.pk}/sign-up/")
    assert "报名成功" in good(client.get(done.url))
    home = good(client.get("/hall/volunteering/"))
    assert "已录用" in home
    signup = Signup.objects.get()
    client.post(f"/hall/volunteering/signups/{signup.pk}/withdraw/")
    signup.refresh_from_db()
    assert signup.state == SignupState.WITHDRAWN


def test_who_waits_sees_the_place_in_the_queue_and_confirms() -> None:
    shift = factories.shift(places=1)
    holder = factories.volunteer()
    first = sign_up(shift_id=shift.pk, volunteer_id=holder.pk)
    who = factories.volunteer()
    client = logged_in(who.user)
    client.post(f"/hall/volunteering/shifts/{shift.pk}/sign-up/")
    assert "候补第 1 位" in good(client.get("/hall/volunteering/"))
    places.withdraw(signup_id=first.signup_id, actor=holder.user)
    places.move_up(shift_id=shift.pk)
    assert "确认参加" in good(client.get("/hall/volunteering/"))
    mine = Signup.objects.get(volunteer=who)
    client.post(f"/hall/volunteering/signups/{mine.pk}/confirm/")
    mine.refresh_from_db()
    assert mine.state == SignupState.HELD
    assert client.get("/hall/volunteering/calendar.ics").content.count(b"BEGIN:VEVENT") == 1
    stranger = logged_in(factories.volunteer().user)
    assert stranger.post(f"/hall/volunteering/signups/{mine.pk}/withdraw/").status_code == 404


def test_a_volunteer_is_told_why_something_suits_and_what_is_missing() -> None:
    who = factories.volunteer(longitude=116.48, latitude=39.95, fields=["community"])
    client = logged_in(who.user)
    shift = factories.shift()
    finder.refresh([shift.post.activity_id])
    page = good(client.get("/volunteering/"))
    for reason in ("在您愿意前往的范围内", "有您空闲时间的场次", "是您想参加的服务"):
        assert reason in page, reason
    hard = factories.shift(skills=["driving"])
    assert "尚未登记的技能" in good(client.get(f"/volunteering/activities/{hard.post.activity.number}/"))


def test_profile_data_token_and_leaving() -> None:
    who = factories.volunteer()
    client = logged_in(who.user)
    good(client.get("/hall/volunteering/profile/"))
    assert client.post("/hall/volunteering/profile/", {"skills": ["driving"], "reach_km": "5"}).status_code == 302
    who.refresh_from_db()
    assert who.skills == ["driving"]
    assert "vt1:" in good(client.post("/hall/volunteering/token/", {"do": "issue"}))
    client.post("/hall/volunteering/token/", {"do": "end"})
    good(client.get("/hall/volunteering/leave/"))
    Volunteer.objects.filter(pk=who.pk).update(phone_sealed=None)
    client.post("/hall/volunteering/leave/")
    who.refresh_from_db()
    assert who.state == "erased"
    assert client.get("/hall/volunteering/data.json").status_code == 404


def test_a_minor_is_led_to_the_guardians_consent() -> None:
    who = factories.volunteer(state="pending")
    client = logged_in(who.user)
    assert "监护人" in good(client.get("/hall/volunteering/"))
    good(client.get("/hall/volunteering/guardian/"))
    good(client.post("/hall/volunteering/guardian/", {"name": "x", "phone": "1"}), 422)
    assert client.post("/hall/volunteering/guardian/", {"code": "1"}).status_code == 302


def test_an_organiser_comes_from_a_team_to_a_published_activity() -> None:
    founder = factories.person()
    client = logged_in(founder)
    good(client.get("/hall/volunteering/organise/"))
    good(client.post("/hall/volunteering/organise/teams/new/", {"name": "", "kind": "group"}), 422)
    team = {
        "name": "示范志愿队",
        "kind": "group",
        "division_code": "北京市朝阳区",
        "contact": "赵",
        "contact_phone": "010-1",
    }
    assert client.post("/hall/volunteering/organise/teams/new/", team).status_code == 302
    made = Team.objects.get()
    official = logged_in(registrar("110105"))
    assert "示范志愿队" in good(official.get("/office/volunteering/"))
    official.post(f"/office/volunteering/team/{made.pk}/", {"do": "pass"})
    made.refresh_from_db()
    assert made.state == TeamState.ACTIVE
    new = f"/hall/volunteering/organise/teams/{made.pk}/activities/new/"
    good(client.get(new))
    written = {
        "title": "河边清洁", "field": "environment", "content": "捡拾垃圾。", "address": "示范河", "spot": "116.4,39.9",
        "risks": "注意水边。", "admission": "review", "division_code": "", "contact": "", "contact_phone": "",
        "served": "沿河居民", "support": "提供手套", "check_in": "place", "crs": "gcj-02", "fence_metres": "200",
        "confirm_hours": "", "opens_at": "2026-01-05T09:00", "closes_at": "",
    }  # fmt: skip
    garbage = {
        "spot": "朝阳公园", "confirm_hours": "999", "fence_metres": "-5", "opens_at": "明天", "check_in": "x",
        "title": "字" * 81, "closes_at": "2020-01-01T00:00",
    }  # fmt: skip
    for name, value in garbage.items():
        assert "govuk-error-message" in good(client.post(new, {**written, name: value}), 422), name
    good(client.post(new, {**written, "spot": ""}), 422)  # checking in by being there needs a place
    page_url = client.post(new, {**written, "spot": "116.4，39.9"}).url
    good(client.get(page_url))
    activity = Activity.objects.get()
    assert (activity.check_in, activity.crs, activity.fence_metres, activity.confirm_hours, activity.longitude) == (
        "place", "gcj-02", 200, 24, 116.4,
    )  # fmt: skip
    edit = f"/hall/volunteering/organise/activities/{activity.pk}/edit/"
    assert 'value="2026-01-05T09:00"' in good(client.get(edit))
    kept = {**written, "division_code": "北京市朝阳区", "contact": "赵示范", "contact_phone": "010-1", "opens_at": ""}
    good(client.post(edit, {**kept, "division_code": "没有这里"}), 422)
    assert client.post(edit, {**kept, "members_only": "on"}).status_code == 302
    activity.refresh_from_db()
    assert (activity.members_only, activity.opens_at, activity.fence_metres) == (True, None, 200)
    client.post(edit, kept)
    good(client.post(f"{page_url}post/", {"title": "", "places": ""}), 422)
    for name, value in {"age_from": "-1", "age_to": "40000", "waiting_limit": "-3", "training": "训" * 101}.items():
        good(client.post(f"{page_url}post/", {"title": "清洁员", "places": "5", name: value}), 422)
    post = {"title": "清洁员", "places": "5", "waiting_limit": "7", "languages": ["cmn"], "duties": "捡拾"}
    client.post(f"{page_url}post/", post)
    made_post = activity.posts.get()
    assert (made_post.waiting_limit, made_post.languages, made_post.duties) == (7, ["cmn"], "捡拾")
    change_post = f"/hall/volunteering/organise/posts/{made_post.pk}/change/"
    good(client.get(change_post))
    good(client.post(change_post, {**post, "places": "0"}), 422)
    assert client.post(change_post, {**post, "languages": []}).status_code == 302
    day = factories.tomorrow().date()
    sessions = {"day": str(day), "time": "09:00", "minutes": "90", "rule": "FREQ=WEEKLY",
                "until": str(day + timedelta(days=14))}  # fmt: skip
    for name, value in {"day": "9999-12-31", "minutes": "0", "time": "25:00"}.items():
        good(client.post(f"{page_url}sessions/", {**sessions, name: value}), 422)
    client.post(f"{page_url}sessions/", sessions)
    assert activity.sessions.count() == 3
    client.post(f"{page_url}publish/")
    assert "河边清洁" in good(official.get("/office/volunteering/"))
    official.post(f"/office/volunteering/activity/{activity.pk}/", {"do": "pass"})
    activity.refresh_from_db()
    assert activity.state == ActivityState.RECRUITING
    who = factories.volunteer()
    answer = sign_up(shift_id=activity.sessions.order_by("during")[0].shifts.get().pk, volunteer_id=who.pk)
    assert who.number in good(client.get(page_url))
    client.post(f"/hall/volunteering/applicants/{answer.signup_id}/admit/")
    assert Signup.objects.get().state == SignupState.HELD
    session = activity.sessions.order_by("during")[0]
    change = f"/hall/volunteering/organise/sessions/{session.pk}/change/"
    moved = {
        "day": str(day),
        "time": "15:00",
        "minutes": "60",
        "address": "上游",
        "spot": "116.4,39.91",
        "crs": "wgs-84",
    }
    good(client.get(change))
    good(client.post(change, {**moved, "minutes": "1"}), 422)
    assert client.post(change, moved).status_code == 302
    shift = session.shifts.get()
    numbers = {f"shift-{shift.pk}-places": "9", f"shift-{shift.pk}-waiting_limit": "0"}
    good(client.post(f"/hall/volunteering/organise/shifts/{shift.pk}/change/", {}), 422)
    good(
        client.post(f"/hall/volunteering/organise/shifts/{shift.pk}/change/", {**numbers, next(iter(numbers)): "0"}),
        422,
    )
    assert client.post(f"/hall/volunteering/organise/shifts/{shift.pk}/change/", numbers).status_code == 302
    shift.refresh_from_db()
    assert shift.places == 9
    assert "上游" in good(client.get(f"/volunteering/activities/{activity.number}/"))
    assert "上游" in good(logged_in(who.user).get("/hall/volunteering/"))
    good(official.get("/office/volunteering/suspensions/"))
    good(official.post("/office/volunteering/suspensions/", {"number": "V1", "reason": ""}), 422)
    official.post("/office/volunteering/suspensions/", {"number": who.number, "reason": "多次无故缺席。"})
    assert who.number in good(official.get("/office/volunteering/suspensions/"))
    assert "多次无故缺席" in good(logged_in(who.user).get("/hall/volunteering/"))
    official.post(f"/office/volunteering/suspensions/{who.suspensions.get().pk}/end/", {"reason": "已说明情况。"})
    assert "已说明情况" in good(official.get("/office/volunteering/suspensions/?show=ended"))
    client.post(f"{page_url}cancel/", {"reason": "水位过高，不能举办。"})
    assert "已取消" in good(client.get(page_url))
    assert logged_in(factories.person()).get(page_url).status_code == 404
