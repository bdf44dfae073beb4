"""A new volunteer on a phone, from finding something on Saturday to a certificate that a stranger believes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shetong.volunteering.models import Post, ServiceRecord, Session, Shift, Signup
from shetong.volunteering.rules.criteria import period
from shetong.volunteering.services import finder
from tests.casework.factories import registrar
from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.test_everybody import AXE, judge
from tests.journeys.test_newcomer import qr_code_of
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


def test_from_finding_something_on_saturday_to_a_certificate_that_a_stranger_believes(
    visitor: Visitor, live_server: Any, settings: Any, tmp_path: Path
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
    with moment(signup.during.lower + timedelta(minutes=45), phone, user, here):
        as_(leader, factories.leader_of(team), here)
        leave_and_be_confirmed(phone, leader, shift.session_id)
        link = certificate_of(phone, tmp_path)
        stranger = visitor(viewport=PHONE)
        stranger.context.add_init_script(AXE)
        stranger.goto(link)
        expect(stranger.locator("[data-verdict='valid']")).to_be_visible()
        expect(stranger.locator("#verify-result")).to_contain_text("陈示范")
        expect(stranger.locator("#verify-result")).to_contain_text(team.name)
        seen(stranger, "14-stranger")
        forge(leader, signup, here)
        office = visitor(viewport=PHONE)
        office.context.add_init_script(AXE)
        as_(office, registrar("110105"), here)
        judged_by(office, team.name)
        phone.goto("/hall/volunteering/hours/")
        expect(phone.get_by_text("0.6 小时 1 条记录")).to_be_visible()
        seen(phone, "19-hours-unchanged")
    states = ServiceRecord.objects.order_by("pk").values_list("team", "state")
    assert [(pk == team.pk, state) for pk, state in states] == [(True, "confirmed"), (False, "void")]


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
    """Open the page once, lose the network, open it again, check in; hand it in when the network is back."""
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
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="等待提交")).to_be_hidden()
    expect(phone.locator("[data-says]")).to_contain_text("签到")
    seen(phone, "09-online-again")


def leave_and_be_confirmed(phone: Page, leader: Page, session: int) -> None:
    shown = code_shown(leader, session)
    phone.goto("/hall/volunteering/check-in/")
    expect(phone.get_by_role("radio", name="签退")).to_be_checked()
    phone.get_by_label("8位数字").fill(shown)
    phone.get_by_role("button", name="提交数字").tap()
    expect(phone.locator("[data-says]")).to_contain_text("签退")
    seen(phone, "10-left")
    leader.get_by_role("link", name="回到场次").tap()
    leader.get_by_role("checkbox", name=re.compile("陈")).check()
    leader.get_by_role("button", name="确认所选人员的时长").tap()
    expect(leader.get_by_role("alert").or_(leader.locator(".st-notice")).first).to_be_visible()
    seen(leader, "11-confirmed")
    phone.goto("/hall/volunteering/hours/")
    expect(phone.get_by_text("0.6 小时 1 条记录")).to_be_visible()
    seen(phone, "12-hours")


def certificate_of(phone: Page, folder: Path) -> str:
    """Ask for a certificate, download it, and return the link that its picture holds."""
    phone.goto("/hall/volunteering/record/")
    phone.get_by_role("button", name="出具证明").tap()
    expect(phone.get_by_text("证明已经出具")).to_be_visible()
    seen(phone, "13-certificate")
    link = phone.get_by_role("link", name="下载中文版")
    answer = phone.request.get(link.get_attribute("href") or "")
    file = folder / "certificate.pdf"
    file.write_bytes(answer.body())
    return qr_code_of(file)


def forge(leader: Page, signup: Signup, address: str) -> None:
    """Let another team claim half an hour of the same time."""
    other = factories.team(name="朝阳区另一支服务队")
    as_(leader, factories.leader_of(other), address)
    leader.goto(f"/hall/volunteering/teams/{other.pk}/records/")
    leader.get_by_text("补录一条记录").tap()
    begin = timezone.localtime(signup.during.lower) + timedelta(minutes=10)
    leader.get_by_label("志愿者编号").fill(signup.volunteer.number)
    leader.get_by_label("开始时间").fill(f"{begin:%Y-%m-%dT%H:%M}")
    leader.get_by_label("结束时间").fill(f"{begin + timedelta(minutes=30):%Y-%m-%dT%H:%M}")
    leader.get_by_label("服务内容").fill("发放传单")
    leader.get_by_label("补录的理由").fill("纸质登记")
    leader.get_by_role("button", name="补录", exact=True).tap()
    expect(leader.get_by_role("heading", name=re.compile("服务记录"))).to_be_visible()
    seen(leader, "15-forged")


def judged_by(office: Page, team: str) -> None:
    """Find the doubt in the list, see both records, and decide that the later one does not count."""
    office.goto("/office/volunteering/hours/")
    told = "与另一条记录重叠30分钟"
    row = office.get_by_role("listitem").filter(has_text=told)
    expect(row).to_contain_text("朝阳区另一支服务队")
    expect(row).to_contain_text("待确认")
    seen(office, "16-office")
    row.get_by_role("link", name=re.compile("陈")).click()
    expect(office.get_by_role("heading", name="核实服务记录")).to_be_visible()
    expect(office.get_by_text("朝阳区另一支服务队")).to_be_visible()
    expect(office.get_by_role("listitem").filter(has_text=told)).to_be_visible()
    # The record that stands, beside the one in doubt.
    expect(office.get_by_role("listitem").filter(has_text=team)).to_contain_text("扫码签到签退")
    seen(office, "17-office-record")
    office.get_by_label("理由").fill("同一时间在另一处签到签退，纸质登记不能采信")
    office.get_by_role("button", name="疑点成立，记录作废").click()
    expect(office.get_by_text("疑点成立，记录作废。")).to_be_visible()
    seen(office, "18-office-judged")
