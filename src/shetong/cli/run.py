"""``shetong run``: what ``make run`` does once the environment is there."""

from __future__ import annotations

import click


@click.command()
def run() -> None:
    """Build, migrate, load the demo, serve with a worker beside; Ctrl-C stops everything."""
