"""What a visitor chose stays chosen: elder-friendly mode and language, from page to page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys import register
from tests.journeys.conftest import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def size_of_text(page: Page) -> float:
    return float(page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p, main dd')).fontSize)"))


def test_the_elder_mode_is_kept_across_pages_until_it_is_left(visitor: Visitor) -> None:
    known = register.fill()
    page = visitor(viewport=PHONE)
    page.goto("/search/?q=公益&kind=FD")
    usual = size_of_text(page)
    page.get_by_role("button", name="长者模式").click()
    assert page.url.endswith("kind=FD")  # where the visitor was
    assert page.get_by_role("button", name="长者模式").get_attribute("aria-pressed") == "true"
    assert size_of_text(page) >= usual * 1.2
    page.get_by_role("link", name="北京市青山公益基金会", exact=True).click()
    assert page.url.endswith(f"/organisations/{known.rich}/")
    assert "st-elder" in (page.locator("html").get_attribute("class") or "")
    assert page.get_by_role("navigation", name="本页目录").is_hidden()
    button = page.get_by_role("link", name="下载登记证书").bounding_box()
    assert button is not None
    assert button["height"] >= 56
    page.get_by_role("button", name="长者模式").click()
    assert "st-elder" not in (page.locator("html").get_attribute("class") or "")


def test_english_is_kept_across_pages_and_names_stay_chinese(visitor: Visitor) -> None:
    known = register.fill()
    page = visitor()
    page.goto(f"/organisations/{known.rich}/")
    page.get_by_role("button", name="English").click()
    assert page.url.endswith(f"/organisations/{known.rich}/")
    assert page.locator("html").get_attribute("lang") == "en"
    heading = page.get_by_role("heading", level=1)
    assert heading.get_attribute("lang") == "zh-CN"
    assert heading.inner_text() == "北京市青山公益基金会"
    page.get_by_role("link", name="Organisations").first.click()
    page.get_by_role("combobox").fill("qsg")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/search/?q=qsg")
    assert page.get_by_role("link", name="Foundation").count() >= 1
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
