"""The platform interface does what its description says, whatever a signed call sends; the rules by themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from shetong.charity.api import gate
from shetong.charity.models import PlatformEnvironment
from shetong.charity.rules import platform_errors, reconciliation
from shetong.charity.services.platforms.access import Caller
from shetong.registry.api import document
from shetong.registry.services import api_rates
from tests.charity import platforms

OPERATIONS = [
    (path, method)
    for path, item in document()["paths"].items()
    for method in ("get", "post")
    if method in item and "/platform/" in path and "token" not in path
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_signed_calls_are_answered_is_described(path: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = platforms.platform()
    row = platforms.client(platform, PlatformEnvironment.SANDBOX)
    caller = Caller(platform.clients.get().pk, row.client_id, b"", platform.pk, platform.code, platform.name,
                    platform.designated_on, None, True)  # fmt: skip
    monkeypatch.setattr(gate, "bearer", lambda _request: caller)
    monkeypatch.setattr(gate, "admit", lambda _request, _caller: None)
    operation = schemathesis.openapi.from_dict(document())[path][method.upper()]
    described = {int(status) for status in document()["paths"][path][method]["responses"]}
    browser = Browser()

    @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)),
        key=st.from_regex(r"\A[a-z0-9]{8}\Z"),
    )
    def held(case: Any, key: str) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        where = sent["url"].removeprefix("http://testserver")
        body = sent.get("data") or b""
        if "json" in sent and sent["json"] is not schemathesis.core.NOT_SET:
            body = json.dumps(sent["json"]).encode()
        answer = browser.generic(
            method.upper(), where, body, case.media_type or "", HTTP_IDEMPOTENCY_KEY=key, REMOTE_ADDR="127.0.0.9"
        )
        api_rates.forget()
        assert answer.status_code in described, answer.content
        if answer.status_code >= 400 and answer.status_code not in (404, 405):
            # What the address itself cannot be is refused before, by the API's own gate.
            assert answer.json().get("code", "invalid-input") in platform_errors.ALL, answer.content

    held()


@pytest.fixture(autouse=True)
def _unspent() -> Iterator[None]:
    api_rates.forget()
    yield
    api_rates.forget()


_AMOUNTS = st.dictionaries(st.from_regex(r"\A[A-Z0-9]{1,6}\Z"), st.integers(1, 10**9), max_size=8)


@given(theirs=_AMOUNTS, ours=_AMOUNTS)
def test_a_day_agrees_exactly_where_nothing_differs(theirs: dict[str, int], ours: dict[str, int]) -> None:
    differing = list(reconciliation.differences(theirs, ours))
    assert (reconciliation.sums(theirs) == reconciliation.sums(ours)) == (not differing)
    mended = {**ours}
    for one in differing:
        if one.theirs is None:
            del mended[one.number]
        else:
            mended[one.number] = one.theirs
    assert mended == theirs


def test_a_days_hash_is_what_the_protocol_says() -> None:
    found = reconciliation.sums({"B": 2, "A": 1})
    assert found.digest == hashlib.sha256(b"A,1\nB,2\n").hexdigest()
