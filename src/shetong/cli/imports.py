"""``shetong import``: bring files of other systems into the register."""

from __future__ import annotations

import click


@click.group("import")
def imports() -> None:
    """Import files: organisations from CSV, XLSX or Parquet."""
