"""A new volunteer's journey on a phone: find something nearby on Saturday, register, sign up, see the queue."""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shetong.volunteering.models import Post, Session, Shift, Signup
from shetong.volunteering.rules.criteria import period
from shetong.volunteering.services import finder
from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.test_everybody import AXE, judge
from tests.registry.factories import identity_number
from tests.volunteering import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def saturday() -> date:
    """Return the Saturday that a search for it means, unless that is today and too late."""
    first, _ = period("saturday", timezone.localdate())
    assert first is not None
    return first


def on_saturday(places: int) -> Shift:
    activity = factories.activity(title="胡同图书角", longitude=116.41, latitude=39.91)
    start = timezone.make_aware(datetime.combine(saturday(), time(23, 0)))
    session = Session.objects.create(activity=activity, during=(start, start + timedelta(minutes=50)))
    post = Post.objects.create(activity=activity, title="整理员", places=places)
    shift = Shift.objects.create(session=session, post=post, places=places, waiting_limit=10)
    finder.refresh([activity.pk])
    return shift


def seen(page: Page, name: str) -> None:
    """Judge a page by axe and by its width; keep a picture where SHOTS names a folder."""
    assert judge(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_register_find_something_nearby_on_saturday_and_sign_up(
    visitor: Visitor, live_server: Any, settings: Any
) -> None:
    settings.IDENTITY_SERVICE_URL = "demo:"
    shift = on_saturday(places=1)
    user = factories.person()
    client = Client()
    client.force_login(user)
    phone = visitor(
        viewport=PHONE, geolocation={"longitude": 116.4, "latitude": 39.9}, permissions=["geolocation"], has_touch=True
    )
    phone.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    phone.context.add_init_script(AXE)
    phone.goto("/volunteering/")
    phone.get_by_label("哪天").select_option("saturday")
    phone.get_by_role("button", name="用我的位置").tap()
    expect(phone.locator("#near")).to_have_value("116.400,39.900")
    phone.get_by_role("button", name="查找").tap()
    expect(phone.get_by_text("约 1.4 公里")).to_be_visible()
    seen(phone, "find")
    phone.get_by_role("link", name="胡同图书角").tap()
    expect(phone.get_by_role("heading", name="班次")).to_be_visible()
    seen(phone, "activity")
    phone.get_by_role("button", name="报名").tap()
    expect(phone.get_by_role("heading", name="注册为志愿者")).to_be_visible()
    seen(phone, "register")
    phone.get_by_role("button", name="核验身份并注册").tap()
    expect(phone.get_by_role("alert")).to_contain_text("请填写证件上的姓名")
    seen(phone, "register-errors")
    phone.get_by_label("姓名", exact=True).fill("陈示范")
    phone.get_by_label("证件号码").fill(identity_number())
    phone.get_by_label("手机号").fill("13800001234")
    phone.get_by_label("注册和参加志愿服务").check()
    phone.get_by_label("处理身份证件等敏感个人信息").check()
    phone.get_by_role("button", name="核验身份并注册").tap()
    phone.get_by_role("button", name="报名").tap()
    expect(phone.get_by_text("报名成功")).to_be_visible()
    phone.get_by_role("link", name="查看或取消").tap()
    expect(phone.get_by_text("已录用")).to_be_visible()
    seen(phone, "hall")
    assert Signup.objects.get().volunteer.user == user
    shift.refresh_from_db()
    assert shift.taken == 1


def test_an_organiser_works_on_a_phone_too(visitor: Visitor, live_server: Any) -> None:
    shift = on_saturday(places=2)
    activity = shift.post.activity
    client = Client()
    client.force_login(factories.leader_of(activity.team))
    phone = visitor(viewport=PHONE)
    phone.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    phone.context.add_init_script(AXE)
    for name, address in (
        ("organise", "/hall/volunteering/organise/"),
        ("new-activity", f"/hall/volunteering/organise/teams/{activity.team_id}/activities/new/"),
        ("manage", f"/hall/volunteering/activities/{activity.pk}/"),
    ):
        phone.goto(address)
        seen(phone, name)
