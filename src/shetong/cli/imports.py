"""``shetong import``: bring files of other systems into the register."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shetong.cli.console import emit, staged_progress
from shetong.cli.exits import Exit
from shetong.cli.manage import load_django
from shetong.core.money import format_plain

if TYPE_CHECKING:
    from shetong.charity.services.donation_imports import DonationReport
    from shetong.registry.services.imports import ImportReport

STAGES = {"rows": "导入数据行", "indexes": "建立索引"}


@click.group("import")
def imports() -> None:
    """Import files: organisations from CSV, XLSX or Parquet; donations and lists of dishonest people from CSV."""


@imports.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--basis", help="On what basis the records are entered; written into every filing.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day for which the file speaks (default: today).")
@click.option("--returned", type=click.Path(dir_okay=False, path_type=Path), help="Where rejected rows are written.")
@click.option("--dry-run", is_flag=True, help="Check and compare only; write nothing to the register.")
@click.option("--demo", is_flag=True, help="Mark the organisations as demonstration data.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def organisations(
    file: Path,
    basis: str | None,
    as_of: datetime | None,
    returned: Path | None,
    dry_run: bool,
    demo: bool,
    as_json: bool,
) -> None:
    """Import organisations from FILE; headings may be Chinese, encodings are recognised.

    Good rows go in; rejected rows come back as a workbook with the reasons, to be mended and imported again. A run
    that was interrupted goes on where it stopped; a file that was imported before changes nothing. Ends with 5 where
    rows were rejected.
    """
    load_django()
    from shetong.registry.services.imports import DEFAULT_BASIS, import_organisations

    with staged_progress(STAGES) as advance:
        report = import_organisations(
            file,
            basis=basis or DEFAULT_BASIS,
            as_of=as_of.date() if as_of else None,
            demo=demo,
            dry_run=dry_run,
            returned=returned,
            progress=advance,
        )
    emit(asdict(report), as_json=as_json, text=summary(report))
    raise SystemExit(int(Exit.FINDINGS if report.rejected else Exit.DONE))


@imports.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--organisation", "code", required=True, help="Unified code of the organisation that received them.")
@click.option("--recipient", help="Only rows of this recipient (default: all rows).")
@click.option("--project", "project", help="Number of the project they were given for (default: general means).")
@click.option(
    "--published",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of the totals that the publisher printed: source_file, recipient, published_total.",
)
@click.option("--dry-run", is_flag=True, help="Read, check and reconcile only; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def donations(
    file: Path,
    code: str,
    recipient: str | None,
    project: str | None,
    published: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import a list of donations from FILE (CSV, also .gz), book them and reconcile them with published totals.

    All rows go in together or none; a file that was imported before changes nothing. Ends with 5 where rows were
    rejected or a published total differs.
    """
    load_django()
    from shetong.charity.services.donation_imports import import_donations

    report = import_donations(
        file=file,
        organisation_code=code,
        recipient=recipient,
        project_number=project,
        published=published,
        dry_run=dry_run,
        actor="system:import",
    )
    emit(asdict(report), as_json=as_json, text=donation_summary(report))
    raise SystemExit(int(Exit.FINDINGS if report.rejected or report.totals_differing else Exit.DONE))


@imports.command("listed-people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--list", "list_name", required=True, help="What the list is called, such as 失信被执行人名单.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def listed_people(file: Path, list_name: str, as_json: bool) -> None:
    """Take over a list of dishonest people from FILE (CSV in UTF-8), so that applications naming them are found.

    Identity numbers are kept as keyed indexes only. Importing again adds removal dates. Ends with 5 where rows were
    rejected.
    """
    load_django()
    from shetong.registry.services.listed_persons import import_list

    report = import_list(file, list_name=list_name, actor=None)
    lines = [f"接收 {report.taken} 人，退回 {len(report.rejected)} 行"]
    lines += [f"  第 {line} 行：{reason}" for line, reason in report.rejected]
    emit(asdict(report), as_json=as_json, text="\n".join(lines))
    raise SystemExit(int(Exit.FINDINGS if report.rejected else Exit.DONE))


def summary(report: ImportReport) -> str:
    """Return the report in Chinese, as a clerk would read it."""
    lines = [f"识别列 {len(report.recognised)} 个" + (f"，忽略：{'、'.join(report.ignored)}" if report.ignored else "")]
    if report.repeated:
        lines.append("此文件以前已经导入，本次没有改动。")
    if report.dry_run:
        lines.append("仅校验，未写入登记库。")
    lines.append(
        f"共 {report.rows} 行：新增 {report.created}，变更 {report.changed}，"
        f"相同 {report.unchanged}，退回 {report.rejected}"
    )
    lines += [f"  提示：{note}（{count} 行）" for note, count in report.notes.items()]
    lines += [f"  第 {row} 行：{'；'.join(reasons)}" for row, reasons in report.reasons]
    if report.returned_to:
        lines.append(f"退回的行和原因见 {report.returned_to}，改正后可再次导入。")
    return "\n".join(lines)


def donation_summary(report: DonationReport) -> str:
    """Return the report of an import of donations in Chinese."""
    refused = sum(report.rejected.values())
    lines = [f"共 {report.rows} 行：导入 {report.taken} 笔，合计 {format_plain(report.amount)} 元，退回 {refused} 行"]
    if report.repeated:
        lines.append("此文件以前已经导入，本次没有改动。")
    lines += [f"  退回：{reason}（{count} 行）" for reason, count in report.rejected.items()]
    lines.append(f"与公布的总数核对：{report.totals_equal} 份相符，{len(report.totals_differing)} 份不符")
    lines += [f"  不符：{line}" for line in report.totals_differing]
    if report.look_alikes:
        lines.append(f"可能重复（日期、捐赠人、金额都相同）：{report.look_alikes} 行，没有流水号，无法断定，均已计入")
    return "\n".join(lines)
