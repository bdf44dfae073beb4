"""``shetong migrate``: bring the database to the state that the code expects."""

from __future__ import annotations

import click

from shetong.cli.manage import ARGUMENTS, execute


@click.command(context_settings=ARGUMENTS, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def migrate(arguments: tuple[str, ...]) -> None:
    """Apply the database migrations (options as for Django's migrate, for example --plan)."""
    execute(["migrate", *arguments])
