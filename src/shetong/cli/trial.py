"""``shetong trial``: try a changed rule or time limit on past cases; nothing is written."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import progress
from shetong.cli.manage import load_django


def _pairs(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for given in values:
        key, _, value = given.partition("=")
        if not key or not value.lstrip("-").isdigit():
            raise click.BadParameter("write KEY=NUMBER, as of docs: /standards/parameters/", ctx, option)
        found[key] = int(value)
    return found


@click.command()
@click.argument("matter")
@click.option("--division", default="100000", show_default=True, help="GB/T 2260 code; trailing zeros are a prefix.")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Decided from this day on.")
@click.option("--to", "last", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Decided up to this day.")
@click.option("--limit", type=click.IntRange(1, 365), help="Another limit for deciding.")
@click.option("--promised", type=click.IntRange(1, 365), help="Another promised limit.")
@click.option("--unit", type=click.Choice(["day", "working_day"]), default="working_day", show_default=True)
@click.option("--parameter", "parameters", multiple=True, callback=_pairs, metavar="KEY=NUMBER", help="Repeatable.")
@click.option("--without-step", "steps", multiple=True, help="Code of a step left out.")
@click.option("--without-material", "materials", multiple=True, help="Code of a material left out.")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
def trial(
    matter: str,
    division: str,
    first: date,
    last: date,
    limit: int | None,
    promised: int | None,
    unit: str,
    parameters: dict[str, int],
    steps: tuple[str, ...],
    materials: tuple[str, ...],
    form: str,
) -> None:
    """Say which past cases of MATTER would have been decided otherwise, or late."""
    settle_database()
    load_django()
    from shetong.casework.queries import trials as queries
    from shetong.casework.rules.trials import Change
    from shetong.casework.services import trials
    from shetong.core.statutes import Unit
    from shetong.core.working_days import Period

    change = Change(
        decision=Period(limit, Unit(unit)) if limit else None,
        promised=Period(promised, Unit(unit)) if promised else None,
        without_steps=steps,
        without_materials=materials,
        parameters=parameters,
    )
    begin, end = first.date(), last.date()  # type: ignore[attr-defined] # click gives datetimes
    trials.check(matter, division, begin, end, change)
    cases = queries.past(matter, division, begin, end)
    with progress("trial") as done:
        tally = queries.run(cases, change, trials.open_form, done)
    result = tally.as_json(change)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if form == "json" else _table(result))
    if result["unread"]:
        click.echo(f"no check of these cases reads {', '.join(result['unread'])}: this proves nothing of it", err=True)


def _table(result: dict[str, object]) -> str:
    target = io.StringIO()
    columns = ("number", "name", "outcomes", "decided_on", "due", "tried_due", "reasons")
    writer = csv.writer(target)
    writer.writerow(columns)
    rows = result["rows"]
    assert isinstance(rows, list)  # noqa: S101 - of Tally.as_json
    from shetong.core.spreadsheets import inert

    for row in rows:
        cells = (row[name] for name in columns)
        writer.writerow([inert(";".join(cell) if isinstance(cell, list) else str(cell)) for cell in cells])
    return target.getvalue().rstrip()
