"""The newcomer's journey: three letters of pinyin, the organisation, its certificate, its QR code, verified."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
import zxingcpp
from playwright.sync_api import Page, Route, expect

from tests.journeys import register
from tests.journeys.conftest import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def type_and_wait(page: Page, text: str) -> None:
    """Type into the search box and wait until suggestions stand."""
    page.get_by_role("combobox").press_sequentially(text)
    expect(page.get_by_role("option").first).to_be_visible()


def qr_code_of(file: Path) -> str:
    """Read the one QR code on the first page of a PDF, as a phone's camera would."""
    picture = pymupdf.open(file)[0].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY, alpha=False)
    (found,) = zxingcpp.read_barcodes(memoryview(picture.samples).cast("B", (picture.height, picture.width)))
    return str(found.text)


def test_from_three_letters_to_a_verified_certificate(visitor: Visitor, tmp_path: Path) -> None:
    known = register.fill()
    page = visitor()
    page.goto("/")
    page.get_by_role("combobox").focus()
    type_and_wait(page, "qsg")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/organisations/{known.rich}/")
    assert "北京市青山公益基金会" in page.get_by_role("heading", level=1).inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载登记证书").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == f"北京市青山公益基金会-登记证书-{known.serial}.pdf"

    phone = visitor(viewport=PHONE)
    phone.goto(qr_code_of(file))
    expect(phone.locator("[data-verdict='valid']")).to_be_visible()
    assert "真实有效" in phone.locator("[data-verdict] h2").inner_text()
    assert "北京市青山公益基金会" in phone.locator("#verify-result").inner_text()
    phone.get_by_role("link", name="查看该组织的现登记信息").click()
    phone.wait_for_url(f"**/organisations/{known.rich}/")


def test_suggestions_by_keyboard_tell_a_screen_reader_what_happens(visitor: Visitor) -> None:
    register.fill()
    page = visitor()
    page.goto("/")
    box = page.get_by_role("combobox", name="名称、曾用名、拼音或统一社会信用代码")
    status = page.locator("form.st-search [role=status]")
    assert box.get_attribute("aria-expanded") == "false"
    box.focus()
    type_and_wait(page, "公益")
    assert box.get_attribute("aria-expanded") == "true"
    number = page.get_by_role("option").count()
    assert f"有 {number} 条建议" in status.inner_text()
    box.press("ArrowDown")
    first = page.get_by_role("option").first
    assert first.get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowUp")
    assert page.get_by_role("option").last.get_attribute("aria-selected") == "true"
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "公益"
    expect(page.get_by_role("option")).to_have_count(0)
    box.press("Enter")
    page.wait_for_url("**/search/?q=**")
    assert page.locator(".st-row mark").first.inner_text() == "公益"


def test_a_pointer_picks_a_suggestion_too(visitor: Visitor) -> None:
    known = register.fill()
    page = visitor(viewport=PHONE, has_touch=True)
    page.goto("/")
    page.get_by_role("combobox").focus()
    type_and_wait(page, "旧事")
    page.get_by_role("option").first.tap()
    page.wait_for_url(f"**/organisations/{known.ended}/")
    assert "注销" in page.locator(".st-notice--bad").inner_text()


def test_late_suggestions_do_not_replace_newer_ones(visitor: Visitor) -> None:
    register.fill()
    page = visitor()
    held: list[Route] = []
    page.route("**/suggest?q=%E5%85%AC", lambda route: held.append(route))
    page.goto("/")
    box = page.get_by_role("combobox")
    with page.expect_request("**/suggest?q=%E5%85%AC"):
        box.fill("公")
    box.fill("春晖")
    expect(page.get_by_role("option")).to_have_count(1)
    held[0].fulfill(json=[{"text": "旧", "name": "旧", "code": "x", "kind_name": "", "division_name": ""}])
    expect(page.get_by_role("option")).to_contain_text("春晖")


def test_where_suggestions_fail_the_search_still_works(visitor: Visitor) -> None:
    register.fill()
    page = visitor()
    page.route("**/suggest**", lambda route: route.fulfill(status=200, body="<html>a proxy's own page</html>"))
    page.goto("/")
    box = page.get_by_role("combobox")
    with page.expect_response("**/suggest**"):
        box.fill("春晖")
    box.press("Enter")
    page.wait_for_url("**/search/**")
    assert "北京市春晖助学研究会" in page.locator(".st-row").first.inner_text()


def test_everything_works_without_scripts(visitor: Visitor) -> None:
    known = register.fill()
    page = visitor(java_script_enabled=False, viewport=PHONE)
    page.goto("/")
    page.get_by_label("名称、曾用名、拼音或统一社会信用代码").fill("qsg")
    page.get_by_role("button", name="查找").click()
    page.locator(".st-filters > summary").click()
    page.locator(".st-filters").get_by_role("link", name="基金会").click()
    page.get_by_role("link", name="北京市青山公益基金会", exact=True).click()
    assert page.url.endswith(f"/organisations/{known.rich}/")
    assert page.locator("button:visible", has_text="打印").count() == 0  # nothing offered that cannot work
    page.get_by_label("日期").fill("2018-01-01")
    page.get_by_role("button", name="查看").click()
    assert "北京市远山公益基金会" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="回到现在").click()
    page.get_by_role("link", name=known.serial).click()
    assert "登记管理机关的记录" in page.locator("#verify-result").inner_text()
