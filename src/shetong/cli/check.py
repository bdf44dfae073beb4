"""``shetong check``: whether this installation is ready and, with ``--deploy``, fit for the public."""

from __future__ import annotations

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import emit
from shetong.cli.deployment import DEPLOYMENT
from shetong.cli.exits import Exit
from shetong.cli.findings import INSTALLATION, Finding
from shetong.cli.manage import load_django


@click.command()
@click.option("--deploy", is_flag=True, help="Also check what a public deployment must have.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(deploy: bool, as_json: bool) -> None:
    """Check database, migrations, static files, keys and disk; with --deploy the hardened profile too.

    Ends with 0 where nothing was found, with 5 otherwise.
    """
    settle_database()
    load_django()
    findings = [finding for one in (*INSTALLATION, *(DEPLOYMENT if deploy else ())) for finding in one()]
    emit(
        {"ok": not findings, "findings": [finding.as_dict() for finding in findings]},
        as_json=as_json,
        text="\n".join(map(_line, findings)) or "Everything is in order.",
    )
    raise SystemExit(int(Exit.FINDINGS if findings else Exit.DONE))


def _line(finding: Finding) -> str:
    remedy = f"  → {finding.remedy}" if finding.remedy else ""
    return f"{finding.level.upper():8} {finding.check}: {finding.message}{remedy}"
