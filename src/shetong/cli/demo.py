"""``shetong demo``: load generated organisations, marked as demonstration data."""

from __future__ import annotations

from dataclasses import asdict

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import emit, staged_progress
from shetong.cli.imports import STAGES, summary
from shetong.cli.manage import load_django


@click.command()
@click.option("--scale", type=click.Choice(["small", "national"]), default="small", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def demo(scale: str, as_json: bool) -> None:
    """Load the demonstration: small (a few thousand organisations) or national (900,000)."""
    settle_database()
    load_django()
    from django.conf import settings

    from shetong.registry.demo import loading

    with staged_progress(STAGES) as advance:
        report = loading.load(scale=scale, folder=settings.VAR / "demo", progress=advance)
    emit(asdict(report), as_json=as_json, text=summary(report))
