"""Keys, their scopes and the minute's allowance, also when many ask at once."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from shetong.accounts.models import ApiKey, User
from shetong.accounts.services import api_keys
from shetong.registry.services import api_rates
from tests.registry.factories import next_number, register_organisation

SEARCH, LOOKUP = "/api/v1/organisations", "/api/v1/organisations/lookup"
NOW = 1_800_000_005.0
LIMIT = 60


@pytest.fixture(autouse=True)
def _unspent(db: None) -> Iterator[None]:
    """Nobody has spent anything of this minute, neither here nor in tests that committed what they did."""
    api_rates.clear_old(before_minute=2**31 - 1)
    api_rates.forget()
    yield
    api_rates.forget()


def key(*scopes: str, rate_class: str = "standard") -> tuple[ApiKey, str]:
    """Make a key for an invented platform and return it with its secret."""
    return api_keys.create(
        owner=User.objects.create_user(username=f"platform-{next_number()}"),
        label="某平台",
        scopes=list(scopes),
        rate_class=rate_class,
        expires_at=timezone.now() + timedelta(days=30),
        actor=None,
    )


def bearer(secret: str) -> dict[str, str]:
    """Return the header that carries a key."""
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.django_db
def test_a_key_opens_what_its_scopes_name(client: Client) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    _, reader = key("organisations.read")
    _, checker = key("organisations.lookup")
    body = {"queries": ["北京市春晖助学研究会"]}

    def check(secret: str) -> int:
        return client.post(LOOKUP, body, content_type="application/json", headers=bearer(secret)).status_code

    assert client.get(SEARCH, headers=bearer(reader)).status_code == 200
    assert check(reader) == 403
    assert check(checker) == 200
    for address in (SEARCH, f"{SEARCH}/suggest?q=春晖", f"{SEARCH}/{organisation.uscc}"):
        assert client.get(address, headers=bearer(checker)).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["st_abcdefgh_nonsense", "x", "密钥", "'; DROP TABLE x;--", "a" * 5_000])
def test_a_key_that_is_none_is_refused_and_not_taken_for_nobody(client: Client, secret: str) -> None:
    answer = client.get(SEARCH, headers=bearer(secret))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_revoked_key_is_refused(client: Client) -> None:
    made, secret = key("organisations.read")
    ApiKey.objects.filter(pk=made.pk).update(revoked_at=timezone.now(), revoke_reason="密钥泄露")
    assert client.get(SEARCH, headers=bearer(secret)).status_code == 401


@pytest.mark.django_db
def test_a_key_has_the_allowance_of_its_class(client: Client) -> None:
    _, secret = key("organisations.read", rate_class="partner")
    assert client.get(SEARCH, headers=bearer(secret))["RateLimit-Policy"] == '"minute";q=6000;w=60'
    assert client.get(SEARCH)["RateLimit-Policy"] == '"minute";q=60;w=60'


@pytest.mark.django_db
def test_who_has_spent_the_minute_waits(client: Client, settings: Any) -> None:
    settings.API_RATE_PUBLIC = 3
    remaining = [client.get(SEARCH)["RateLimit"].split(";")[1] for _ in range(3)]
    assert remaining == ["r=2", "r=1", "r=0"]
    refused = client.get(SEARCH)
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(refused["Retry-After"]) <= 60
    # Typing ahead has an allowance of its own, and so has every other address and network.
    assert client.get(f"{SEARCH}/suggest?q=x").status_code == 200
    assert client.get(SEARCH, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get(SEARCH, REMOTE_ADDR="2001:db8:1:2::1").status_code == 200


@pytest.mark.django_db
def test_a_line_of_ipv6_is_one_caller(client: Client, settings: Any) -> None:
    settings.API_RATE_PUBLIC = 2
    statuses = [client.get(SEARCH, REMOTE_ADDR=f"2001:db8:1:2::{host}").status_code for host in range(1, 4)]
    assert statuses == [200, 200, 429]


@pytest.mark.django_db
def test_a_batch_costs_by_its_names(client: Client, settings: Any) -> None:
    settings.API_RATE_PUBLIC = 10
    body = {"queries": ["某协会"] * 100, "near": False}
    first = client.post(LOOKUP, body, content_type="application/json")
    assert first["RateLimit"].split(";")[1] == "r=5"
    assert client.post(LOOKUP, body, content_type="application/json").status_code == 200
    assert client.post(LOOKUP, body, content_type="application/json").status_code == 429


@pytest.mark.django_db
def test_a_new_minute_begins_anew_and_a_late_clock_does_not() -> None:
    assert api_rates.spend("a", limit=1, now=NOW).allowed
    assert not api_rates.spend("a", limit=1, now=NOW + 1).allowed
    assert api_rates.spend("a", limit=1, now=NOW + 60).allowed
    api_rates.forget()
    assert not api_rates.spend("a", limit=1, now=NOW).allowed


@pytest.mark.django_db
def test_only_hashes_of_callers_are_kept() -> None:
    api_rates.spend("192.0.2.7", limit=5, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(subject, 'escape') FROM registry_apirate")
        assert "192" not in cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_get_no_more_than_the_allowance() -> None:
    allowed: list[bool] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        allowed.extend(api_rates.spend("crowd", limit=LIMIT, now=NOW).allowed for _ in range(20))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == LIMIT


def _ask_in_a_process(allowed: Any, start: Any) -> None:
    connection.connect()
    api_rates.forget()
    start.wait()
    count = sum(api_rates.spend("servers", limit=LIMIT, now=NOW).allowed for _ in range(LIMIT))
    with allowed.get_lock():
        allowed.value += count
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_servers_that_ask_at_once_get_no_more_than_the_allowance() -> None:
    context = multiprocessing.get_context("fork")
    allowed, start = context.Value("q", 0), context.Barrier(4)
    connection.close()
    servers = [context.Process(target=_ask_in_a_process, args=(allowed, start)) for _ in range(4)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert [server.exitcode for server in servers] == [0] * 4
    # Four servers ask for four times the allowance: all of it is given out, and none twice.
    assert allowed.value == LIMIT
