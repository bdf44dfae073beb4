"""A few questions before anything is filled in: whether a matter is the right one. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer. ``refuse``: why one cannot apply then; ``instead``: code of the matter that fits."""

    value: str
    label: str
    refuse: str = ""
    instead: str = ""
    provision: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One question with its answers."""

    name: str
    question: str
    choices: tuple[Choice, ...]

    def chosen(self, answers: Mapping[str, str]) -> Choice | None:
        """Return the answer that was given, ``None`` for none or one that is not offered."""
        return next((choice for choice in self.choices if choice.value == answers.get(self.name)), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers decide. ``unanswered``: names of questions without an answer; ``refusals``: why not."""

    unanswered: tuple[str, ...]
    refusals: tuple[Choice, ...]

    @property
    def fits(self) -> bool:
        """Whether everything is answered and nothing stands in the way."""
        return not self.unanswered and not self.refusals


def judge(checks: tuple[Check, ...], answers: Mapping[str, str]) -> Verdict:
    """Return what answers (name → value) decide. One refusal decides, whatever else is still unanswered."""
    chosen = [(check, check.chosen(answers)) for check in checks]
    return Verdict(
        tuple(check.name for check, choice in chosen if choice is None),
        tuple(choice for _check, choice in chosen if choice is not None and (choice.refuse or choice.instead)),
    )
