"""Pages of volunteering on a phone, judged by axe and width; a certificate verified by a stranger, offline too."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from shetong.accounts.models import User
from shetong.accounts.services.demo import ensure_demo_accounts
from shetong.core import pii
from shetong.volunteering import demo
from shetong.volunteering.models import ServiceCertificate, Team
from shetong.volunteering.rules import service_tokens
from shetong.volunteering.services.certificates import TOKEN_CONTEXT
from tests.casework.factories import chief
from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.test_everybody import AXE, judge
from tests.volunteering.test_pages import logged_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# One page of each kind; keeping it quick matters more than having all of them.
EVERYBODY = (
    "/volunteering/map/?division=110105", "/volunteering/organisations/", "/volunteering/honours/",
    "/volunteering/benefits/", "/volunteering/stories/", "/volunteering/elsewhere/",
)  # fmt: skip
VOLUNTEER = (
    "/hall/volunteering/record/", "/hall/volunteering/consents/", "/hall/volunteering/searches/?q=图书",
    "/hall/volunteering/benefits/", "/hall/volunteering/profile/",
)  # fmt: skip
OFFICE = (
    "/office/volunteering/certificates/", "/office/volunteering/honours/", "/office/volunteering/merges/",
    "/office/volunteering/imports/",
)  # fmt: skip


def seen(page: Page, address: str) -> None:
    """Open a page and judge it; keep pictures in two widths where SHOTS names a folder."""
    page.goto(address)
    assert judge(page) == [], address
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    if folder := os.environ.get("SHOTS"):
        name = address.split("?")[0].strip("/").replace("/", "-") or "home"
        page.screenshot(path=f"{folder}/{name}-390.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=f"{folder}/{name}-1280.png", full_page=True)
        page.set_viewport_size(PHONE)


def as_(page: Page, client: Client, address: str) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


def test_pages_of_each_kind_and_a_certificate_that_a_stranger_believes(
    visitor: Visitor, live_server: Any, settings: Any
) -> None:
    settings.IDENTITY_SERVICE_URL, settings.DEMO_ACCOUNTS, settings.PUBLIC_URL = "demo:", True, live_server.url
    ensure_demo_accounts()
    demo.load()
    team = Team.objects.get(division_code="110105")
    phone = visitor(viewport=PHONE)
    phone.context.add_init_script(AXE)

    certificate = ServiceCertificate.objects.filter(volunteer__user__username="demo-citizen").get()
    token = pii.ring().open_content(bytes(certificate.token_sealed), context=TOKEN_CONTEXT)
    link = service_tokens.link(token, serial=certificate.serial, public_url=live_server.url)
    phone.goto(link)
    verdict = phone.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-verdict", "valid")
    expect(phone.locator("#verify-result")).to_contain_text("105 小时")
    assert judge(phone) == []
    if folder := os.environ.get("SHOTS"):
        phone.screenshot(path=f"{folder}/verified-390.png", full_page=True)
    phone.context.set_offline(True)
    phone.locator("#link").fill(link)
    phone.get_by_role("button", name="验证", exact=True).click()
    expect(verdict).to_have_attribute("data-verdict", "offline")
    phone.locator("#link").fill(f"{link[:-30]}{'7' * 30}")
    phone.get_by_role("button", name="验证", exact=True).click()
    expect(verdict).to_have_attribute("data-verdict", "bad-signature")
    phone.context.set_offline(False)

    here = f"/volunteering/teams/{team.number}/"
    for address in (*EVERYBODY, here, f"/S/{certificate.serial}/"):
        seen(phone, address)
    as_(phone, logged_in(User.objects.get(username="demo-citizen")), live_server.url)
    for address in VOLUNTEER:
        seen(phone, address)
    as_(phone, logged_in(User.objects.get(username="demo-applicant")), live_server.url)
    own = f"/hall/volunteering/organise/teams/{team.pk}/"
    for address in (own, f"{own}certificates/"):
        seen(phone, address)
    as_(phone, logged_in(chief("100000")), live_server.url)
    for address in OFFICE:
        seen(phone, address)
