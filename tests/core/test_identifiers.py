"""统一社会信用代码 and identity numbers: published vectors, real lists, and what the check signs guarantee."""

from __future__ import annotations

import csv
import datetime
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from shetong.core import identifiers as ids
from shetong.core.errors import InvalidInputError
from tests.shared import shared_data

TODAY = datetime.date(2026, 11, 1)
SYNTHETIC = ("51100000500000015P", "52110105MJ00000265", "53440000MJ0Q00038A", "5931000050000004XX")
MAIN_SIGNS = st.text(ids.USCC_ALPHABET, min_size=8, max_size=8)


@st.composite
def usccs(draw: st.DrawFn) -> str:
    """Codes as a registrar would give them, built from their parts."""
    head = draw(st.sampled_from("1259")) + draw(st.sampled_from("1239")) + f"{draw(st.integers(110000, 659999))}"
    main = draw(MAIN_SIGNS)
    main += ids.organisation_code_check_character(main)
    return head + main + ids.uscc_check_character(head + main)


def refusal(text: str) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        ids.parse_uscc(text)
    return caught.value


@pytest.mark.parametrize("code", SYNTHETIC)
def test_the_rulebooks_vectors_of_civil_affairs_are_accepted(code: str) -> None:
    assert ids.parse_uscc(code) == code
    assert ids.split_uscc(code).department == ids.CIVIL_AFFAIRS


def test_the_parts_of_a_code() -> None:
    parts = ids.split_uscc("52110105mj00000265")
    assert (parts.category, parts.division_code, parts.main, parts.check) == ("2", "110105", "MJ0000026", "5")
    assert ids.KIND_OF_CATEGORY[parts.category] == "PN"
    assert ids.uscc_main_part("52110105MJ00000265") == "MJ000002-6"


@pytest.mark.parametrize(
    "written",
    ["５２１１０１０５ＭＪ０００００２６５", " 52110105 MJ000002 65 ", "52110105-mj0000026-5", "52110105mj00000265\n"],
)
def test_width_case_blanks_and_hyphens_are_forgiven(written: str) -> None:
    assert ids.parse_uscc(written) == "52110105MJ00000265"


@pytest.mark.parametrize(
    ("written", "code", "says"),
    [
        ("", "uscc-empty", "请填写"),
        ("5211O105MJ00000265", "uscc-sign", "第5位"),
        ("5211O105MJ00000265", "uscc-sign", "应为“0”"),
        ("521101051J0000026S", "uscc-sign", "“S”"),
        ("52110105MJ0000026", "uscc-length", "漏填"),
        ("52110105MJ000002655", "uscc-length", "多填"),
        ("52A10105MJ00000265", "uscc-form", "行政区划码"),
        ("52110105MJ00000266", "uscc-check", "校验码"),
        ("52110105MJ0000026好", "uscc-sign", "第18位“好”"),
    ],
)
def test_the_reason_is_given_in_chinese(written: str, code: str, says: str) -> None:
    error = refusal(written)
    assert error.code == code
    assert says in error.message


def test_a_right_last_sign_does_not_hide_a_wrong_organisation_code() -> None:
    first = "52110105MJ0000027"  # the main part's check sign should be 6
    assert refusal(first + ids.uscc_check_character(first)).code == "uscc-main-check"


def test_published_vectors() -> None:
    vectors = json.loads(shared_data("vectors/ids/uscc_python_stdnum.json").read_text())
    assert len(vectors["valid"]) > 200
    for number in vectors["valid"]:
        assert ids.parse_uscc(number) == uscc.compact(number)
    for case in vectors["invalid"]:
        refusal(case["n"])


