"""``shetong export``: write the register as open data."""

from __future__ import annotations

import click

from shetong.cli.manage import load_django


@click.command()
def export() -> None:
    """Write the whole public register as CSV, JSON Lines and Parquet with checksums and the dictionary."""
    load_django()
