"""``shetong check``: is this installation ready? With ``--deploy``: is it fit for the public?"""

from __future__ import annotations

import click

from shetong.cli.manage import load_django


@click.command()
@click.option("--deploy", is_flag=True, help="Also check what a public deployment must have.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(deploy: bool, as_json: bool) -> None:
    """Check database, migrations, static files, keys and disk; with --deploy the hardened profile too."""
    load_django()
