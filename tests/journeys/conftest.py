"""A browser for journeys: one Chromium for all, a fresh visitor for each, who forgives no script or policy error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

Visitor = Callable[..., Page]


@pytest.fixture
def visitor(chromium: Browser, live_server: Any, settings: Any) -> Iterator[Visitor]:
    """Return what opens a page for a new visitor; options are those of a browser context.

    At the end of the test any script error or violated content security policy that a visitor met fails it.
    """
    settings.PUBLIC_URL = live_server.url
    complaints: list[str] = []

    def heard(message: Any) -> None:
        # The browser itself complains of a missing page, of a form that comes back with its faults or differs from what
        # was saved elsewhere, and of a network that a test cuts.
        expected = (
            "404 (Not Found)",
            "409 (Conflict)",
            "422 (Unprocessable",
            "ERR_INTERNET_DISCONNECTED",
            "ERR_FAILED",
        )
        if message.type == "error" and not any(part in message.text for part in expected):
            complaints.append(message.text)

    with ExitStack() as contexts:

        def arrive(**options: Any) -> Page:
            options = {"base_url": live_server.url, "locale": "zh-CN", "viewport": DESKTOP, **options}
            context = chromium.new_context(**options)
            contexts.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", heard)
            return page

        yield arrive
    assert complaints == []
