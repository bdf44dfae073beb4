"""``shetong log``: sequence, audit and verify the public logs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import emit
from shetong.cli.exits import Exit
from shetong.cli.manage import load_django


@click.group()
def log() -> None:
    """Look after the public, tamper-evident logs."""


@log.command()
@click.argument("name")
def sequence(name: str) -> None:
    """Give the waiting entries of the log NAME their places now, as the worker does by itself."""
    settle_database()
    load_django()
    from shetong.ledger.services.sequence import sequence as run

    click.echo(run(log=name))


@log.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def audit(name: str, *, as_json: bool) -> None:
    """Re-derive every tile and signed root of the log NAME from its entries. Ends with 5 where something differs."""
    settle_database()
    load_django()
    from shetong.ledger.queries import audit as audits
    from shetong.ledger.queries.tree import log_named

    report = audits.audit(log_named(name))
    summary = f"{report.log}: {report.size} entries, {report.checkpoints} checkpoints"
    emit(asdict(report), as_json=as_json, text="\n  ".join((summary, *report.findings)))
    raise SystemExit(Exit.FINDINGS if report.findings else Exit.DONE)


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
