"""Where in an application the items of a correction belong, so that each is shown beside its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shetong.casework.rules.matters import Field, Matter, Section
from shetong.core.values import is_empty

MATERIALS = "materials"


def places(matter: Matter, items: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the items by section name, ``materials.code``, or ``""`` for those that name no place.

    An item belongs where the longest title that it mentions belongs: a material's, a section's or a question's.
    """
    titles = {material.title: f"{MATERIALS}.{material.code}" for material in matter.materials}
    for section in matter.sections:
        for question in section.fields:
            titles.setdefault(question.element.name_zh, section.name)
    titles |= {section.title: section.name for section in matter.sections}
    found: dict[str, tuple[str, ...]] = {}
    for item in items:
        mentioned = [title for title in titles if title in item]
        place = titles[max(mentioned, key=len)] if mentioned else ""
        found[place] = (*found.get(place, ()), item)
    return found


def questions(section: Section, items: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return a section's items by the question that each mentions, ``""`` for those that mention none.

    Of a list of records nobody can tell which is meant: all its items are under ``""``.
    """
    names = {} if section.repeated else {one.element.name_zh: one.name for one in section.fields}
    found: dict[str, tuple[str, ...]] = {}
    for item in items:
        mentioned = [title for title in names if title in item]
        name = names[max(mentioned, key=len)] if mentioned else ""
        found[name] = (*found.get(name, ()), item)
    return found


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer that is another one now. ``number`` counts the records of a list from one; 0 where there is no list."""

    section: str
    title: str
    number: int
    field: Field
    before: Any
    after: Any


def differences(
    matter: Matter,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    persons_before: Mapping[str, str],
    persons_after: Mapping[str, str],
) -> tuple[Changed, ...]:
    """Return the answers that differ between two forms, in the order of the form.

    Personal answers stand masked in both; ``persons_…`` hold a digest of each by place, so that a change is seen that
    the mask hides.
    """
    found = []
    for section in matter.applying(after).sections:
        old, new = _records(section, before.get(section.name)), _records(section, after.get(section.name))
        for at in range(max(len(old), len(new))):
            one, other = old[at] if at < len(old) else {}, new[at] if at < len(new) else {}
            head = f"{section.name}.{at}." if section.repeated else f"{section.name}."
            for field in section.fields:
                was, is_ = one.get(field.name), other.get(field.name)
                place = head + field.name
                hidden = field.personal and persons_before.get(place) != persons_after.get(place)
                if hidden or (was != is_ and not (is_empty(was) and is_empty(is_))):
                    number = at + 1 if section.repeated else 0
                    found.append(Changed(section.name, section.title, number, field, was, is_))
    return tuple(found)


def _records(section: Section, given: Any) -> list[Mapping[str, Any]]:
    if section.repeated:
        return list(given) if isinstance(given, list) else []
    return [given if isinstance(given, Mapping) else {}]
