"""``shetong demo``: load generated organisations, marked as demonstration data."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from shetong.cli.addresses import settle_database
from shetong.cli.console import emit, staged_progress
from shetong.cli.imports import STAGES as IMPORT_STAGES
from shetong.cli.imports import summary
from shetong.cli.manage import load_django

if TYPE_CHECKING:
    from shetong.charity.demo.telling import CharityReport
    from shetong.registry.demo.loading import DemoReport

STAGES = {**IMPORT_STAGES, "stories": "登记演示组织的变更", "certificates": "签发证书", "cases": "办理演示申请"}


@click.command()
@click.option("--scale", type=click.Choice(["small", "national"]), default="small", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def demo(scale: str, as_json: bool) -> None:
    """Load the demonstration: small (a few thousand organisations) or national (900,000).

    The small one has organisations with officers, changes, corrections, marks, branches, permits, penalties and signed
    certificates in every province. A load that was stopped goes on where it was; a second one changes nothing.
    """
    os.environ.setdefault("LOG_LEVEL", "warning")
    settle_database()
    load_django()
    emit_report(load(scale), load_charity() if scale == "small" else None, as_json=as_json)


def load(scale: str) -> DemoReport:
    """Load the demonstration of ``scale`` with progress bars; Django is loaded already."""
    from django.conf import settings

    from shetong.registry.demo import loading

    with staged_progress(STAGES) as advance:
        report = loading.load(scale=scale, folder=settings.VAR / "demo", progress=advance)
    if scale == "small" and settings.DEMO_ACCOUNTS:
        load_volunteering()
    return report


def load_volunteering() -> None:
    """Make the demonstration of volunteering, a few seconds; nothing where it is there."""
    from shetong.accounts.services.demo import ensure_demo_accounts
    from shetong.volunteering import demo as volunteering

    # Its first team and its first volunteer are those of the accounts with which people try the hall.
    ensure_demo_accounts()
    volunteering.load()


def load_charity() -> CharityReport:
    """Load the demonstration of charity into the small register."""
    from shetong.charity.demo import telling

    return telling.tell()


def emit_report(report: DemoReport, charity: CharityReport | None = None, *, as_json: bool) -> None:
    """Print what was loaded, as one JSON value or in Chinese."""
    lines = [summary(report.imported)]
    if report.stories:
        lines.append(f"有完整登记经过的演示组织 {report.stories} 家，本次签发证书 {report.certificates} 张")
    if report.cases:
        lines.append(f"演示办件 {report.cases} 件")
    if charity:
        lines.append(
            f"慈善演示：基金会 {charity.foundations} 家，备案方案 {charity.plans} 个，捐赠 {charity.donations} 笔，"
            f"支出 {charity.disbursements} 笔"
        )
    found = {**asdict(report), **({"charity": asdict(charity)} if charity else {})}
    emit(found, as_json=as_json, text="\n".join(lines))
