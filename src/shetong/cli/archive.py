"""Verify a package of the electronic archive; needs no database, so that anybody who holds one can."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from shetong.cli.console import emit

FOUND_PROBLEMS = 5


@click.group()
def archive() -> None:
    """Look into packages of the electronic archive."""


@archive.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def verify(file: Path, as_json: bool) -> None:
    """Check a package against its manifests and make the report of the four checks (DA/T 70) anew.

    The certificates in the package say whose seals are meant; compare their fingerprints with those that the authority
    publishes.
    """
    from shetong.casework.rules import archive_checks, bags

    try:
        payload = bags.verify(file.read_bytes())
    except bags.BagError as error:
        emit({"sound": False, "fault": str(error)}, as_json=as_json, text=f"not sound: {error}")
        sys.exit(FOUND_PROBLEMS)
    report = archive_checks.check(payload)
    lines = [f"{len(payload)} files, manifests hold"]
    for name, items in report.items.items():
        lines += [f"{name}  {'ok ' if one.passed else 'NO '} {one.name}  {one.finding}".rstrip() for one in items]
    emit({"sound": report.passed, "checks": report.as_dict()}, as_json=as_json, text="\n".join(lines))
    if not report.passed:
        sys.exit(FOUND_PROBLEMS)
