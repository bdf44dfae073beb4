"""Answers of a form: cleaned field by field as they come, judged as a whole before submission; personal ones apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext

from shetong.casework.rules.matters import FACTS, Field, Matter, Section
from shetong.core.errors import InvalidInputError
from shetong.core.values import clean, is_empty

Answers = dict[str, Any]


def clean_section(section: Section, given: Any) -> tuple[Any, dict[str, str]]:
    """Return a section's answers as they are kept, and what is wrong with them by field.

    ``given``: a mapping, or a list of mappings for a repeated section. Faulty answers are kept as given (nothing that
    somebody typed is lost) when they are short text; missing ones are no fault while the form is being filled.
    """
    if not section.repeated:
        return _clean_record(section, given if isinstance(given, Mapping) else {}, prefix="")
    records = given if isinstance(given, list) else []
    faults: dict[str, str] = {}
    kept = []
    if len(records) > section.most:
        faults[section.name] = gettext("%(title)s最多填写%(most)s项，现有%(count)s项。") % {
            "title": gettext(section.title),
            "most": section.most,
            "count": len(records),
        }
    for number, record in enumerate(records[: section.most]):
        cleaned, wrong = _clean_record(section, record if isinstance(record, Mapping) else {}, f"{number}.")
        kept.append(cleaned)
        faults |= wrong
    return kept, faults


def _clean_record(section: Section, given: Mapping[str, Any], prefix: str) -> tuple[Answers, dict[str, str]]:
    kept: Answers = {}
    faults: dict[str, str] = {}
    for field in section.fields:
        if field.name not in given:
            continue
        try:
            kept[field.name] = clean(field.element, given[field.name], required=False)
        except InvalidInputError as error:
            faults[prefix + field.name] = error.message
            if isinstance(given[field.name], str):
                kept[field.name] = given[field.name][:2_000]
    unknown = set(given) - {field.name for field in section.fields}
    faults |= {f"{prefix}{name}": gettext("表单中没有这一项。") for name in unknown}
    return kept, faults


def missing(matter: Matter, form: Mapping[str, Any]) -> dict[str, str]:
    """Return what has still to be answered before submission, by ``section.field`` or ``section.number.field``."""
    faults: dict[str, str] = {}
    for section in matter.applying(form).sections:
        answers = form.get(section.name)
        if section.repeated:
            records = answers if isinstance(answers, list) else []
            if len(records) < section.least:
                faults[section.name] = gettext("%(title)s至少填写%(least)s项，现有%(count)s项。") % {
                    "title": gettext(section.title),
                    "least": section.least,
                    "count": len(records),
                }
            for number, record in enumerate(records):
                faults |= _missing(section, record, f"{section.name}.{number}.")
        else:
            faults |= _missing(section, answers if isinstance(answers, Mapping) else {}, f"{section.name}.")
    return faults


def faults(matter: Matter, form: Mapping[str, Any]) -> dict[str, str]:
    """Return everything that is wrong with a form, missing answers and faulty ones, by place."""
    found = missing(matter, form)
    for section in matter.applying(form).sections:
        _, wrong = clean_section(section, _asked(section, form.get(section.name)))
        found |= {f"{section.name}.{name}": message for name, message in wrong.items()}
    return found


def _missing(section: Section, record: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {
        prefix + field.name: gettext("请填写%(name)s。") % {"name": field.element.label}
        for field in section.fields
        if field.required and is_empty(record.get(field.name))
    }


def flat(matter: Matter, form: Mapping[str, Any]) -> Answers:
    """Return the answers as effects and checks see them: by name, lists of records by the section's.

    What stands in topics that the other answers do not call for is left out; the facts of the matter are there.
    """
    answers: Answers = dict(form.get(FACTS) or {})
    for section in matter.applying(form).sections:
        given = _asked(section, form.get(section.name))
        if section.repeated:
            answers[section.name] = list(given or [])
        else:
            answers |= given or {}
    return answers


def _asked(section: Section, given: Any) -> Any:
    """Return the answers to questions that are asked."""
    names = {field.name for field in section.fields}
    if isinstance(given, list):
        return [{name: value for name, value in record.items() if name in names} for record in given]
    return {name: value for name, value in given.items() if name in names} if isinstance(given, Mapping) else given


def sound(matter: Matter, form: Mapping[str, Any]) -> Answers:
    """Return the answers as :func:`flat` does, without those that are faulty: for checks while the form is filled."""
    kept: dict[str, Any] = {FACTS: form.get(FACTS)}
    for section in matter.applying(form).sections:
        cleaned, wrong = clean_section(section, _asked(section, form.get(section.name)))
        if section.repeated:
            kept[section.name] = [
                {name: answer for name, answer in record.items() if f"{number}.{name}" not in wrong}
                for number, record in enumerate(cleaned)
            ]
        else:
            kept[section.name] = {name: answer for name, answer in cleaned.items() if name not in wrong}
    return flat(matter, kept)


def digest(answers: Any) -> str:
    """Return what a page remembers of a section that it showed, to tell whether somebody saved it since."""
    plain = json.dumps(answers or None, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:20]


def section_of(matter: Matter, place: str) -> str:
    """Return the section that a place of a fault or finding lies in; the first one where it names none."""
    head = place.partition(".")[0]
    names = [section.name for section in matter.sections]
    if head in names:
        return head
    holding = (section.name for section in matter.sections for one in section.fields if one.name == head)
    return next(holding, names[0])


class Progress(StrEnum):
    """How far a topic has come."""

    UNTOUCHED = "untouched"
    PARTLY = "partly"
    FAULTY = "faulty"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """A topic of the form in the list of what is to be done, with what is missing or wrong, in the page's words."""

    section: Section
    progress: Progress
    wanting: tuple[str, ...]


