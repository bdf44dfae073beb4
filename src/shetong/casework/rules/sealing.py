"""Taking personal answers out of a form and putting them back: the form keeps masks, the sealed part the answers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from shetong.casework.rules.forms import personal_paths
from shetong.casework.rules.matters import Matter
from shetong.core import pii


def _mask(name: str, answer: str) -> str:
    if name.endswith("identity_number"):
        return pii.mask_identity_number(answer)
    return pii.mask_phone(answer) if name.endswith("phone") else pii.mask_name(answer)


def split(matter: Matter, form: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the form with masks where personal answers stood, and those answers by place."""
    masked = copy.deepcopy(dict(form))
    answers: dict[str, str] = {}
    for place in personal_paths(matter, form):
        record, name = _at(masked, place)
        answers[place] = str(record[name])
        record[name] = _mask(name, answers[place])
    return masked, answers


def join(form: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the form with the personal answers in their places again."""
    whole = copy.deepcopy(dict(form))
    for place, answer in answers.items():
        record, name = _at(whole, place)
        record[name] = answer
    return whole


def kept(matter: Matter, masked: Mapping[str, Any], given: Mapping[str, Any], answers: Mapping[str, str]) -> Any:
    """Return ``given`` with unchanged masks replaced by the answers that they stand for.

    A form that comes back from a page shows masks; what was not typed anew keeps its answer.
    """
    whole = copy.deepcopy(dict(given))
    for place in personal_paths(matter, given):
        record, name = _at(whole, place)
        with_mask = _value(masked, place)
        if place in answers and record[name] == with_mask:
            record[name] = answers[place]
    return whole


def _at(form: Mapping[str, Any], place: str) -> tuple[dict[str, Any], str]:
    section, *rest = place.split(".")
    record = form[section]
    if len(rest) == 2:
        record = record[int(rest[0])]
    return record, rest[-1]


def _value(form: Mapping[str, Any], place: str) -> Any:
    try:
        record, name = _at(form, place)
        return record.get(name)
    except (KeyError, IndexError, TypeError):
        return None
