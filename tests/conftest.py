"""What every test may rely on: a database of its own, no network beyond this machine, the Chinese interface."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from shetong.cli.assets import node_home
from tests.stamping import time_stamping as time_stamping

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Tests and Playwright use the Node of the wheel: the machine may have none, and the one that Playwright brings needs a
# library (libatomic) which a bare Debian lacks.
_node = node_home() / "bin"
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(_node / "node"))
os.environ["PATH"] = f"{_node}{os.pathsep}{os.environ.get('PATH', '')}"

# Playwright keeps an event loop in the main thread, where Django would refuse every database call.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# How long inputs take to draw says something of the machine, which others may use too, and nothing of the code.
settings.register_profile("shetong", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("shetong")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Share out classes and modules; what installs the whole program is one share, so that it is installed once."""

    class Shares(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "tests/deploy" if nodeid.startswith("tests/deploy/") else super()._split_scope(nodeid)

    return Shares(config, log)


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # Unix sockets
    host = str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to other machines: a test that needs the network is not a test of this code."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let the test database be emptied between tests: only here do the triggers against TRUNCATE rest."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tgname), tgrelid::regclass::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgtype & 32 <> 0"
        )
        for trigger, table in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(scope="session", autouse=True)
def _files_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep uploaded files where nobody else's are."""
    from django.test import override_settings

    with override_settings(FILES_ROOT=str(tmp_path_factory.mktemp("files"))):
        yield


@pytest.fixture(autouse=True)
def _queue_of_ones_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave no jobs behind where rows are really written: Django empties its own tables only, and counts anew."""
    marker = request.node.get_closest_marker("django_db")
    writes = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not writes and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    from django.db import connection

    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture(autouse=True)
def _chinese_interface() -> Iterator[None]:
    """Start each test in the default language, whatever the last one activated in this thread."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium once for all tests of a process: Playwright refuses to be started a second time beside itself."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.fail("the page tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()
