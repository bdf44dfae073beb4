"""Periods of the law on the official calendar."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import working_days
from shetong.core.statutes import Unit
from shetong.core.working_days import Excluded, Period, due, is_working_day, used

DAYS = st.dates(date(2010, 1, 1), date(2026, 6, 30))
PERIODS = st.builds(Period, st.integers(1, 60), st.sampled_from((Unit.DAY, Unit.WORKING_DAY)))


@pytest.mark.parametrize(
    ("event", "number", "unit", "last"),
    [
        # Friday to Friday; the day of the event does not count.
        ("2026-03-06", 5, Unit.WORKING_DAY, "2026-03-13"),
        # Spring Festival of 2026, 15 to 23 February, with the Saturdays 14 and 28 February worked.
        ("2026-02-12", 5, Unit.WORKING_DAY, "2026-02-26"),
        # National Day of 2026, 1 to 7 October: 60 days end inside it and move to the next working day.
        ("2026-08-04", 60, Unit.DAY, "2026-10-08"),
        # A worked Saturday counts as one.
        ("2026-09-18", 2, Unit.WORKING_DAY, "2026-09-21"),
        ("2026-03-06", 0, Unit.WORKING_DAY, "2026-03-06"),
    ],
)
def test_known_periods(event: str, number: int, unit: Unit, last: str) -> None:
    assert str(due(date.fromisoformat(event), Period(number, unit))) == last


@given(DAYS, PERIODS)
def test_a_period_ends_on_a_working_day_and_is_used_up_then(event: date, period: Period) -> None:
    last = due(event, period)
    assert last is not None
    assert is_working_day(last)
    assert used(event, period, last) >= period.number
    if period.unit is Unit.WORKING_DAY:
        assert used(event, period, last) == period.number
        assert used(event, period, last - timedelta(1)) == period.number - 1


@given(DAYS, PERIODS, st.integers(0, 40), st.integers(0, 20))
def test_excluded_days_only_ever_move_the_end_back(event: date, period: Period, after: int, length: int) -> None:
    span = Excluded(event + timedelta(after), event + timedelta(after + length))
    moved, plain = due(event, period, [span]), due(event, period)
    assert moved is not None
    assert plain is not None
    assert moved >= plain
    assert moved <= plain + timedelta(3 * (length + 1) + 30)


@given(DAYS, PERIODS)
def test_while_a_procedure_runs_there_is_no_end(event: date, period: Period) -> None:
    assert due(event, period, [Excluded(event + timedelta(1), None)]) is None


@given(DAYS, st.integers(1, 50))
def test_a_longer_period_never_ends_earlier(event: date, number: int) -> None:
    for unit in (Unit.DAY, Unit.WORKING_DAY):
        assert due(event, Period(number, unit)) <= due(event, Period(number + 1, unit))


def test_years_without_an_announcement_say_so() -> None:
    assert not working_days.announced(date(2031, 5, 1))
    assert is_working_day(date(2031, 5, 1))  # a Thursday: only an announcement would make it a day off


def test_a_deployment_adds_days_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "days.toml"
    file.write_text("working_days = [2031-05-03]\ndays_off = [2031-05-01]\n", "utf-8")
    working_days._own_days.cache_clear()
    try:
        with override_settings(WORKING_DAYS_FILE=str(file)):
            assert not is_working_day(date(2031, 5, 1))
            assert is_working_day(date(2031, 5, 3))
            assert working_days.announced(date(2031, 5, 1))
    finally:
        working_days._own_days.cache_clear()


@pytest.mark.parametrize("number", [-1, 4_001])
def test_absurd_periods_are_errors(number: int) -> None:
    with pytest.raises(ValueError, match="days"):
        Period(number, Unit.DAY)
