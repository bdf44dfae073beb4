"""Least funds and closed names are the figures of the statutes, the deployment's own where it has some."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shetong.core import statutes
from shetong.core.findings import Severity
from shetong.registry.rules.conditions import conditions, fund_floor
from shetong.registry.rules.names import closed_until

TODAY = date(2026, 5, 1)
WAN = 1_000_000


@pytest.mark.parametrize(
    ("kind", "national", "least", "provision"),
    [
        ("SG", True, 10 * WAN, "《社会团体登记管理条例》第十条"),
        ("SG", False, 3 * WAN, "《社会团体登记管理条例》第十条"),
        ("PN", False, 3 * WAN, ""),
        ("FD", True, 800 * WAN, "《基金会管理条例》第八条"),
        ("FD", False, 200 * WAN, "《基金会管理条例》第八条"),
    ],
)
def test_the_floor_is_the_statutes_figure_with_its_provision(
    kind: str, national: bool, least: int, provision: str
) -> None:
    floor = fund_floor(kind, national=national, on=TODAY)
    assert floor is not None
    assert (floor.value, floor.provision) == (least, provision)
    assert fund_floor(kind, national=national, on=date(1990, 1, 1)) is None


@pytest.fixture
def _own_table() -> Iterator[None]:
    statutes.parameters.cache_clear()
    yield
    statutes.parameters.cache_clear()


@pytest.mark.usefixtures("_own_table")
def test_what_no_provision_says_is_for_a_person_until_the_deployment_says_it(tmp_path: Path, settings: Any) -> None:
    body = {"kind": "PN", "registered_funds": 2 * WAN}
    (found,) = conditions(body, authority_division="110105", on=TODAY)
    assert (found.severity, found.provision) == (Severity.WARN, "")
    own = tmp_path / "own.toml"
    own.write_text(
        '[funds_service_institution]\ntitle = "开办资金"\nunit = "fen"\n'
        '[[funds_service_institution.values]]\nvalue = 10_000_000\nprovision = "某省规定"\n',
        encoding="utf-8",
    )
    settings.STATUTES_FILE = str(own)
    statutes.parameters.cache_clear()
    (found,) = conditions({**body, "registered_funds": 9 * WAN}, authority_division="110105", on=TODAY)
    assert (found.severity, found.provision) == (Severity.REFUSE, "某省规定")
    assert "10万元" in found.message


@pytest.mark.parametrize(("ended_by", "years"), [("changed", 1), ("deregistered", 1), ("cancelled", 3), ("revoked", 1)])
def test_a_name_stays_closed_as_long_as_the_statutes_say(ended_by: str, years: int) -> None:
    ended = date(2024, 2, 29)
    assert closed_until(ended, ended_by, TODAY) == (date(2024 + years, 3, 1), "《社会组织名称管理办法》第十六条")
    assert closed_until(ended, ended_by, date(2024, 4, 30)) is None
    with statutes.trial({"name_window_changed": 2}):
        assert closed_until(ended, "changed", TODAY) == (date(2026, 3, 1), "")
