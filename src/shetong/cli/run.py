"""``shetong run``: what ``make run`` does once the environment is there."""

from __future__ import annotations

import contextlib
import http.client
import os
import time
import webbrowser

import click

from shetong.cli import assets, demo
from shetong.cli.addresses import require_free_port, settle_database, var_directory
from shetong.cli.console import say
from shetong.cli.exits import Exit, NotReadyError, leave
from shetong.cli.manage import load_django
from shetong.cli.processes import Family, family
from shetong.conf import embedded, env

ANSWER_SECONDS = 60
# What people come for: title and route.
PAGES = [
    ("组织检索 Search", "registry:search"),
    ("证书核验 Verify", "registry:verify"),
    ("善款去向 Charity", "charity:overview"),
    ("开放数据 Open data", "exchange:open-data"),
    ("数据标准 Standards", "exchange:standards"),
    ("接口文档 API", "registry:api"),
    ("登录 Log in", "account_login"),
]


def bring_up_to_date() -> None:
    """Apply missing migrations and, where the register is empty, load the small demonstration (DEMO_REGISTER)."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("正在更新数据库…… Bringing the database up to date …")
        call_command("migrate", verbosity=0, interactive=False)
    if settings.DEMO_REGISTER:
        load_demonstration()
    connection.close()


def load_demonstration() -> None:
    """Load the small demonstration into an empty register, or go on where an earlier start was stopped in it."""
    from procrastinate.exceptions import AlreadyEnqueued

    from shetong.exchange.jobs import publish_open_data
    from shetong.registry.demo import wanted

    if wanted.is_wanted():
        say("正在载入演示数据，约半分钟…… Loading the demonstration register, about half a minute …")
        demo.load("small")
        demo.load_charity()
        # The worker makes the first release, so that the page of the open data has something to offer.
        with contextlib.suppress(AlreadyEnqueued):
            publish_open_data.defer()


def wait_for_answer(host: str, port: int, group: Family) -> None:
    """Return when the server answers; raise :class:`NotReadyError` where it ends or stays silent."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        group.require_living()
        connection = http.client.HTTPConnection(host, port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise NotReadyError(f"the server does not answer on port {port} after {ANSWER_SECONDS} s.")


def has_display() -> bool:
    """Tell whether a browser could be shown to somebody here."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and not os.environ.get("SSH_CONNECTION")


def demonstration_accounts() -> list[tuple[str, str, str]]:
    """Return (user name, password, what it may do) of the demonstration accounts, made where they are missing."""
    from django.conf import settings
    from django.db import connection

    from shetong.accounts.services.demo import ensure_demo_accounts

    accounts = ensure_demo_accounts() if settings.DEMO_ACCOUNTS else []
    connection.close()
    return accounts


def demonstration_receipt() -> str:
    """Return the path of a receipt of the demonstration, which no page links to; empty where there is none."""
    from django.db import connection
    from django.urls import reverse

    from shetong.charity.demo.telling import a_receipt

    token = a_receipt()
    connection.close()
    return reverse("charity:receipt", args=[token]) if token else ""


def address_of(name: str) -> str:
    """Return the path of a page by the name of its route; empty where this installation has none."""
    from django.urls import NoReverseMatch, reverse

    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def padded(text: str, columns: int) -> str:
    """Return ``text`` filled up to a number of terminal columns; Chinese characters take two."""
    from rich.cells import cell_len

    return text + " " * (columns - cell_len(text))


def announce(address: str, accounts: list[tuple[str, str, str]]) -> None:
    """Print the addresses and the demonstration accounts."""
    pages = [(title, address_of(name)) for title, name in PAGES]
    say(f"\n[bold]社通 Shetong[/bold]   [link={address}/]{address}/[/link]")
    for title, path in pages:
        if path:
            say(f"  {padded(title, 24)} {address}{path}")
    if receipt := demonstration_receipt():
        say(f"  {padded('捐赠回执 Receipt', 24)} {address}{receipt}")
    if accounts:
        say("\n演示账号 Demonstration accounts（数据均为程序生成 all data are generated）")
        for user, password, may_do in accounts:
            say(f"  {user:16} {password:14} {may_do}")
    say("\n按 Ctrl-C 停止。Stop with Ctrl-C.")


@click.command()
def run() -> None:
    """Build, migrate, load the demo where the register is empty, serve with a worker beside; Ctrl-C stops all.

    HOST, PORT, WORKERS, DATABASE_URL, DEMO_REGISTER, SHETONG_VAR and all other settings come from the environment.
    Ends with 0 when stopped while serving, with 130 when stopped before.
    """
    host, port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, most=65535)
    local = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - the address to ask, not to listen on
    address = f"http://{local}:{port}"
    os.environ.setdefault("LOG_FORMAT", "line")
    os.environ.setdefault("LOG_LEVEL", "warning")
    os.environ.setdefault("PUBLIC_URL", address)
    require_free_port(host, port)
    serving = False
    try:
        with family() as group:
            group.at_the_end(lambda: embedded.stop(var_directory()))
            settle_database()
            assets.build_frontend()
            load_django()
            assets.collect_static()
            bring_up_to_date()
            group.start("server", "serve", "--host", host, "--port", str(port))
            accounts = demonstration_accounts()  # meanwhile: hashing passwords takes a second
            wait_for_answer(local, port, group)
            group.start("worker", "worker")
            serving = True
            announce(address, accounts)
            if has_display():
                webbrowser.open(address)
            group.watch()
    except KeyboardInterrupt:
        say("已停止。Stopped.")
        if not serving:
            leave(Exit.INTERRUPTED)
