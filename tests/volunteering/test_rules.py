"""Numbers, bits and ages."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from shetong.volunteering import states
from shetong.volunteering.models import ALL_TIMES, HOLDING, Language, SignupAct, SignupState, Skill
from shetong.volunteering.rules import conditions, masks, numbers


@given(st.sampled_from("VTA"))
def test_a_number_that_is_drawn_is_a_number(letter: str) -> None:
    assert numbers.is_number(numbers.draw(letter))


@given(st.sampled_from("VTA"), st.data())
def test_one_wrong_digit_is_always_noticed(letter: str, data: st.DataObject) -> None:
    number = numbers.draw(letter)
    place = data.draw(st.integers(1, len(number) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert not numbers.is_number(number[:place] + wrong + number[place + 1 :])


@given(st.text(max_size=16))
def test_any_text_may_be_asked_about(text: str) -> None:
    assert numbers.is_number(text) in (True, False)


def test_skills_and_languages_have_bits_of_their_own() -> None:
    alone = [masks.demand([code], []) for code in Skill.values] + [masks.demand([], [code]) for code in Language.values]
    assert len(set(alone)) == len(alone)
    assert masks.demand(Skill.values, Language.values) == sum(alone) < 2**63


@given(st.sets(st.sampled_from(Skill.values)), st.sets(st.sampled_from(Skill.values)))
def test_bits_tell_whether_a_set_is_part_of_another(asked: set[str], mine: set[str]) -> None:
    assert (masks.demand(asked, []) & ~masks.demand(mine, []) == 0) == (asked <= mine)


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)), st.integers(0, 23))
def test_a_quarter_of_a_day_is_that_of_the_week(day: date, hour: int) -> None:
    number = masks.slot(datetime(day.year, day.month, day.day, hour))  # noqa: DTZ001 - a clock on the wall
    assert masks.in_week(number) == 1 << (day.weekday() * 4 + hour // 6)
    assert masks.in_week(number) <= ALL_TIMES


def test_who_was_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    assert conditions.age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert conditions.age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_whoever_has_left_a_sign_up_does_nothing_more_with_it() -> None:
    ends = {SignupState.REFUSED, SignupState.LAPSED, SignupState.WITHDRAWN, SignupState.DROPPED, SignupState.RECORDED}
    assert ends.isdisjoint(state for state, _ in states.SIGNUPS)
    assert all(states.after(end, act) is None for end in ends for act in SignupAct)


def test_every_place_is_reached_from_applying_or_waiting() -> None:
    reached = {SignupState.APPLIED, SignupState.WAITING}
    for _ in range(len(SignupState)):
        reached |= {after for (state, _), after in states.SIGNUPS.items() if state in reached}
    assert set(HOLDING) <= reached
