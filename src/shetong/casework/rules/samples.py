"""Sample documents (空表、示范文本): what applicants write themselves, as an empty form and as an invented example.

Both are made from one declaration: a letter with places to fill in, and tables of the questions of the matter's topics.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shetong.core.metadata import ElementType

if TYPE_CHECKING:
    from shetong.casework.rules.matters import Field, Matter, Section

EVERY_TOPIC = "*"
_PLACE = re.compile(r"\{([^{}|]+)(?:\|([^{}]*))?\}")
_EMPTY_ROWS, _EXAMPLE_ROWS = 4, 2
# What an example says where a question is of this kind and nothing better is declared.
_ANSWERS = {
    ElementType.DATE: "2026年5月1日",
    ElementType.MONEY: "50,000元",
    ElementType.INTEGER: "60",
    ElementType.BOOLEAN: "是",
}
_MASKS = {"identity_number": "（18位公民身份号码）", "phone": "（11位手机号码）", "account_number": "（银行账号）"}

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """A document as it is written for a material. Chinese: it is handed in so.

    ``paragraphs``: ``# `` begins a heading, ``{name|example}`` is a place to fill in, ``{matter}`` the matter's title.
    ``topics``: names of topics of the form whose questions stand in tables, :data:`EVERY_TOPIC` for all.
    ``signed``: what is signed at the end. ``answers``: example answers by question, or by
    topic and question with a dot between.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    signed: tuple[str, ...] = ("签名（盖章）", "日期")
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)


def blocks(sample: Sample, matter: Matter, *, filled: bool) -> list[Block]:
    """Return the document block by block: headings, paragraphs of runs, tables of pairs, grids of like records."""
    found = [_paragraph(text, matter, filled) for text in sample.paragraphs]
    for section in matter.sections:
        if EVERY_TOPIC in sample.topics or section.name in sample.topics:
            found.append({"kind": "heading", "text": _with_condition(section.title, section.when)})
            found.append(_grid(section, sample, filled) if section.repeated else _pairs(section, sample, filled))
    return found + [_paragraph(text, matter, filled) for text in sample.closing]


def title(sample: Sample, matter: Matter) -> str:
    """Return the document's title."""
    return sample.title.replace("{matter}", matter.title)


def _paragraph(text: str, matter: Matter, filled: bool) -> Block:
    text = text.replace("{matter}", matter.title)
    if text.startswith("# "):
        return {"kind": "heading", "text": text.removeprefix("# ")}
    runs, at = [], 0
    for place in _PLACE.finditer(text):
        runs.append({"text": text[at : place.start()], "place": False})
        runs.append({"text": (place[2] or f"（{place[1]}）") if filled else place[1], "place": True})
        at = place.end()
    runs.append({"text": text[at:], "place": False})
    return {"kind": "paragraph", "runs": [run for run in runs if run["text"]]}


def _pairs(section: Section, sample: Sample, filled: bool) -> Block:
    rows = [
        {
            "name": _with_condition(one.element.name_zh, one.when),
            "given": answer(section, one, sample) if filled else "",
            "long": one.element.multiline,
        }
        for one in section.fields
    ]
    return {"kind": "pairs", "rows": rows}


def _grid(section: Section, sample: Sample, filled: bool) -> Block:
    record = [answer(section, one, sample) if filled else "" for one in section.fields]
    rows = [record] * (_EXAMPLE_ROWS if filled else _EMPTY_ROWS)
    return {"kind": "grid", "head": [one.element.name_zh for one in section.fields], "rows": rows}


def answer(section: Section, question: Field, sample: Sample) -> str:
    """Return an invented answer: the declared one, one of the question's kind, or what is asked for, in brackets."""
    element = question.element
    for place in (f"{section.name}.{element.name}", element.name):
        if place in sample.answers:
            return sample.answers[place]
    for ending, mask in _MASKS.items():
        if element.name.endswith(ending):
            return mask
    if element.type is ElementType.CODE and element.code_list is not None:
        return element.code_list.codes[0].name_zh
    return _ANSWERS.get(element.type, f"（{element.definition}）")


def _with_condition(name: str, when: tuple[Any, ...]) -> str:
    return f"{name}（{'，'.join(one.said for one in when)}填写）" if when else name
