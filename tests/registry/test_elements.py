"""The declared data elements and the columns that hold them say the same."""

from __future__ import annotations

import pytest
from django.db.models import Field

from shetong.core.metadata import DataElement
from shetong.registry.elements import ORGANISATION
from shetong.registry.models import Organisation
from shetong.registry.models.choices import OrganisationKind, Status
from shetong.registry.rules.values import IN_COLUMNS

COLUMNS = {field.name: field for field in Organisation._meta.get_fields() if isinstance(field, Field)}
HELD = [element for element in ORGANISATION if element.name in IN_COLUMNS]


@pytest.mark.parametrize("element", HELD, ids=lambda element: element.name)
def test_each_element_has_its_column_of_the_same_length(element: DataElement) -> None:
    column = COLUMNS[element.name]
    if element.max_length is not None and getattr(column, "max_length", None):
        assert column.max_length == element.max_length


@pytest.mark.parametrize(("name", "choices"), [("kind", OrganisationKind), ("status", Status)])
def test_code_lists_and_enumerations_have_the_same_codes_and_words(
    name: str, choices: type[OrganisationKind] | type[Status]
) -> None:
    codes = ORGANISATION[name].code_list
    assert codes is not None
    assert {code.value: code.name_zh for code in codes.codes} == dict(choices.choices)


def test_identifiers_are_unique_and_numbered() -> None:
    identifiers = [element.identifier for element in ORGANISATION]
    assert len(set(identifiers)) == len(identifiers)
    assert all(identifier.startswith("ST.ORG.") for identifier in identifiers)
