"""Where in an application the items of a correction belong, so that each is shown beside its place."""

from __future__ import annotations

from collections.abc import Iterable

from shetong.casework.rules.matters import Matter

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
