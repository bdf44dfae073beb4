"""``shetong audit``: verify the audit trail."""

from __future__ import annotations

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import emit, progress
from shetong.cli.exits import Exit
from shetong.cli.manage import load_django


@click.group()
def audit() -> None:
    """Look after the audit trail of log-ins, reads of personal data and writes."""


def _noted(ctx: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, bytes] | None:
    if value is None:
        return None
    position, _, digest = value.partition(":")
    try:
        noted = int(position), bytes.fromhex(digest)
    except ValueError as error:
        raise click.BadParameter("write POSITION:HASH as the last verification printed it", ctx, parameter) from error
    if len(noted[1]) != 32:
        raise click.BadParameter("the hash has 64 hexadecimal digits", ctx, parameter)
    return noted


@audit.command()
@click.option("--full", is_flag=True, help="From the first event on, not from the last checkpoint.")
@click.option("--expect", callback=_noted, metavar="POSITION:HASH", help="What an earlier verification printed.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def verify(full: bool, expect: tuple[int, bytes] | None, as_json: bool) -> None:
    """Recompute the hash chain and look for altered, missing and cut-off events.

    Keep the printed POSITION:HASH outside of the database and give it to --expect the next time. Ends with 5 where
    something is wrong.
    """
    settle_database()
    load_django()
    from shetong.accounts.services.audit import chain_pending
    from shetong.accounts.services.audit_verification import verify_chain

    chain_pending()
    with progress("verify") as done:
        result = verify_chain(full=full, expect=expect, progress=done)
    lines = [f"{result.checked} events checked; the chain ends at {result.position}:{result.hash.hex()}"]
    lines += [f"{problem.kind}: {problem.message}" for problem in result.problems]
    emit(result.as_json(), as_json=as_json, text="\n".join(lines))
    raise SystemExit(int(Exit.DONE if result.ok else Exit.FINDINGS))
