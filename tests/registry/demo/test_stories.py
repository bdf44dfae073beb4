"""Who the storied organisations of the small demonstration are: pure, no database."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import divisions
from shetong.core.errors import InvalidInputError
from shetong.core.findings import Severity
from shetong.core.identifiers import is_uscc, parse_identity_number
from shetong.registry.demo.acts import Board, Branch, Change, Correct, Penalty, Permit, Story
from shetong.registry.demo.national import national_frames, registering_places, sample
from shetong.registry.demo.people import MOST, demo_person
from shetong.registry.demo.plots import PLOTS, anniversary
from shetong.registry.demo.stories import stories
from shetong.registry.rules.names import check_branch, check_structure

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def told() -> list[Story]:
    return stories(today=TODAY)


def province(story: Story) -> str:
    return story.uscc[2:4]


def test_the_same_seed_and_day_tell_the_same_stories(told: list[Story]) -> None:
    assert stories(today=TODAY) == told


def test_another_seed_tells_others(told: list[Story]) -> None:
    others = stories(7, today=TODAY, provinces=["11"])
    assert {story.uscc for story in others}.isdisjoint(story.uscc for story in told)


def test_another_day_moves_only_what_is_still_to_come(told: list[Story]) -> None:
    for story, later in zip(told, stories(today=date(2027, 3, 1)), strict=True):
        assert (story.uscc, story.values, story.founded_on) == (later.uscc, later.values, later.founded_on)
        past = [act for act in story.acts if isinstance(act, Change) and act.on <= TODAY]
        assert past == [act for act in later.acts if isinstance(act, Change) and act.on <= TODAY]


def test_every_province_with_a_register_lives_through_every_plot(told: list[Story]) -> None:
    plots = Counter((province(story), story.plot) for story in told)
    provinces = {division.code[:2] for division in divisions.current() if division.code.endswith("0000")}
    # No register under the three regulations in Hong Kong, Macao and Taiwan; the ministry's own plots are national.
    for head in provinces - {"10", "71", "81", "82"}:
        assert {plot for plot in PLOTS if plots[head, plot]} == set(PLOTS), head
    assert max(plots.values()) == 1
    assert len(told) > 280


def test_they_are_spread_over_provinces_prefectures_and_counties(told: list[Story]) -> None:
    levels = Counter(divisions.level(story.uscc[2:8]).name for story in told)
    assert min(levels["PROVINCE"], levels["COUNTY"]) > 80
    assert levels["CITY"] > 40


def test_codes_and_names_are_lawful_and_unique(told: list[Story]) -> None:
    assert all(is_uscc(story.uscc) for story in told)
    assert len({story.uscc for story in told}) == len({story.values["name"] for story in told}) == len(told)
    kinds = {"社会团体": "SG", "民办非企业单位": "PN", "基金会": "FD"}
    for story in told:
        renamed = [act.values["name"] for act in story.acts if isinstance(act, Change) and "name" in act.values]
        for name in [story.values["name"], *renamed]:
            found = check_structure(
                name, kind=kinds[story.values["kind"]], authority_division=story.uscc[2:8], forbidden_words=()
            )
            assert not [finding for finding in found if finding.severity is Severity.REFUSE], name


def test_branch_bodies_bear_the_name_of_their_organisation(told: list[Story]) -> None:
    for story in told:
        called = story.values["name"]
        for act in story.acts:
            if isinstance(act, Change) and act.on <= TODAY:
                called = act.values.get("name", called)
            if isinstance(act, Branch):
                assert check_branch(act.values["name"], parent_name=called, parent_kind="SG") == []


def test_nobody_can_have_been_born_then_and_there(told: list[Story]) -> None:
    people = [person for story in told for act in story.acts if isinstance(act, Board) for _, person in act.members]
    for person in people:
        read = parse_identity_number(person.identity_number, today=TODAY)
        assert read.born_on.year < 1900
        assert person.identity_number[2:6] == "0000"
        assert divisions.level(person.identity_number[:6]).name == "PROVINCE"
        assert person.phone.startswith("000-")
    names = {person.identity_number: person.name for person in people}
    assert all(names[person.identity_number] == person.name for person in people)


@given(number=st.integers(0, MOST - 1))
def test_every_person_has_a_number_of_the_right_form(number: int) -> None:
    person = demo_person(number, "王示范", "54")
    assert parse_identity_number(person.identity_number, today=TODAY).number == person.identity_number


@given(numbers=st.sets(st.integers(0, MOST - 1), min_size=2, max_size=20))
def test_no_two_people_share_a_number(numbers: set[int]) -> None:
    assert len({demo_person(number, "王示范", "11").identity_number for number in numbers}) == len(numbers)


@pytest.mark.parametrize("number", [-1, MOST])
def test_there_are_no_more_people_than_numbers(number: int) -> None:
    with pytest.raises((ValueError, InvalidInputError)):
        demo_person(number, "王示范", "11")


def test_every_document_says_that_it_is_a_demonstration(told: list[Story]) -> None:
    for story in told:
        for act in story.acts:
            if isinstance(act, Permit | Penalty):
                assert act.fields["document_number"].startswith("演示")
            elif hasattr(act, "basis"):
                assert act.basis.startswith("演示文书"), act


def test_corrections_name_an_act_before_them(told: list[Story]) -> None:
    for story in told:
        for place, act in enumerate(story.acts, start=1):
            if isinstance(act, Correct):
                assert 0 <= act.of < place


@given(day=st.dates(date(1990, 1, 1), date(2090, 12, 31)), years=st.integers(0, 8))
def test_an_anniversary_is_a_day_of_the_right_year(day: date, years: int) -> None:
    assert anniversary(day, years).year == day.year + years


class TestSample:
    def test_it_is_part_of_the_national_register(self) -> None:
        few = sample(30, of=3_000, least=1)
        whole = {row["uscc"]: row for frame in national_frames(3_000) for row in frame.iter_rows(named=True)}
        assert all(whole[row["uscc"]] == row for row in few.iter_rows(named=True))

    def test_every_province_has_some(self) -> None:
        counted = Counter(code[2:4] for code in sample(1_000)["uscc"])
        assert set(counted) == {place.code[:2] for place in registering_places().places}
        assert min(counted.values()) >= 12

    def test_the_stories_are_none_of_it(self, told: list[Story]) -> None:
        rows = sample()
        assert {story.uscc for story in told}.isdisjoint(rows["uscc"])
        assert {story.values["name"] for story in told}.isdisjoint(rows["name"])
