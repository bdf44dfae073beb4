"""``shetong demo-platform``: a fundraising platform's program, speaking the public interface alone."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("act", type=click.Choice(["keys", "certify", "raise"]))
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the installation answers.")
@click.option("--credentials", type=click.Path(path_type=Path), required=True, help="JSON file with the keys.")
@click.option("--plan", default="", help="Filing number (raise).")
@click.option("--donations", type=click.IntRange(0, 1_000_000), default=100, show_default=True, help="How many gifts.")
@click.option("--seed", type=int, default=0, help="Other gifts for another seed.")
def demo_platform(act: str, address: str, credentials: Path, plan: str, donations: int, seed: int) -> None:
    """Be a platform: a process of its own that uses the public interface alone.

    ``keys`` makes a key pair and prints what is to be registered; the file then needs ``client_id`` and ``secret``.
    ``certify`` walks through the certification test in the sandbox, ``raise`` publishes a page and reports gifts.
    """
    from shetong.charity import platform_client, platform_rehearsal

    if act == "keys":
        made = platform_client.new_key()
        credentials.touch(0o600)
        credentials.write_text(json.dumps({"client_id": "", "secret": "", "key": made}, indent=1) + "\n")
        click.echo(platform_client.public_key(platform_client.private_key(made)))
        return
    kept = json.loads(credentials.read_text())
    key = platform_client.private_key(kept["key"])
    program = platform_client.Client(address, kept["client_id"], kept["secret"], key)
    try:
        if act == "certify":
            found: dict[str, object] = dict(platform_rehearsal.certify(program))
        else:
            raised = platform_rehearsal.raise_funds(program, plan, donations, seed=seed)
            found = {"taken": raised.taken, "amount": sum(raised.amounts.values()), "receipt": raised.receipt}
    except platform_client.Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(json.dumps(found, ensure_ascii=False))
