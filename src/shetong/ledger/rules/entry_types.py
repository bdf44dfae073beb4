"""The types of entries: what each version of each type holds, known before anything of it is written.

A field has a closed form (:class:`Form`); none of them is free text, so personal data cannot slip into a log. The
packages that write a type register it in their ``AppConfig.ready``; ``docs/specs/public-log.md`` lists them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shetong.core.canonical_json import LARGEST_INTEGER, Json

PEOPLE = "people"
HEADER = ("reference", "type", "version")


class Form(StrEnum):
    """The forms that a value in an entry may have."""

    DIGEST = "digest"
    IDENTIFIER = "identifier"
    DATE = "date"
    INSTANT = "instant"
    COUNT = "count"
    FEN = "fen"
    FLAG = "flag"


_PATTERNS = {
    Form.DIGEST: r"[0-9a-f]{64}",
    Form.IDENTIFIER: r"[0-9A-Za-z][0-9A-Za-z._:-]{0,79}",
    Form.DATE: r"\d{4}-\d{2}-\d{2}",
    Form.INSTANT: r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?\+00:00",
}
_PEOPLE_FIELD = re.compile(r"[a-z][a-z0-9_.]{0,79}")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entry: name, form, and its meaning in one English sentence; ``nullable`` ones may be ``null``.

    ``label`` is what pages call it, ``words`` are (value, what pages say) of a closed list; both in Chinese.
    """

    name: str
    form: Form
    meaning: str
    nullable: bool = False
    label: str = ""
    words: tuple[tuple[str, str], ...] = ()

    def schema(self) -> dict[str, object]:
        """The field's JSON Schema (2020-12)."""
        found: dict[str, object] = {"description": self.meaning}
        if pattern := _PATTERNS.get(self.form):
            found |= {"type": "string", "pattern": f"^{pattern}$"}
            if self.words:
                found["enum"] = [value for value, _ in self.words]
        elif self.form is Form.FLAG:
            found |= {"type": "boolean"}
        else:
            least = 0 if self.form is Form.COUNT else -LARGEST_INTEGER
            found |= {"type": "integer", "minimum": least, "maximum": LARGEST_INTEGER}
        if self.nullable:
            found["type"] = [found["type"], "null"]
        return found


@dataclass(frozen=True, slots=True)
class EntryType:
    """One version of one type of entry. ``title`` is Chinese, for people; ``meaning`` English, for the specification.

    ``people``: whether its entries may carry commitments to what the act says of people.
    """

    name: str
    version: int
    title: str
    meaning: str
    fields: tuple[Field, ...]
    people: bool = False

    def schema(self) -> dict[str, object]:
        """The JSON Schema (2020-12) of a whole entry."""
        properties: dict[str, object] = {
            "reference": {"type": "string", "maxLength": 80, "description": "The act's identifier, unique in its log."},
            "type": {"const": self.name},
            "version": {"const": self.version},
            **{field.name: field.schema() for field in self.fields},
        }
        if self.people:
            properties[PEOPLE] = {
                "type": "object",
                "description": "Salted commitments to what the act says of people.",
                "propertyNames": {"pattern": f"^{_PEOPLE_FIELD.pattern}$"},
                "additionalProperties": {"type": "string", "pattern": f"^{_PATTERNS[Form.DIGEST]}$"},
            }
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{self.name}/{self.version}",
            "description": self.meaning,
            "type": "object",
            "properties": properties,
            "required": [*HEADER, *(field.name for field in self.fields)],
            "additionalProperties": False,
        }


_types: dict[tuple[str, int], EntryType] = {}
_checks: dict[tuple[str, int], dict[str, Callable[[Json], bool]]] = {}


def register(types: Iterable[EntryType]) -> None:
    """Make types known; registering the same type again changes nothing, another one under its name raises."""
    for entry_type in types:
        key = entry_type.name, entry_type.version
        if _types.setdefault(key, entry_type) != entry_type:
            raise ValueError(f"{entry_type.name}/{entry_type.version} is already another type")
        _checks[key] = {field.name: _check_of(field) for field in entry_type.fields}


def known() -> list[EntryType]:
    """All registered types by name and version."""
    return [_types[key] for key in sorted(_types)]


def find(name: object, version: object) -> EntryType | None:
    """The type of a name and version; ``None`` where no package registered it."""
    if not isinstance(name, str) or not isinstance(version, int):
        return None
    return _types.get((name, version))


def check(name: str, version: int, body: Mapping[str, Json], people: Iterable[str] = ()) -> None:
    """Raise ``ValueError`` where ``body`` is not what the type holds: a mistake of the program, not of a person."""
    checks = _checks.get((name, version))
    if checks is None:
        raise ValueError(f"{name}/{version} is not a registered type of entry")
    if body.keys() != checks.keys():
        raise ValueError(f"{name}/{version} holds {sorted(checks)}, not {sorted(body)}")
    for field, good in checks.items():
        if not good(body[field]):
            raise ValueError(f"{name}/{version}: {field} has the wrong form")
    for field in people:
        if not _types[name, version].people or not _PEOPLE_FIELD.fullmatch(field):
            raise ValueError(f"{name}/{version}: no commitment {field}")


def _check_of(field: Field) -> Callable[[Json], bool]:
    good = _form_check(field)
    return (lambda value: value is None or good(value)) if field.nullable else good


def _form_check(field: Field) -> Callable[[Json], bool]:
    if field.words:
        values = {value for value, _ in field.words}
        return lambda value: isinstance(value, str) and value in values
    if text := _PATTERNS.get(field.form):
        matches = re.compile(text).fullmatch
        return lambda value: isinstance(value, str) and matches(value) is not None
    if field.form is Form.FLAG:
        return lambda value: isinstance(value, bool)
    least = 0 if field.form is Form.COUNT else -LARGEST_INTEGER
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST_INTEGER
