"""``shetong log``: sequence, audit and verify the public logs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.group()
def log() -> None:
    """Look after the public, tamper-evident logs."""


@log.command()
@click.argument("name")
def sequence(name: str) -> None:
    """Give the waiting entries of the log NAME their places now, as the worker does by itself."""
    from shetong.cli.console import setup
    from shetong.ledger.services.sequence import sequence as run

    setup()
    click.echo(run(log=name))


@log.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def audit(name: str, *, as_json: bool) -> None:
    """Re-derive every tile and signed root of the log NAME from its entries. Exit code 1 where something differs."""
    from shetong.cli.console import setup
    from shetong.ledger.queries import audit as audits
    from shetong.ledger.queries.tree import log_named

    setup()
    report = audits.audit(log_named(name))
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        click.echo(f"{report.log}: {report.size} entries, {report.checkpoints} checkpoints")
        for finding in report.findings:
            click.echo(f"  {finding}", err=True)
    raise SystemExit(1 if report.findings else 0)


@log.command()
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "keys", multiple=True, required=True, help="The log's verifier key (name+id+key); repeatable.")
def verify(receipt: Path, keys: tuple[str, ...]) -> None:
    """Verify the file RECEIPT against the log's public keys, with no database and no network."""
    from shetong.core.errors import DomainError
    from shetong.ledger.rules.merkle import ProofError
    from shetong.ledger.rules.notes import NoteError, parse_verifier
    from shetong.ledger.rules.receipts import verify_receipt

    try:
        entry = verify_receipt(json.loads(receipt.read_bytes()), [parse_verifier(key) for key in keys])
    except (DomainError, ProofError, NoteError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(entry.decode())
