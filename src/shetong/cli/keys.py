"""Signing keys of certificates: list, rotate, declare compromised; and issuing certificates in bulk."""

from __future__ import annotations

import click

from shetong.cli.console import emit, progress, say
from shetong.cli.manage import load_django

ACTOR = "system:command-line"


@click.group()
def keys() -> None:
    """Manage the keys that sign registration certificates."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def list_keys(as_json: bool) -> None:
    """List all keys, the oldest first."""
    load_django()
    from shetong.registry.queries import certificates

    rows = certificates.key_overview()
    lines = [
        f"{row['key_id']}  {row['use']:<11}  {row['created_at']:%Y-%m-%d %H:%M}  "
        f"{row['certificates_in_force']} certificates in force"
        for row in rows
    ]
    emit(rows, as_json=as_json, text="\n".join(lines) or "no keys yet; the first certificate makes one")


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def rotate(as_json: bool) -> None:
    """Make a new key that signs from now on; the old one keeps verifying what it signed."""
    load_django()
    from shetong.registry.services import signing_keys

    key = signing_keys.rotate(actor=ACTOR)
    emit({"key_id": str(key)}, as_json=as_json, text=f"{key} signs from now on")


@keys.command()
@click.argument("key_id")
@click.option("--reason", required=True, help="Why the key must no longer be believed; kept in the audit trail.")
@click.option("--reissue", is_flag=True, help="At once replace all certificates in force that it signed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def compromise(key_id: str, reason: str, reissue: bool, yes: bool, as_json: bool) -> None:
    """Declare a key compromised: everything it signed fails verification from now on. Cannot be undone."""
    if not yes:
        click.confirm(f"Declare {key_id} compromised? All certificates it signed will fail.", abort=True, err=True)
    load_django()
    from shetong.registry.services import certificates, signing_keys

    key, affected = signing_keys.compromise(key_id=key_id, reason=reason, actor=ACTOR)
    done = 0
    if reissue:
        with progress("reissuing", affected) as advance:
            for done in certificates.reissue_signed_by(str(key), actor=ACTOR):
                advance(done)
    elif affected:
        say(f"{affected} certificates in force fail now; run: shetong keys reissue {key}")
    emit({"key_id": str(key), "affected": affected, "reissued": done}, as_json=as_json, text=f"{key} compromised")


@keys.command()
@click.argument("key_id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def reissue(key_id: str, as_json: bool) -> None:
    """Replace every certificate in force that a key signed; can be stopped and started again."""
    load_django()
    from shetong.registry.services import certificates

    done = 0
    with progress("reissuing") as advance:
        for done in certificates.reissue_signed_by(key_id, actor=ACTOR):
            advance(done)
    emit({"reissued": done}, as_json=as_json, text=f"{done} certificates replaced")


@click.group()
def certificates() -> None:
    """Issue registration certificates."""


@certificates.command("issue-missing")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def issue_missing(as_json: bool) -> None:
    """Issue a first certificate to every organisation in normal status that never had one."""
    load_django()
    from shetong.registry.queries.certificates import certifiable
    from shetong.registry.services import certificates as service

    done = 0
    with progress("issuing", certifiable().filter(certificates__isnull=True).count()) as advance:
        for done in service.issue_missing(actor=ACTOR):
            advance(done)
    emit({"issued": done}, as_json=as_json, text=f"{done} certificates issued")
