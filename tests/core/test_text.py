"""Folding of names and their spelling: variants of writing become one, fragments keep their tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core.pinyin import readings, transliterate
from shetong.core.search_tokens import query_pairs, query_triples, tokens
from shetong.core.text import MAX_LENGTH, is_letters, key, normalise

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=40)
SYLLABLES = st.lists(st.sampled_from(["xi", "an", "xian", "fang", "gan", "zhong", "guo", "e", "lv", "nve"]), max_size=8)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("基金会（廣東）", "基金会广东"),
        ("基金会(广东)", "基金会广东"),
        ("ＡＢＣ　協會１２３", "abc协会123"),
        ("春\u200b晖\ufeff 助·学", "春晖助学"),
        ("“爱心”—志愿者、协会", "爱心志愿者协会"),
        ("國際臺灣同鄉會", "国际台湾同乡会"),
        ("\x00\ud800", ""),
    ],
)
def test_variants_of_writing_fold_to_one(written: str, folded: str) -> None:
    assert normalise(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert len(key(text)) <= MAX_LENGTH


@given(st.text(), st.sampled_from([" ", "　", "(", "（", "·", "-", "\u200b", "《"]), st.integers(0, 50))
def test_a_sign_more_or_less_is_the_same_name(text: str, sign: str, place: int) -> None:
    plain = normalise(text)
    assert normalise(plain[:place] + sign + plain[place:]) == plain


@given(CHINESE, st.data())
def test_a_name_has_every_token_of_each_of_its_fragments(text: str, data: st.DataObject) -> None:
    name = key(text)
    spelling = transliterate(name)
    has = set(tokens(name, spelling.initials))
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    fragment = name[start:end]
    assert set(query_pairs(fragment)) <= has
    assert set(query_triples(spelling.initials[start:end])) <= has
    # One character is found as the beginning of some token.
    assert any(token.startswith(fragment[0]) for token in has)


@given(st.text())
def test_every_character_has_one_initial_and_at_most_one_syllable(text: str) -> None:
    name = key(text)
    spelling = transliterate(name)
    assert len(spelling.initials) == len(name)
    assert spelling.pinyin.count(" ") <= len(name)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("重庆市", "cqs"),
        ("银行业协会", "yhyxh"),
        ("音乐家协会", "yyjxh"),
        ("长春市", "ccs"),
        ("厦门市", "xms"),
        ("协会计划部", "xhjhb"),
    ],
)
def test_characters_of_several_readings_are_read_as_in_the_word(name: str, initials: str) -> None:
    assert transliterate(name).initials == initials


@given(SYLLABLES)
def test_what_is_spelt_in_syllables_can_be_read(syllables: list[str]) -> None:
    letters = "".join(syllables)
    found = readings(letters)
    assert bool(found) == bool(letters)
    for reading in found:
        assert "".join(reading.syllables) == letters.replace("lue", "lve").replace("nue", "nve")


def test_both_readings_of_xian_are_thought_of() -> None:
    assert {reading.syllables for reading in readings("xian")} >= {("xian",), ("xi", "an")}


@pytest.mark.parametrize(("text", "letters"), [("zgcszh", True), ("中国", False), ("a1", False), ("", False)])
def test_letters_may_be_pinyin(text: str, letters: bool) -> None:
    assert is_letters(text) is letters
