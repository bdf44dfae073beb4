"""A new volunteer on a phone, from finding something on Saturday to checking in without a network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shetong.volunteering.models import Post, Session, Shift, Signup
from shetong.volunteering.rules.criteria import period
from shetong.volunteering.services import finder
from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.test_everybody import AXE, judge
from tests.registry.factories import identity_number
from tests.volunteering import factories
from tests.volunteering.test_pages import logged_in
from tests.volunteering.test_service_time import move_clock

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
    assert page.evaluate("document.documentElement.scrollWidth") <= (page.viewport_size or PHONE)["width"]
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def as_(page: Page, user: Any, address: str) -> None:
    """Let somebody be logged in, now as the clock has it."""
    page.context.add_cookies(
        [{"name": "sessionid", "value": logged_in(user).cookies["sessionid"].value, "url": address}]
    )


@contextmanager
def moment(at: datetime, phone: Page, user: Any, address: str) -> Iterator[None]:
    """Let it be that moment, for the server and for the phone of somebody, who logs in anew."""
    with move_clock(seconds=(at - timezone.now()).total_seconds()):
        phone.clock.install(time=at)
        as_(phone, user, address)
        yield


def test_from_finding_something_on_saturday_to_checking_in_without_a_network(
    visitor: Visitor, live_server: Any, settings: Any
) -> None:
    settings.IDENTITY_SERVICE_URL = "demo:"
    shift, user, here = on_saturday(places=1), factories.person(), live_server.url
    phone = visitor(
        viewport=PHONE, geolocation={"longitude": 116.4, "latitude": 39.9}, permissions=["geolocation"], has_touch=True
    )
    as_(phone, user, here)
    phone.context.add_init_script(AXE)
    find_and_sign_up(phone)
    signup = Signup.objects.get()
    assert signup.volunteer.user == user
    shift.refresh_from_db()
    assert shift.taken == 1

    team = shift.post.activity.team
    leader = visitor(viewport=PHONE, has_touch=True)
    leader.context.add_init_script(AXE)
    with moment(signup.during.lower + timedelta(minutes=5), phone, user, here):
        as_(leader, factories.leader_of(team), here)
        come_without_a_network(phone, leader, shift.session_id)


def find_and_sign_up(phone: Page) -> None:
    """Find what is near on Saturday, register on the way, and take the place."""
    phone.goto("/volunteering/")
    phone.get_by_label("哪天").select_option("saturday")
    phone.get_by_role("button", name="用我的位置").tap()
    expect(phone.locator("#near")).to_have_value("116.400,39.900")
    phone.get_by_role("button", name="查找").tap()
    expect(phone.get_by_text("约 1.4 公里")).to_be_visible()
    seen(phone, "01-find")
    phone.get_by_role("link", name="胡同图书角").tap()
    expect(phone.get_by_role("heading", name="班次")).to_be_visible()
    seen(phone, "02-activity")
    phone.get_by_role("button", name="报名").tap()
    expect(phone.get_by_role("heading", name="注册为志愿者")).to_be_visible()
    seen(phone, "03-register")
    phone.get_by_role("button", name="核验身份并注册").tap()
    expect(phone.get_by_role("alert")).to_contain_text("请填写证件上的姓名")
    seen(phone, "04-register-errors")
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
    seen(phone, "05-hall")


def code_shown(leader: Page, session: int) -> str:
    """Return the digits on the phone of who organises."""
    leader.goto(f"/hall/volunteering/sessions/{session}/code/")
    digits = leader.locator("[data-digits]")
    expect(digits).to_have_text(re.compile(r"^\d{4} \d{4}$"))
    return digits.inner_text()


def come_without_a_network(phone: Page, leader: Page, session: int) -> None:
    """Open the page once, lose the network, open it again, check in."""
    shown = code_shown(leader, session)
    seen(leader, "06-code")
    phone.goto("/hall/volunteering/check-in/")
    expect(phone.locator("#check-in[data-kept=yes]")).to_be_attached()
    seen(phone, "07-check-in")
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("#check-in[data-ready=yes]")).to_be_attached()
    expect(phone.get_by_role("radio", name=re.compile("胡同图书角"))).to_be_checked()
    phone.get_by_label("8位数字").fill(shown)
    phone.get_by_role("button", name="提交数字").tap()
    expect(phone.get_by_role("heading", name="等待提交")).to_be_visible()
    # Leaving comes next, though nobody but the phone knows yet that somebody came.
    expect(phone.get_by_role("radio", name="签退")).to_be_checked()
    seen(phone, "08-offline")
