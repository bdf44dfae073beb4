"""People in the log: only as commitments, opened by their holders alone, erased with their salt."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from shetong.core.canonical_json import canonical
from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.ledger.models import Entry, PersonSalt
from shetong.ledger.queries import people as held
from shetong.ledger.rules import entry_types
from shetong.ledger.rules.commitments import (
    CommitmentError,
    Opening,
    Personal,
    commitment,
    entry_salt,
    parse_opening,
    verify_opening,
)
from shetong.ledger.services import entries, people
from shetong.ledger.services.entries import Act, append

DONOR = Personal("person:17", "林一诺")


def write(reference: str, person: Personal = DONOR) -> dict[str, object]:
    """Record an act of ``person``; return its entry."""
    with transaction.atomic():
        append(log="charity", acts=[Act(reference, "test.act", 1, {"number": 1}, {"donor": person})])
    found: dict[str, object] = json.loads(bytes(Entry.objects.get(reference=reference).data))
    return found


@pytest.mark.django_db
def test_a_person_stands_in_the_log_only_as_a_commitment_that_the_holder_opens() -> None:
    entry = write("gift-1")
    assert DONOR.value not in json.dumps(entry, ensure_ascii=False)
    (opening,) = held.openings(log="charity", reference="gift-1", people={"donor": DONOR})
    verify_opening(parse_opening(json.loads(json.dumps(opening.as_json()))), entry)


@pytest.mark.django_db
def test_nobody_can_tell_that_two_entries_speak_of_one_person() -> None:
    first, second = write("gift-1"), write("gift-2")
    assert first["people"] != second["people"]
    assert PersonSalt.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed", [{"value": "林二诺"}, {"salt": "00" * 32}, {"field": "payee"}, {"reference": "gift-2"}]
)
def test_an_opening_opens_nothing_else(changed: dict[str, str]) -> None:
    entry = write("gift-1")
    (opening,) = held.openings(log="charity", reference="gift-1", people={"donor": DONOR})
    with pytest.raises(CommitmentError):
        verify_opening(parse_opening({**opening.as_json(), **changed}), entry)


@pytest.mark.django_db
def test_erasing_the_salt_erases_the_person_and_nobody_else() -> None:
    other = Personal("person:18", "欧阳知远")
    write("gift-1")
    kept = write("gift-2", other)
    assert people.erase(subjects=[DONOR.subject]) == 1
    with pytest.raises(NotFoundError, match="销毁"):
        held.openings(log="charity", reference="gift-1", people={"donor": DONOR})
    verify_opening(held.openings(log="charity", reference="gift-2", people={"donor": other})[0], kept)
    assert people.erase(subjects=[DONOR.subject]) == 0


@pytest.mark.django_db
def test_after_erasure_the_person_begins_anew_and_old_entries_stay_closed() -> None:
    old = write("gift-1")
    people.erase(subjects=[DONOR.subject])
    write("gift-2")
    (opening,) = held.openings(log="charity", reference="gift-1", people={"donor": DONOR})
    with pytest.raises(CommitmentError):
        verify_opening(opening, old)


@pytest.mark.django_db
def test_salts_are_sealed_and_people_are_not_found_by_looking() -> None:
    write("gift-1")
    row = PersonSalt.objects.get()
    salt = held.salts([DONOR.subject])[DONOR.subject]
    assert salt not in bytes(row.salt_sealed)
    assert DONOR.subject.encode() not in bytes(row.subject)


@pytest.mark.django_db(transaction=True)
def test_two_acts_that_meet_a_new_person_at_once_use_one_salt() -> None:
    def act(number: int) -> bytes:
        try:
            with transaction.atomic():
                return people.salts_for([DONOR.subject])[DONOR.subject]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(act, range(8)))) == 1


@given(st.text(), st.text(), st.binary(min_size=32, max_size=32))
def test_different_values_never_share_a_commitment(one: str, other: str, salt: bytes) -> None:
    try:
        first, second = (commitment(Opening("charity", "gift-1", "donor", value, salt)) for value in (one, other))
    except ValueError:  # lone surrogates are not JSON
        return
    assert (first == second) == (one == other)


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["log", "reference", "field"]))
def test_salts_of_entries_differ_wherever_the_entries_do(salt: bytes, part: str) -> None:
    place = {"log": "charity", "reference": "gift-1", "field": "donor"}
    assert entry_salt(salt, **place) != entry_salt(salt, **{**place, part: "another"})


@given(
    st.dictionaries(st.sampled_from(["format", "log", "reference", "field", "value", "salt"]), st.none() | st.text())
)
def test_a_garbled_opening_is_refused_with_a_sentence(document: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        parse_opening({"format": "shetong-opening/1", **document})


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, []),
        ({"number": -1}, []),
        ({"number": "1"}, []),
        ({"number": True}, []),
        ({"number": 1, "name": "林一诺"}, []),
        ({"number": 1}, ["Donor name"]),
    ],
)
def test_what_a_type_does_not_hold_never_reaches_a_log(body: dict[str, object], fields: list[str]) -> None:
    with pytest.raises(ValueError, match=r"test\.act"):
        entry_types.check("test.act", 1, body, fields)  # type: ignore[arg-type]


def test_an_unknown_type_is_refused_and_a_type_is_never_redefined() -> None:
    with pytest.raises(ValueError, match="not a registered type"):
        entry_types.check("test.act", 2, {})
    with pytest.raises(ValueError, match="already another type"):
        entry_types.register([entry_types.EntryType("test.act", 1, "", "", ())])


def test_no_form_of_field_is_free_text() -> None:
    sentence = "张三向李四捐款，电话 13800000000"
    for form in entry_types.Form:
        field = entry_types.Field("said", form, "")
        entry_types.register([entry_types.EntryType(f"test.{form}", 1, "", "", (field,))])
        with pytest.raises(ValueError, match="wrong form"):
            entry_types.check(f"test.{form}", 1, {"said": sentence})


CONTENT = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_.]{0,20}", fullmatch=True),
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
)


@given(CONTENT, st.dictionaries(st.from_regex(r"[a-z_.]{1,20}", fullmatch=True), st.from_regex(r"[0-9a-f]{64}")))
def test_entries_are_canonical_json(content: dict[str, Any], commitments: dict[str, str]) -> None:
    whole = {**content, "people": commitments}
    assert entries._canonical(whole) == canonical(whole)
