"""``shetong accounts``: the first administrator of an installation."""

from __future__ import annotations

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import emit
from shetong.cli.manage import load_django


@click.group()
def accounts() -> None:
    """Look after accounts where the pages cannot: the first administrator."""


@accounts.command()
@click.argument("username")
@click.argument("display_name")
@click.option("--division", default="100000", show_default=True, help="Where the administrator manages accounts.")
@click.option("--reason", default="安装时开立", show_default=True, help="Kept with the grant.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def administrator(username: str, display_name: str, division: str, reason: str, as_json: bool) -> None:
    """Make an account that manages the others and print the address where its owner sets a password, once."""
    settle_database()
    load_django()
    from django.conf import settings
    from django.db import transaction

    from shetong.accounts.services import roles, users

    with transaction.atomic():
        user, path = users.invite(
            username=username, display_name=display_name, email="", division_code=division, actor=None
        )
        roles.grant(user=user, role="administrator", division_code=division, reason=reason, actor=None)
    link = settings.PUBLIC_URL + path
    emit({"username": user.username, "link": link}, as_json=as_json, text=f"{user.username}: {link}")
