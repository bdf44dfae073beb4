"""Every public page for everybody: WCAG 2.2 AA judged by axe, no scrolling sideways, nothing at the window's edge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, ViewportSize

from tests.journeys import register
from tests.journeys.conftest import DESKTOP, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Text and controls nearer to the window's edge than this look like a mistake.
LEAST_MARGIN = 12
AT_THE_EDGE = """least => [...document.querySelectorAll('a, p, h1, h2, h3, li, dt, dd, th, td, label, button, input')]
  .filter(element => {
    const box = element.getBoundingClientRect();
    const apart = '.st-scroll, .st-code-block, .govuk-visually-hidden, .govuk-skip-link, .govuk-checkboxes__input';
    return box.width > 1 && box.height > 1 && !element.closest(apart) && element.checkVisibility()
      && (box.left < least || box.right > document.documentElement.clientWidth - least + 10);
  })
  .map(element => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 30)}`)"""


AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """async rules => {
  const options = {resultTypes: ['violations'], ...(rules.length ? {runOnly: rules} : {})};
  const result = await axe.run(document, options);
  return result.violations.map(found => `${found.id} ${found.nodes[0].html.slice(0, 120)}`);
}"""
# All that another colour scheme can change on the same page.
COLOURS = ["color-contrast"]


def judge(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe objects to, by all its rules (WCAG 2.2 AA and best practice) unless some are named."""
    found: list[str] = page.evaluate(RUN, list(rules))
    return found


def look(page: Page, viewport: ViewportSize, *, dark: bool) -> list[str]:
    """Return what is wrong with the page that stands, in a window of that size, in light and perhaps in dark."""
    page.set_viewport_size(viewport)
    found = judge(page)
    if dark:
        page.emulate_media(color_scheme="dark")
        found += [f"in the dark {fault}" for fault in judge(page, COLOURS)]
        page.emulate_media(color_scheme="light")
    if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
        found.append("wider than the window")
    found += [f"at the edge {text}" for text in page.evaluate(AT_THE_EDGE, LEAST_MARGIN)]
    return [f"{viewport['width']} px: {fault}" for fault in found]


@pytest.mark.parametrize("chosen", [{}, {"mode": "elder"}, {"language": "en"}], ids=["usual", "elder", "English"])
def test_every_public_page(visitor: Visitor, live_server: Any, chosen: dict[str, str]) -> None:
    page = visitor(viewport=PHONE)
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in chosen.items()])
    found: list[str] = []
    for name, address in register.fill().public_pages().items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok or name in register.MISSING, f"{name}: {answer.status}"
        page.evaluate(AXE)
        faults = look(page, PHONE, dark=not chosen)
        if "language" not in chosen:  # English changes words, not what stands where
            faults += look(page, DESKTOP, dark=not chosen)
        found += [f"{name}: {fault}" for fault in faults]
    assert found == []


def test_nothing_is_lost_at_four_times_the_size(visitor: Visitor) -> None:
    """WCAG 1.4.10: a window of 1280 pixels magnified four times is 320 pixels wide."""
    page = visitor(viewport={"width": 320, "height": 640})
    too_wide = []
    for name, address in register.fill().public_pages().items():
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            too_wide.append(name)
    assert too_wide == []


def test_header_and_content_share_their_edges_at_every_width(visitor: Visitor) -> None:
    page = visitor()
    page.goto("/")
    parts = [".st-brand", ".st-nav__link", "h1", ".st-footer__list a"]
    for width in range(320, 1400, 36):
        page.set_viewport_size({"width": width, "height": 700})
        left = [page.locator(part).first.evaluate("part => part.getBoundingClientRect().left") for part in parts]
        assert len(set(map(round, left))) == 1, f"at {width} pixels: {dict(zip(parts, left, strict=True))}"
        assert left[0] >= LEAST_MARGIN


def test_filters_can_be_opened_and_used_on_a_phone(visitor: Visitor) -> None:
    register.fill()
    page = visitor(viewport=PHONE)
    page.goto("/search/?q=公益")
    assert page.get_by_role("link", name="社会团体").is_hidden()
    page.locator(".st-filters > summary").press("Enter")
    page.evaluate(AXE)
    assert judge(page) == []
    page.get_by_role("link", name="社会团体", exact=True).click()
    page.wait_for_url("**kind=SG**")
    assert page.locator(".st-row").count() == 1


def test_the_printed_page_has_nothing_to_click_and_the_code_to_come_back(visitor: Visitor) -> None:
    known = register.fill()
    page = visitor()
    page.goto(f"/organisations/{known.rich}/")
    page.emulate_media(media="print")
    for gone in (".st-header", ".st-nav", ".st-footer", ".st-actions", ".st-contents", "#as-of", ".govuk-breadcrumbs"):
        assert page.locator(gone).is_hidden(), gone
    assert page.locator(".st-qr img").is_visible()
    assert page.url in page.locator(".st-organisation__updated").inner_text()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
