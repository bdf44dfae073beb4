"""The API does what its description says, whatever is sent; people find it explained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shetong.conf.wsgi import application
from shetong.registry.api import document
from shetong.registry.api.problems import titles
from shetong.registry.queries.search import SearchRequest
from shetong.registry.services import api_rates
from tests.pages import faults
from tests.registry.factories import register_organisation

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _unspent(settings: Any) -> Iterator[None]:
    settings.API_RATE_PUBLIC = 1_000_000
    api_rates.forget()
    yield
    api_rates.forget()


@pytest.fixture
def _connection_kept() -> Iterator[None]:
    """Keep the test's transaction open between requests, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


OPERATIONS = [
    (path, method) for path, item in document()["paths"].items() for method in ("get", "post") if method in item
]


@pytest.mark.django_db
@pytest.mark.usefixtures("_connection_kept")
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_is_described(path: str, method: str) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    schema = schemathesis.openapi.from_dict(document())
    schema.app = application
    operation = schema[path][method.upper()]
    # What is there, what is not, and what the generator thinks of: lawful and unlawful, in every place.
    there = st.builds(lambda case: _with_code(case, str(organisation.uscc)), operation.as_strategy())
    unlawful = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(operation.as_strategy(), there, unlawful))
    def held(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    held()


def _with_code(case: Any, code: str) -> Any:
    if "code" in (case.path_parameters or {}):
        case.path_parameters["code"] = code
    return case


@pytest.mark.django_db
def test_the_description_is_served(client: Client) -> None:
    served = client.get("/api/v1/openapi.json").json()
    assert served["openapi"].startswith("3.1")
    assert set(served["paths"]) == set(document()["paths"])


@pytest.mark.django_db
def test_the_search_describes_the_parameters_it_reads() -> None:
    told = {each["name"] for each in document()["paths"]["/api/v1/organisations"]["get"]["parameters"]}
    asked: set[str] = set()

    class Recorder(dict[str, str]):
        def get(self, key: str, default: str = "", /) -> str:  # type: ignore[override]
            asked.add(key)
            return default

        def getlist(self, key: str, /) -> list[str]:
            asked.add(key)
            return []

    SearchRequest.from_parameters(Recorder())
    assert asked == told


@pytest.mark.django_db
def test_people_find_it_explained(client: Client) -> None:
    page = client.get("/api/")
    assert faults(page.text) == []
    for part in (*document()["paths"], "Authorization: Bearer", "RateLimit", "If-None-Match", "next_cursor", "verdict"):
        assert part in page.text, part
    for kind in titles():
        assert f'id="problem-{kind}"' in page.text
    for missing in ("http://cdn", "https://cdn", "<script>", " style="):
        assert missing not in page.text
