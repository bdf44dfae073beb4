"""Account pages in a real Chromium: passkeys, phones, accessibility."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.services import audit, roles
from tests.accounts.conftest import PASSWORD

PICTURES = os.environ.get("SHETONG_SCREENSHOTS", "")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """A 390-pixel phone with a virtual authenticator (CDP WebAuthn) that answers every request."""
    context: BrowserContext = chromium.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN"
    )
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if "Content Security Policy" in text] == []


def log_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("用户名或电子邮箱").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def judge(page: Page, name: str) -> None:
    """No violation of WCAG 2.2 AA, nothing wider than the phone; keep a picture where one is wanted."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{name} is wider than a phone"
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=Path(PICTURES) / f"{name}-desktop.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})


def test_a_passkey_is_added_then_replaces_the_password(phone: Page) -> None:
    user = User.objects.create_user("li", password=PASSWORD, display_name="李同志")
    log_in(phone, "li")
    phone.get_by_role("link", name="管理两步验证").click()
    phone.get_by_role("button", name="添加通行密钥").click()
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="确定").click()
    phone.get_by_label("名称").fill("办公电脑")
    judge(phone, "passkey-add")
    phone.get_by_role("button", name="添加", exact=True).click()
    expect(phone.get_by_role("heading", name="恢复码")).to_be_visible()
    phone.goto(reverse("mfa_list_webauthn"))
    expect(phone.get_by_text("办公电脑").first).to_be_visible()
    phone.goto(reverse("account_logout"))
    phone.get_by_role("main").get_by_role("button", name="退出登录").click()

    # Without any name or password.
    phone.goto("/accounts/login/")
    phone.get_by_role("button", name="使用通行密钥登录").click()
    expect(phone.get_by_role("heading", name="我的账号")).to_be_visible()
    login = AuditEvent.objects.filter(action="account.login").order_by("-id")[0]
    assert (login.actor, login.detail["method"]) == (user, "passkey")


def test_a_passkey_is_the_second_factor_after_the_password(phone: Page) -> None:
    user = User.objects.create_user("li", password=PASSWORD, display_name="李同志")
    log_in(phone, "li")
    phone.goto(reverse("mfa_add_webauthn"))
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="确定").click()
    phone.get_by_role("button", name="添加", exact=True).click()
    expect(phone.get_by_role("heading", name="恢复码")).to_be_visible()
    # From now on an official, for whom the second factor is the condition.
    roles.grant(user=user, role="registrar", division_code="110000", reason="任命", actor=None)
    phone.context.clear_cookies()
    log_in(phone, "li")
    expect(phone.get_by_role("heading", name="两步验证")).to_be_visible()
    judge(phone, "second-factor")
    phone.get_by_role("button", name="使用通行密钥").click()
    expect(phone.get_by_role("heading", name="我的账号")).to_be_visible()
    phone.get_by_role("link", name="进入办公平台").click()
    expect(phone.get_by_role("heading", name="登记员")).to_be_visible()
    judge(phone, "office")


def test_a_refused_passkey_says_what_to_do(phone: Page) -> None:
    phone.goto("/accounts/login/")
    phone.get_by_role("button", name="使用通行密钥登录").click()
    expect(phone.get_by_role("alert")).to_contain_text("改用密码登录")


def test_the_pages_are_accessible_and_fit_a_phone(phone: Page, settings: Any) -> None:
    settings.DEMO_ACCOUNTS = True
    person = User.objects.create_user("demo-all", password=PASSWORD, display_name="演示管理员", demo=True)
    phone.goto("/accounts/login/")
    judge(phone, "login")
    log_in(phone, "nobody")
    expect(phone.get_by_text("请改正以下问题")).to_be_visible()
    judge(phone, "login-failed")
    roles.grant(user=person, role="administrator", division_code="100000", reason="演示账号", actor=None)
    log_in(phone, "demo-all")
    for name in ("accounts:home", "accounts:sessions", "accounts:access-log", "accounts:office", "mfa_index"):
        phone.goto(reverse(name))
        judge(phone, name.replace(":", "-"))
    phone.goto(reverse("mfa_activate_totp"))
    judge(phone, "reauthenticate")
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="确定").click()
    judge(phone, "totp")
    other = User.objects.create_user("li", display_name="李同志")
    roles.grant(user=other, role="registrar", division_code="110000", reason="担任登记科科员", actor=None)
    for name, address in (
        ("users", reverse("accounts:users")),
        ("user", reverse("accounts:user", args=[other.pk])),
        ("user-new", reverse("accounts:user-new")),
        ("api-keys", reverse("accounts:api-keys")),
    ):
        phone.goto(address)
        judge(phone, name)


def test_the_audit_list_is_accessible_and_fits_a_phone(phone: Page) -> None:
    person = User.objects.create_user("demo-auditor", password=PASSWORD, display_name="演示审计员", demo=True)
    roles.grant(user=person, role="auditor", division_code="110000", reason="演示账号", actor=None)
    for number in range(3):
        audit.record(
            actor=person, action="personal-data.read", target=f"person:{number}", jurisdiction="110105",
            purpose="supervision", detail={"field": "identity_number", "reason": "受理编号 2026-001"},
        )  # fmt: skip
    log_in(phone, "demo-auditor")
    phone.goto(reverse("accounts:audit"))
    judge(phone, "audit")
    phone.get_by_label("动作").select_option(label="查看个人信息")
    phone.get_by_role("button", name="筛选").click()
    expect(phone.get_by_role("cell", name="person:2")).to_be_visible()


def test_everything_but_passkeys_works_without_scripts(chromium: Browser, live_server: Any) -> None:
    User.objects.create_user("li", password=PASSWORD, display_name="李同志")
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    log_in(page, "li")
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    page.goto(reverse("mfa_activate_totp"))
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_alt_text("验证器二维码")).to_be_visible()
    context.close()
