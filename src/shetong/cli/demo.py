"""``shetong demo``: load generated organisations, marked as demonstration data."""

from __future__ import annotations

import click

from shetong.cli.manage import load_django


@click.command()
@click.option("--scale", type=click.Choice(["small", "national"]), default="small", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def demo(scale: str, as_json: bool) -> None:
    """Load the demonstration: small (a few thousand organisations) or national (900,000)."""
    load_django()
