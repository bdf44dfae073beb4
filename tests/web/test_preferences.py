"""Language and elder-friendly mode are kept across pages, without scripts and without a session."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_pages_are_chinese_until_english_is_chosen(client: Client) -> None:
    page = client.get("/", headers={"Accept-Language": "en-US,en"})
    assert 'lang="zh-CN"' in page.text
    assert page.headers["Content-Language"] == "zh-CN"
    client.post("/preferences/", {"language": "en", "next": "/"})
    page = client.get("/")
    assert '<html lang="en"' in page.text
    assert "Cookie" in page.headers["Vary"]


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    client.post("/preferences/", {"language": "xx", "next": "/"})
    client.cookies["language"] = "../../etc"
    assert '<html lang="zh-CN"' in client.get("/").text


def test_the_elder_mode_stays_on_from_page_to_page_until_it_is_switched_off(client: Client) -> None:
    answer = client.post("/preferences/", {"mode": "elder", "next": "/design/"})
    assert answer.headers["Location"] == "/design/"
    for address in ("/", "/design/", "/no-such-page/"):
        page = client.get(address)
        assert "st-elder" in page.text.split("<head>")[0], address
        assert 'aria-pressed="true"' in page.text
    client.post("/preferences/", {"mode": "standard", "next": "/"})
    assert "st-elder" not in client.get("/").text.split("<head>")[0]


@pytest.mark.parametrize(
    "destination", ["https://example.org/", "//example.org/", "javascript:alert(1)", "\\\\example.org", ""]
)
def test_the_way_back_stays_on_this_site(client: Client, destination: str) -> None:
    assert client.post("/preferences/", {"mode": "elder", "next": destination}).headers["Location"] == "/"


def test_the_way_back_keeps_the_search(client: Client) -> None:
    answer = client.post("/preferences/", {"language": "en", "next": "/search/?q=春晖&kind=FD"})
    assert answer.headers["Location"].startswith("/search/?q=")


def test_another_site_cannot_switch(client: Client) -> None:
    answer = client.post("/preferences/", {"mode": "elder"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "mode" not in answer.cookies


def test_only_a_form_switches(client: Client) -> None:
    assert client.get("/preferences/").status_code == 405


def test_choosing_makes_no_session(client: Client) -> None:
    answer = client.post("/preferences/", {"mode": "elder", "next": "/"})
    assert set(answer.cookies) == {"mode"}
    assert answer.cookies["mode"]["httponly"]
