"""``shetong log``: look after the public logs, verify what they publish, and witness them."""

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
def cosign(name: str) -> None:
    """Have the configured witnesses cosign the newest checkpoint of the log NAME now."""
    settle_database()
    load_django()
    from shetong.ledger.services import witnesses

    try:
        click.echo(witnesses.collect(log=name))
    except witnesses.WitnessError as error:
        raise click.ClickException(str(error)) from error


@log.command()
@click.argument("name")
def anchor(name: str) -> None:
    """Anchor the newest checkpoint of the log NAME now: in the configured chain, by the time-stamping authority."""
    settle_database()
    load_django()
    from shetong.ledger.services import anchors

    try:
        click.echo(anchors.anchor(log=name))
    except anchors.AnchorError as error:
        raise click.ClickException(str(error)) from error


@log.command()
def contract() -> None:
    """Put the anchoring contract on the chain of LEDGER_CHAIN_URL, with LEDGER_CHAIN_KEY; prints its address."""
    load_django()
    from shetong.ledger.chain import ChainError
    from shetong.ledger.services import anchors

    try:
        click.echo(anchors.chain().deploy())
    except ChainError as error:
        raise click.ClickException(str(error)) from error


@log.command()
@click.argument("name")
@click.option("--anchors", "with_anchors", is_flag=True, help="Also check every anchor in its chain or time stamp.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def audit(name: str, *, with_anchors: bool, as_json: bool) -> None:
    """Derive rows, entries, tiles and signed roots of the log NAME again. Ends with 5 and names what differs."""
    settle_database()
    load_django()
    from shetong.ledger.queries import audit as audits
    from shetong.ledger.queries.tree import log_named
    from shetong.ledger.services import anchors

    home = log_named(name)
    report = audits.audit(home)
    findings = [*report.findings]
    if with_anchors:
        findings += filter(None, (anchors.verify(one) for one in home.anchors.order_by("pk")))
    summary = f"{report.log}: {report.size} entries, {report.checkpoints} checkpoints"
    emit({**asdict(report), "findings": findings}, as_json=as_json, text="\n  ".join((summary, *findings)))
    raise SystemExit(Exit.FINDINGS if findings else Exit.DONE)


@log.command()
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "keys", multiple=True, required=True, help="The log's verifier key (name+id+key); repeatable.")
@click.option("--witness", "witnesses", multiple=True, help="A witness's key that must have cosigned; repeatable.")
@click.option(
    "--opening", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Also verify this opening."
)
def verify(receipt: Path, keys: tuple[str, ...], witnesses: tuple[str, ...], opening: Path | None) -> None:
    """Verify the file RECEIPT against the log's public keys, with no database and no network."""
    from shetong.core.errors import DomainError
    from shetong.ledger.rules.commitments import CommitmentError, parse_opening, verify_opening
    from shetong.ledger.rules.merkle import ProofError
    from shetong.ledger.rules.notes import NoteError, parse_verifier
    from shetong.ledger.rules.receipts import require_witnesses, verify_receipt

    try:
        document = json.loads(receipt.read_bytes())
        entry = verify_receipt(document, [parse_verifier(key) for key in keys])
        require_witnesses(document, [parse_verifier(key) for key in witnesses])
        if opening is not None:
            verify_opening(parse_opening(json.loads(opening.read_bytes())), json.loads(entry))
    except (DomainError, ProofError, NoteError, CommitmentError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(entry.decode())


@log.command()
@click.argument("address")
@click.option("--key", "keys", multiple=True, required=True, help="The log's verifier key (name+id+key); repeatable.")
@click.option("--witness", "witnesses", multiple=True, help="A witness's key; each given one must have cosigned.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), required=True, help="What was seen so far.")
@click.option(
    "--sums",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Of a charity log: derive every sum again, kept in this file (SQLite).",
)
@click.option(
    "--site", help="With --sums: also compare what the site at this address (https://…/charity) says of every act."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def monitor(
    address: str,
    keys: tuple[str, ...],
    witnesses: tuple[str, ...],
    state: Path,
    sums: Path | None,
    site: str | None,
    *,
    as_json: bool,
) -> None:
    """Read the log at ADDRESS (https://…/log/NAME) from its public tiles alone and derive everything again.

    Every new entry is read, hashed and counted; the growth since the last visit, kept in the state file, is proven.
    With --sums every donation is followed and every sum derived, organisation by organisation, project by project.
    With --site the pages are held against the log: a donation that was changed in the database is named. Ends with 5
    where the log contradicts itself, what was seen before, or the site.
    """
    from shetong.charity.monitor import Sums, against_site
    from shetong.ledger.monitor import FindingError, observe
    from shetong.ledger.peers import PeerError
    from shetong.ledger.rules.notes import NoteError, parse_verifier

    if site and not sums:
        raise click.UsageError("--site needs --sums")
    try:
        reader = Sums(sums) if sums else None
        report = observe(
            address,
            keys=[parse_verifier(key) for key in keys],
            witnesses=[parse_verifier(key) for key in witnesses],
            state=state,
            reader=reader,
        )
        findings = list(against_site(reader, site)) if reader and site else []
    except FindingError as error:
        click.echo(str(error), err=True)
        raise SystemExit(Exit.FINDINGS) from error
    except (PeerError, NoteError, OSError) as error:
        raise click.ClickException(str(error)) from error
    kinds = "\n".join(f"  {kind}: {count}" for kind, count in report.kinds.items())
    totals = reader.totals() if reader else {}
    lines = "\n".join(
        f"  {place}: {', '.join(f'{name} {value}' for name, value in found.items())}" for place, found in totals.items()
    )
    emit(
        {**asdict(report), **({"sums": totals} if reader else {}), **({"findings": findings} if site else {})},
        as_json=as_json,
        text="\n".join(
            filter(None, (f"{report.origin}: {report.old} → {report.size} entries", kinds, lines, *findings))
        ),
    )
    raise SystemExit(Exit.FINDINGS if findings else Exit.DONE)


@log.command()
@click.option("--name", required=True, help="The name under which this witness signs.")
@click.option("--key", "key_file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Key file.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), required=True, help="State file (SQLite).")
@click.option("--log", "logs", multiple=True, required=True, help="Verifier key of a log to witness; repeatable.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8_080, show_default=True)
@click.option("--look", help="Also read the log at this address (https://…/log/charity) again and again.")
@click.option("--site", help="With --look: and compare what the site says (https://…/charity).")
@click.option("--every", type=click.IntRange(1), default=60, show_default=True, help="Seconds between two looks.")
def witness(
    name: str,
    key_file: Path,
    state: Path,
    logs: tuple[str, ...],
    host: str,
    port: int,
    look: str | None,
    site: str | None,
    every: int,
) -> None:
    """Be a witness: cosign the checkpoints of logs that only grow (C2SP tlog-witness), refuse forks and rollbacks.

    With --look the witness reads every entry of a charity log itself and, with --site, holds the pages against it: it
    says what differs, and cosigns nothing while something does.
    """
    from shetong.cli.looking import Looker
    from shetong.ledger.rules.notes import NoteError
    from shetong.ledger.witness import Witness, load_key, server, trusted_logs

    try:
        watched = trusted_logs(logs)
        here = Witness(name=name, key=load_key(key_file), state=state, logs=watched)
    except (NoteError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    looker = Looker(here, look, [key for keys in watched.values() for key in keys], site, every) if look else None
    with server(here, host, port) as running:
        click.echo(f"{here.verifier}\nhttp://{host}:{running.server_port}/")
        if looker:
            looker.start()
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            click.echo("stopped")
