"""Electronic seals of authorities: list, create, import, declare void."""

from __future__ import annotations

from pathlib import Path

import click

from shetong.cli.console import emit
from shetong.cli.keys import ACTOR, keys
from shetong.cli.manage import load_django

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


@keys.command("seals")
@as_json_option
def list_seals(as_json: bool) -> None:
    """List the electronic seals of authorities, the oldest first."""
    load_django()
    from shetong.casework.queries import seals

    rows = seals.overview()
    lines = [
        f"{row['fingerprint'][:12]}  {row['use']:<11}  {row['division']}  {row['authority']}"
        f"{'  demo' if row['demo'] else ''}{'  imported' if row['imported'] else ''}  until {row['valid_to']:%Y-%m-%d}"
        for row in rows
    ]
    emit(rows, as_json=as_json, text="\n".join(lines) or "no seals yet; shetong keys seal-create makes one")


@keys.command("seal-create")
@click.argument("division_code")
@click.argument("authority_name")
@as_json_option
def seal_create(division_code: str, authority_name: str, as_json: bool) -> None:
    """Issue a seal by this deployment's own authority; the one in use, if any, only verifies from now on.

    AUTHORITY_NAME is the full name as it stands in documents, DIVISION_CODE the six digits of its division.
    """
    load_django()
    from shetong.casework.services import seals

    seal = seals.create(authority_name=authority_name, division_code=division_code, actor=ACTOR)
    emit({"fingerprint": seal.fingerprint}, as_json=as_json, text=f"{seal.fingerprint[:12]} seals from now on")


@keys.command("seal-import")
@click.argument("division_code")
@click.argument("authority_name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.password_option(confirmation_prompt=False, envvar="SEAL_PASSWORD", help="Password of the file.")
@as_json_option
def seal_import(division_code: str, authority_name: str, file: Path, password: str, as_json: bool) -> None:
    """Register a seal that somebody else issued, from its PKCS#12 FILE; it seals from now on."""
    load_django()
    from shetong.casework.services import seals

    seal = seals.import_pkcs12(
        authority_name=authority_name,
        division_code=division_code,
        content=file.read_bytes(),
        password=password,
        actor=ACTOR,
    )
    emit({"fingerprint": seal.fingerprint}, as_json=as_json, text=f"{seal.fingerprint[:12]} seals from now on")


@keys.command("seal-compromise")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why the seal must no longer be believed.")
@as_json_option
def seal_compromise(fingerprint: str, reason: str, as_json: bool) -> None:
    """Declare that a seal must no longer be believed; FINGERPRINT as `shetong keys seals` shows it."""
    load_django()
    from shetong.casework.services import seals

    seal = seals.compromise(fingerprint=fingerprint, reason=reason, actor=ACTOR)
    emit({"fingerprint": seal.fingerprint}, as_json=as_json, text=f"{seal.fingerprint[:12]} is void")