def test_real_foundation_codes_fail_only_where_the_list_says_so() -> None:
    with shared_data("orgs/foundations_uscc_2017.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["uscc"]]
    assert len(rows) > 200
    for row in rows:
        assert ids.is_uscc(ids.tidy(row["uscc"])) == (row["uscc_checksum_ok"] == "1"), row["uscc"]


@given(usccs(), st.integers(0, 17), st.sampled_from(ids.USCC_ALPHABET))
def test_every_single_wrong_sign_is_detected(code: str, position: int, sign: str) -> None:
    wrong = code[:position] + sign + code[position + 1 :]
    assert ids.is_uscc(code)
    assert ids.is_uscc(wrong) == (wrong == code)


@given(usccs(), st.integers(0, 16), st.integers(0, 16))
def test_every_exchange_of_two_signs_is_detected(code: str, one: int, other: int) -> None:
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    assert ids.is_uscc("".join(signs)) == (signs == list(code))


@given(usccs())
def test_an_independent_implementation_agrees(code: str) -> None:
    assert uscc.is_valid(code)


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused_with_a_reason(text: str) -> None:
    try:
        code = ids.parse_uscc(text)
    except InvalidInputError:
        assert refusal(text).message.endswith("。")
    else:
        assert ids.is_uscc(code)


def identity(head: str, born: datetime.date, serial: int) -> str:
    first = f"{head}{born:%Y%m%d}{serial:03}"
    return first + ids.identity_check_character(first)


births = st.dates(datetime.date(1900, 1, 1), TODAY)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "11010519491231002x"])
def test_the_standards_examples_of_identity_numbers(number: str) -> None:
    assert ids.parse_identity_number(number, today=TODAY).number == number.upper()


def test_published_identity_vectors() -> None:
    vectors = json.loads(shared_data("vectors/ids/resident_id_python_stdnum.json").read_text())
    for case in vectors["valid"]:
        parsed = ids.parse_identity_number(case.get("input", case["n"]), today=TODAY)
        assert parsed.number == case["n"]
        assert case.get("birth", str(parsed.born_on)) == str(parsed.born_on)
    # Numbers are given at first registration, so a county younger than its bearer is no error here.
    lawful = {"CountyNotRegisteredYet", "CountyDeregistered"}
    for case in vectors["invalid"]:
        if case["error"] in lawful:
            assert ids.parse_identity_number(case["n"], today=TODAY).number == case["n"]
        else:
            with pytest.raises(InvalidInputError):
                ids.parse_identity_number(case["n"], today=TODAY)


@given(births, st.integers(1, 999))
def test_an_identity_number_tells_birth_and_sex(born: datetime.date, serial: int) -> None:
    parsed = ids.parse_identity_number(identity("110105", born, serial), today=TODAY)
    assert (parsed.born_on, parsed.female, parsed.kind) == (born, serial % 2 == 0, ids.IdentityKind.RESIDENT)
    assert ric.calc_check_digit(parsed.number) == parsed.number[-1]


@given(births, st.integers(1, 999), st.integers(0, 17), st.sampled_from(string.digits + "X"))
def test_every_single_wrong_digit_of_an_identity_number_is_detected(
    born: datetime.date, serial: int, position: int, sign: str
) -> None:
    number = identity("110105", born, serial)
    wrong = number[:position] + sign + number[position + 1 :]
    if wrong != number:
        with pytest.raises(InvalidInputError):
            ids.parse_identity_number(wrong, today=TODAY)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (identity("810000", datetime.date(1990, 5, 4), 1), ids.IdentityKind.HONG_KONG_MACAO_TAIWAN),
        (identity("830000", datetime.date(1990, 5, 4), 2), ids.IdentityKind.HONG_KONG_MACAO_TAIWAN),
        (identity("911124", datetime.date(1981, 8, 3), 2), ids.IdentityKind.PERMANENT_RESIDENT),
    ],
)
def test_residence_permits_and_permanent_residence_cards(number: str, kind: ids.IdentityKind) -> None:
    assert ids.parse_identity_number(number, today=TODAY).kind == kind


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "identity-empty"),
        ("110105491231002", "identity-length"),
        ("1101051949123100", "identity-length"),
        ("A1010519491231002X", "identity-sign"),
        (identity("990105", datetime.date(1990, 1, 1), 1), "identity-place"),
        (identity("110105", TODAY + datetime.timedelta(1), 1), "identity-birth"),
        ("110105199002300011", "identity-birth"),
        ("110105194912310021", "identity-check"),
    ],
)
def test_wrong_identity_numbers_are_named_without_being_repeated(number: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        ids.parse_identity_number(number, today=TODAY)
    assert caught.value.code == code
    assert not number or number not in caught.value.message
