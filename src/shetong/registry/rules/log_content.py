"""What a filing's entry in the public log is made of: its content without people, and what it says of people."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from shetong.core.canonical_json import Json, canonical
from shetong.ledger.rules.commitments import Personal
from shetong.registry.rules.history import OFFICER_PREFIX

# Elements whose value names a person.
PERSONAL_ELEMENTS = ("legal_representative",)


def digest(*, basis: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) over what a filing says of everything but people."""
    content: dict[str, Json] = {"basis": basis, "before": _impersonal(before), "after": _impersonal(after)}
    return sha256(canonical(content)).hexdigest()


def people(*, filing: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Personal]:
    """What a filing says of people, by the names that the entry's commitments bear.

    Each mention has a salt of its own, found by the filing and never by what it says: so an exchanged name shows, and
    mentions can be erased one by one.
    """
    found: dict[str, Personal] = {}
    for side, values in (("before", before), ("after", after)):
        for element in PERSONAL_ELEMENTS:
            if values.get(element):
                name = str(values[element])
                found[f"{side}.{element}"] = Personal(f"filing:{filing}:{side}.{element}", name)
        officers = sorted(key for key in values if key.startswith(OFFICER_PREFIX))
        for number, key in enumerate(officers, start=1):
            said = canonical({"key": key, "value": values[key]}).decode()
            found[f"{side}.officer.{number}"] = Personal(f"filing:{filing}:{side}.officer.{number}", said)
    return found


def _impersonal(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in values.items()
        if key not in PERSONAL_ELEMENTS and not key.startswith(OFFICER_PREFIX)
    }
