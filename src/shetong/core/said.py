"""Sentences that records keep and people read later, each in the reader's own language.

A sentence is said in Chinese when something happens, whatever the language of who did it, and carries its form: the
text of the catalogue with its values, which may be sentences themselves. Whoever reads it later is told it by
:func:`told`. Write ``say(N_("…%(name)s…"), name=…)``, so that the catalogue knows the text.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from django.utils.translation import get_language, gettext

# [text, {name: value or form}], as JSON keeps it.
Form: TypeAlias = list[Any]


class Said(str):
    """A Chinese sentence that knows its form."""

    form: Form


def say(text: str, **values: object) -> Said:
    """Return the Chinese sentence of a text of the catalogue with its values, which are other sentences or plain."""
    plain = {name: str(value) for name, value in values.items()}
    said = Said(text % plain if values else text)
    said.form = [text, {name: form_of(value) or str(value) for name, value in values.items()}]
    return said


def form_of(text: object) -> Form | None:
    """Return the form of a sentence, ``None`` where it has none and is told as it stands."""
    return text.form if isinstance(text, Said) else None


def told(text: str, form: Form | None) -> str:
    """Return a kept sentence in the active language; ``text`` itself in Chinese and where no form was kept."""
    if form is None or (get_language() or "zh").startswith("zh"):
        return text
    return _told(form)


def _told(form: Form) -> str:
    text, values = form
    given = {name: _told(value) if isinstance(value, list) else value for name, value in values.items()}
    said = gettext(text) if text else ""
    return said % given if given else said