def tasks(matter: Matter, form: Mapping[str, Any]) -> tuple[Task, ...]:
    """Return the topics of a form with how far each has come. Masks of personal answers count as answers."""
    unanswered = missing(matter, form)
    asked = matter.applying(form)
    found = []
    for section in asked.sections:
        given = _asked(section, form.get(section.name))
        wrong = clean_section(section, given)[1]
        mine = [text for place, text in unanswered.items() if section_of(asked, place) == section.name]
        found.append(Task(section, _progress(given, wrong, mine), (*wrong.values(), *mine)))
    return tuple(found)


def _progress(given: Any, wrong: Mapping[str, str], unanswered: list[str]) -> Progress:
    records = given if isinstance(given, list) else [given or {}]
    blank = all(is_empty(answer) or answer is False for record in records for answer in record.values())
    # What was saved without an answer was looked at and left so, where nothing must be answered.
    if not any(records) or (blank and unanswered):
        return Progress.UNTOUCHED
    if wrong:
        return Progress.FAULTY
    return Progress.PARTLY if unanswered else Progress.DONE


def personal_paths(matter: Matter, form: Mapping[str, Any]) -> dict[str, Field]:
    """Return where personal answers stand, as ``section.field`` or ``section.number.field``, with their question."""
    found: dict[str, Field] = {}
    for section in matter.sections:
        fields = [field for field in section.fields if field.personal]
        if not fields:
            continue
        answers = form.get(section.name)
        records = enumerate(answers or []) if section.repeated else [("", answers or {})]
        for number, record in records:
            place = f"{section.name}.{number}." if section.repeated else f"{section.name}."
            found |= {place + field.name: field for field in fields if not is_empty(record.get(field.name))}
    return found


def answer(form: Mapping[str, Any], place: str) -> str:
    """Return the answer at a place that :func:`personal_paths` names."""
    section, *rest = place.split(".")
    record = form[section][int(rest[0])] if len(rest) > 1 else form[section]
    return str(record[rest[-1]])
