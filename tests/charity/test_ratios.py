"""The official table of ratios: the cells of the rule, what may take their place, and that the working is exact."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.charity.rules.ratios import Figures, Line, State, band, judge
from shetong.core import statutes

WAN = 1_000_000
END = date(2026, 12, 31)
YEAR = 2026


def year(number: int = YEAR, **given_: int) -> Figures:
    """A year of figures in fen."""
    plain = {
        "income": 0, "restricted": 0, "lifted": 0, "net_assets": 0, "spending": 0, "management": 0, "total": 0,
        "fundraising": 0, "donations": 0,
    }  # fmt: skip
    return Figures(number, **{**plain, **given_})


def lines(
    *figures: Figures, kind: str = "FD", public: bool = False, excuse: str = "", on: int = YEAR
) -> dict[str, Line]:
    found = judge(kind=kind, public=public, year=on, years={one.year: one for one in figures}, excuse=excuse)
    return {line.code: line for line in found}


class TestTheCells:
    @pytest.mark.parametrize(
        ("kind", "public", "before", "now", "state"),
        [
            ("FD", True, {"income": 1000 * WAN}, {"spending": 700 * WAN}, "met"),
            ("FD", True, {"income": 1000 * WAN}, {"spending": 69_999 * WAN // 100}, "missed"),
            ("FD", False, {"net_assets": 6000 * WAN}, {"spending": 360 * WAN}, "met"),
            ("FD", False, {"net_assets": 6000 * WAN}, {"spending": 360 * WAN - 1}, "missed"),
            ("FD", False, {"net_assets": 799 * WAN}, {"spending": 5593 * WAN // 100}, "met"),
            ("FD", False, {"net_assets": 399 * WAN}, {"spending": 3191 * WAN // 100}, "missed"),
            ("PN", False, {"net_assets": 1000 * WAN}, {"spending": 60 * WAN}, "met"),
            ("SG", False, {"net_assets": 999 * WAN}, {"spending": 60 * WAN}, "missed"),
        ],
    )
    def test_spending(self, kind: str, public: bool, before: dict, now: dict, state: str) -> None:
        found = lines(year(YEAR - 1, **before), year(**now), kind=kind, public=public)
        assert found["spending"].state == state
        assert found["spending"].provision.startswith("《关于慈善组织")

    def test_a_small_institution_must_also_spend_half_of_its_income(self) -> None:
        before = year(YEAR - 1, income=100 * WAN, net_assets=80 * WAN)
        found = lines(before, year(spending=50 * WAN), kind="PN")
        assert [found[code].state for code in ("spending", "spending-income")] == ["met", "met"]
        found = lines(before, year(spending=64_000_00), kind="PN")
        assert [found[code].state for code in ("spending", "spending-income")] == ["met", "missed"]

    @pytest.mark.parametrize(
        ("kind", "public", "net_assets", "most"),
        [
            ("FD", True, 0, 10), ("SG", True, 0, 13),
            ("FD", False, 6000, 12), ("FD", False, 5999, 13), ("FD", False, 799, 15), ("FD", False, 399, 20),
            ("PN", False, 1000, 13), ("PN", False, 999, 14), ("PN", False, 499, 15), ("PN", False, 99, 20),
        ],
    )  # fmt: skip
    def test_management(self, kind: str, public: bool, net_assets: int, most: int) -> None:
        before = year(YEAR - 1, net_assets=net_assets * WAN)
        for extra, state in ((0, "met"), (1, "missed")):
            now = year(management=most * WAN * 10 + extra, total=1000 * WAN)
            assert lines(before, now, kind=kind, public=public)["management"].state == state

    def test_management_below_two_hundred_thousand_is_free(self) -> None:
        before = year(YEAR - 1)
        assert lines(before, year(management=20 * WAN - 1, total=1))["management"].state == "met"
        assert lines(before, year(management=20 * WAN, total=1))["management"].state == "missed"

    def test_a_reported_reason_excuses_management_and_nothing_else(self) -> None:
        found = lines(year(YEAR - 1, income=WAN), year(management=30 * WAN, total=WAN), public=True, excuse="折旧突增")
        assert (found["management"].state, found["spending"].state) == ("excused", "missed")
        assert found["management"].working.endswith("已经报告并公开原因：折旧突增")

    def test_the_average_of_three_years_may_take_the_place_of_one(self) -> None:
        earlier = [year(YEAR - at, income=income * WAN) for at, income in ((1, 2000), (2, 100), (3, 900))]
        found = lines(*earlier, year(spending=700 * WAN), public=True)
        assert found["spending"].state == "met"
        assert found["spending"].title == "年度慈善活动支出不低于前三年平均总收入的70%"
        assert (
            found["spending"].working
            == "前三年平均总收入10,000,000元 × 70% = 7,000,000元，当年慈善活动支出7,000,000元，占70.00%"
        )

    def test_the_cost_of_fundraising_counts_since_its_rule_is_in_force(self) -> None:
        earlier = [year(YEAR - at, donations=100 * WAN) for at in (1, 2, 3)]
        assert lines(*earlier, year(fundraising=3 * WAN))["fundraising"].state == "met"
        assert lines(*earlier, year(fundraising=3 * WAN + 1))["fundraising"].state == "missed"
        assert lines(year(fundraising=1))["fundraising"].state == "unknown"
        assert "fundraising" not in lines(year(2025, fundraising=1), on=2025)

    def test_what_is_not_on_file_is_said(self) -> None:
        found = lines(year(management=21 * WAN))
        assert {line.state for line in found.values() if line.code != "fundraising"} == {State.UNKNOWN}
        assert "2025年" in found["spending"].working

    def test_adjusted_income_leaves_out_what_may_not_be_used_and_adds_what_may_again(self) -> None:
        assert year(income=100, restricted=30, lifted=5).adjusted == 75


FEN = st.integers(0, 10**15)


class TestTheWorking:
    @given(kind=st.sampled_from(["FD", "SG", "PN"]), assets=st.lists(FEN, min_size=3, max_size=3), spending=FEN)
    def test_enough_is_enough_over_the_year_or_the_average_and_never_rounded(
        self, kind: str, assets: list[int], spending: int
    ) -> None:
        earlier = [year(YEAR - at, net_assets=amount) for at, amount in enumerate(assets, 1)]
        found = lines(*earlier, year(spending=spending), kind=kind)["spending"]
        which = band(kind, assets[0], END)
        who = "foundation" if kind == "FD" else "other"
        percent = statutes.value(f"ratio_{who}_{which}_spending", on=END)
        bases = (Fraction(assets[0]), Fraction(sum(assets), 3))
        assert (found.state == "met") == any(Fraction(spending) >= base * percent / 100 for base in bases)

    @given(net_assets=FEN, more=FEN)
    def test_a_richer_body_is_never_in_a_lower_band(self, net_assets: int, more: int) -> None:
        order = ("low", "middle", "high", "top")
        poor, rich = (band("FD", amount, END) for amount in (net_assets, net_assets + more))
        assert order.index(rich) >= order.index(poor)

    @given(total=FEN, management=FEN, extra=FEN)
    def test_more_management_is_never_judged_better(self, total: int, management: int, extra: int) -> None:
        def state(amount: int) -> str:
            return lines(year(YEAR - 1), year(management=amount, total=total), public=True)["management"].state

        assert not (state(management) == "missed" and state(management + extra) == "met")
