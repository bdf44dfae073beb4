"""Parameters of law: the value in force on a day, its citation, and tables that are refused."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import statutes
from shetong.core.statutes import NotInForceError, Standing, StatutesFileError, Unit, UnknownParameterError


@pytest.fixture(autouse=True)
def _reread() -> object:
    statutes.parameters.cache_clear()
    yield
    statutes.parameters.cache_clear()


def table(values: str, unit: str = "year") -> str:
    return f'[p]\ntitle = "参数"\nunit = "{unit}"\n{values}'


class TestShippedTable:
    def test_the_waiting_time_for_fundraising_changed_with_the_charity_law_of_2024(self) -> None:
        assert statutes.value("fundraising_waiting", on=date(2024, 9, 4)) == 2
        assert statutes.value("fundraising_waiting", on=date(2024, 9, 5)) == 1

    def test_before_the_provision_took_effect_there_is_no_value(self) -> None:
        assert not statutes.holds("fundraising_waiting", on=date(2016, 8, 31))
        with pytest.raises(NotInForceError):
            statutes.value("fundraising_waiting", on=date(2016, 8, 31))

    def test_name_windows_of_the_2024_measures(self) -> None:
        day = date(2024, 5, 1)
        assert statutes.value("name_window_deregistered", on=day) == 1
        assert statutes.value("name_window_registration_cancelled", on=day) == 3
        assert statutes.provision("name_window_deregistered", on=day) == "《社会组织名称管理办法》第十六条"
        assert not statutes.holds("name_window_deregistered", on=day - timedelta(days=1))

    def test_floors_of_funds_are_in_fen(self) -> None:
        held = statutes.in_force("funds_foundation_public_national", on=date(2026, 1, 1))
        assert (held.value, held.unit) == (8_000_000 * 100, Unit.FEN)

    def test_what_is_not_established_is_shown_without_a_citation(self) -> None:
        for parameter in statutes.parameters().values():
            for held in parameter.values:
                assert bool(held.provision) == (held.standing is Standing.TEXT), parameter.key

    def test_a_wrong_key_is_an_error_of_the_program(self) -> None:
        with pytest.raises(UnknownParameterError):
            statutes.value("no_such", on=date(2026, 1, 1))


class TestOwnTable:
    def test_a_deployment_replaces_what_it_knows_better(self, tmp_path: Path, settings: Any) -> None:
        own = tmp_path / "own.toml"
        own.write_text(
            '[name_reservation]\ntitle = "名称保留期"\nunit = "month"\n[[name_reservation.values]]\nvalue = 6\n'
            'provision = "某省规定"\n',
            encoding="utf-8",
        )
        settings.STATUTES_FILE = str(own)
        held = statutes.in_force("name_reservation", on=date(2026, 1, 1))
        assert (held.value, held.standing, held.provision) == (6, Standing.LOCAL, "某省规定")
        assert statutes.value("name_window_changed", on=date(2026, 1, 1)) == 1

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("= broken", "not TOML"),
            ('[p]\ntitle = "x"\nunit = "year"', "values"),
            (table("[[p.values]]\nvalue = 1", unit="furlong"), "furlong"),
            (table('[[p.values]]\nvalue = "1"'), "whole number"),
            (table("[[p.values]]\nvalue = true"), "whole number"),
            (table("[[p.values]]\nvalue = 1.5"), "whole number"),
            (table("[[p.values]]\nvalue = 1\nfrom = 2020-01-01\nto = 2020-01-01"), "ends before"),
            (table('[[p.values]]\nvalue = 1\nfrom = "2020-01-01"'), "dates"),
            (table("[[p.values]]\nvalue = 1\nfrom = 2020-01-01T00:00:00"), "dates"),
            (table("[[p.values]]\nvalue = 1\n[[p.values]]\nvalue = 2"), "overlap"),
            (table('[[p.values]]\nvalue = 1\nstanding = "memory"\nprovision = "某条"'), "no citation"),
            (table('[[p.values]]\nvalue = 1\nstanding = "text"'), "needs its provision"),
            ("p = 3", "p:"),
        ],
    )
    def test_a_wrong_table_is_refused_with_the_reason(self, text: str, reason: str) -> None:
        with pytest.raises(StatutesFileError, match=reason):
            statutes.parse(text)

    @given(
        st.lists(st.dates(date(1990, 1, 1), date(2040, 1, 1)), min_size=2, max_size=6, unique=True),
        st.dates(date(1985, 1, 1), date(2045, 1, 1)),
    )
    def test_on_each_day_the_value_of_its_own_period_holds(self, bounds: list[date], day: date) -> None:
        bounds.sort()
        periods = list(pairwise(bounds))
        text = table("\n".join(f"[[p.values]]\nvalue = {n}\nfrom = {a}\nto = {b}" for n, (a, b) in enumerate(periods)))
        held = [value for value in statutes.parse(text)["p"].values if value.holds_on(day)]
        assert [value.value for value in held] == [n for n, (a, b) in enumerate(periods) if a <= day < b]
