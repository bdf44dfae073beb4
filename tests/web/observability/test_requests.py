"""Every request has an id and one log line; nothing personal is written."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

IDENTITY = "110101199003078515"
PHONE = "13812345678"
NAME = "欧阳测试"


def whole(request: HttpRequest, code: str) -> HttpResponse:
    """Answer, after logging what a careless developer might log."""
    structlog.get_logger().info("looked up", text=f"{NAME} {IDENTITY} {PHONE}", identity_number=IDENTITY, code=code)
    return HttpResponse("ok")


def broken(request: HttpRequest) -> HttpResponse:
    """Fail with a message that holds personal data."""
    raise ValueError(f"cannot parse {IDENTITY} of a@example.org")


urlpatterns = [path("people/<str:code>/", whole), path("broken/", broken)]


@contextmanager
def written() -> Iterator[list[dict[str, object]]]:
    """Collect the log lines written inside the block, parsed."""
    lines: list[dict[str, object]] = []
    sink = io.StringIO()
    with redirect_stderr(sink):
        yield lines
    lines += [json.loads(line) for line in sink.getvalue().splitlines()]


@pytest.fixture
def here() -> Iterator[None]:
    """Serve the views of this module instead of the site's."""
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("here")
class TestAccessLog:
    def test_one_line_with_route_status_duration_and_id_and_no_personal_data(self) -> None:
        with written() as lines:
            response = Client().get(f"/people/{IDENTITY}/?q={NAME}&phone={PHONE}")
        whole_log = json.dumps(lines, ensure_ascii=False)
        access = [line for line in lines if line.get("log") == "access"]
        assert len(access) == 1
        assert access[0]["route"] == "/people/<str:code>/"
        assert access[0]["status"] == 200
        assert isinstance(access[0]["ms"], float)
        assert access[0]["request_id"] == response.headers["X-Request-ID"]
        assert IDENTITY not in whole_log
        assert PHONE not in whole_log
        assert "?q=" not in whole_log

    def test_what_the_application_logs_carries_the_same_id(self) -> None:
        with written() as lines:
            Client().get("/people/7/")
        assert len({line["request_id"] for line in lines}) == 1

    def test_an_unhandled_exception_is_logged_with_its_place_and_scrubbed(self) -> None:
        with written() as lines:
            response = Client(raise_request_exception=False).get("/broken/?secret=1")
        assert response.status_code == 500
        (error,) = [line for line in lines if line.get("log") == "error"]
        told = error["exception"]
        assert isinstance(told, dict)
        assert told["type"] == "ValueError"
        assert any("broken" in place for place in told["places"])
        assert IDENTITY not in json.dumps(lines)
        assert "a@example.org" not in json.dumps(lines)

    def test_an_unknown_address_is_not_repeated(self) -> None:
        with written() as lines:
            Client().get(f"/nowhere/{IDENTITY}")
        assert IDENTITY not in json.dumps(lines)


@pytest.mark.django_db
@pytest.mark.usefixtures("here")
class TestRequestId:
    def test_each_request_gets_its_own(self) -> None:
        first, second = (Client().get("/people/7/").headers["X-Request-ID"] for _ in range(2))
        assert re.fullmatch(r"[0-9a-f]{32}", first)
        assert first != second

    @override_settings(TRUSTED_PROXY_COUNT=1)
    def test_the_proxy_s_id_is_kept(self) -> None:
        response = Client().get("/people/7/", headers={"X-Request-ID": "proxy-1234567890"})
        assert response.headers["X-Request-ID"] == "proxy-1234567890"

    @override_settings(TRUSTED_PROXY_COUNT=0)
    def test_without_a_proxy_nobody_chooses_the_id(self) -> None:
        response = Client().get("/people/7/", headers={"X-Request-ID": "proxy-1234567890"})
        assert response.headers["X-Request-ID"] != "proxy-1234567890"

    @override_settings(TRUSTED_PROXY_COUNT=1)
    @pytest.mark.parametrize("forged", ['x"}{"', "a b c d e f", "short", "x" * 65, "ok-ok-ok-ok\n"])
    def test_an_id_that_could_forge_log_lines_is_replaced(self, forged: str) -> None:
        client = Client()
        response = client.get("/people/7/", HTTP_X_REQUEST_ID=forged)
        assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])
