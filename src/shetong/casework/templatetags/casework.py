"""Names of casework for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext

from shetong.casework.models import Notice, State
from shetong.casework.queries import cases
from shetong.casework.rules import act_words, notice_words
from shetong.casework.rules.corrections import Changed
from shetong.casework.rules.matters import Field, Nature
from shetong.core.values import is_empty

register = template.Library()


@register.filter
def notice_name(notice: Notice) -> str:
    """Return a document's name; the code of its kind where this version does not know it."""
    return gettext(notice_words.title(notice.kind, notice.content))


@register.filter
def state_name(state: str) -> str:
    """Return the name of a case's state; the code where this version does not know it."""
    return gettext(str(State(state).label)) if state in State.values else state


@register.filter
def act_name(act: str, nature: Nature | None = None) -> str:
    """Return the name of an act, for a matter of a nature; the code where this version does not know it."""
    return gettext(act_words.named(act, nature))


@register.filter
def answer_text(value: Any, field: Field) -> str:
    """Return an answer as people read it, and in words that there is none."""
    return gettext("（空）") if is_empty(value) else cases.text(field.element, value)


@register.filter
def changed_name(one: Changed) -> str:
    """Return which question of which topic an answer belongs to."""
    topic = f"{gettext(one.title)} {one.number}" if one.number else gettext(one.title)
    return f"{topic} · {one.field.element.label}"


@register.filter
def said(declared: str | Iterable[str]) -> str:
    """Return what a matter declares in the reader's language; several texts in a row."""
    if isinstance(declared, str):
        return gettext(declared)
    return gettext("、").join(gettext(one) for one in declared)
