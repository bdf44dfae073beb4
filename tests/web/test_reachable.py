"""Nobody types addresses: every public page is found from the first one by following links."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.accounts.url_matrix import routes, rows
from tests.pages import read

# Public pages that people come to in another way, each with the reason.
ELSEWHERE = {
    "metrics": "read by the monitoring alone",
    "account_inactive": "shown to whose account was closed",
    "account_signup": "says that accounts are not opened by oneself; old links lead here",
    "account_reset_password_done": "shown after a form",
    "account_reset_password_from_key_done": "shown after a form",
    "socialaccount_login_cancelled": "shown when a log-in elsewhere was given up",
    "volunteering:check-in": "an app of its own, in the navigation of who is logged in",
}


def html_routes() -> set[str]:
    """Return the routes without parameters that show everybody a page."""
    named, found = routes(), set()
    for name, row in rows().items():
        plain = "<" not in named.get(name, "<") and "(?P" not in named.get(name, "")
        if plain and row.statuses["GET"]["anonymous"] == 200:
            found.add(name)
    return found


@pytest.mark.django_db
def test_every_public_page_is_reached_from_the_first_one() -> None:
    client, seen, waiting, pages = Client(), {"web:home"}, ["/"], set()
    while waiting:
        answer = client.get(waiting.pop())
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        pages.add(answer.resolver_match.view_name)
        for element in read(answer.content.decode()).elements:
            address = (element.attributes.get("href") or "").split("#")[0].split("?")[0]
            if element.tag != "a" or not address.startswith("/"):
                continue
            try:
                name = resolve(address).view_name
            except Resolver404:
                pytest.fail(f"{address} leads nowhere")
            if name not in seen:
                seen.add(name)
                waiting.append(address)
    files = {name for name in html_routes() - seen if not _is_page(client, name)}
    assert html_routes() - seen - files - set(ELSEWHERE) == set()
    assert set(ELSEWHERE) <= html_routes() - seen, "these are reached now: take them off the list"


def _is_page(client: Client, name: str) -> bool:
    answer = client.get(rows()[name].path)
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
