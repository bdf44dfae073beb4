"""``shetong export``: write the register as open data."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import emit, progress
from shetong.cli.manage import load_django


@click.command()
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Also copy the files here.")
@click.option("--json", "as_json", is_flag=True, help="Print the release as one JSON object.")
def export(output: Path | None, as_json: bool) -> None:
    """Write the whole public register as CSV, JSON Lines and Parquet with checksums, licence and dictionary.

    The files appear on the page /open-data/; they are kept below OPEN_DATA_ROOT.
    """
    settle_database()
    load_django()
    from django.conf import settings

    from shetong.exchange.services.open_data import publish

    with progress("organisations") as done:
        release = publish(progress=done)
    directory = settings.OPEN_DATA_ROOT / release.directory
    if output is not None:
        shutil.copytree(directory, output, dirs_exist_ok=True)
    files = [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in release.files.order_by("name")]
    result = {
        "release": release.pk,
        "directory": str(output or directory),
        "rows": release.rows,
        "snapshot_at": release.snapshot_at,
        "files": files,
    }
    emit(result, as_json=as_json, text=f"{release.rows:,} organisations in {output or directory}")
