"""When a topic, question or material is asked: data, so that guide, form, checks and API say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class When:
    """Asked only where the answer to ``question`` is one of ``answers``; several conditions must all hold.

    ``question``: a question of an earlier topic, or a fact that the register knows. ``said``: the case in words that
    go before what is asked, such as 变更名称的.
    """

    question: str
    answers: tuple[str | bool, ...]
    said: str

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether the answers given so far fulfil the condition; what was not answered fulfils none."""
        given = answers.get(self.question)
        return any(given is answer if isinstance(answer, bool) else given == answer for answer in self.answers)


def hold(conditions: tuple[When, ...], answers: Mapping[str, Any]) -> bool:
    """Whether all of the conditions hold."""
    return all(condition.holds(answers) for condition in conditions)


def said(conditions: tuple[When, ...]) -> str:
    """Return the conditions in the reader's words, empty where there are none."""
    return gettext("，").join(gettext(condition.said) for condition in conditions)
