"""Finding a matter by asking in plain words."""

from __future__ import annotations

from shetong.casework import catalogue
from shetong.casework.rules.matters import Matter
from shetong.core.text import normalise


def find(question: str) -> tuple[Matter, ...]:
    """Return the matters that a question means, best first; all of them where it is empty.

    A question is compared by its pairs of characters with titles, keywords and summaries, so that "协会想改名字" finds
    the change of name.
    """
    wanted = normalise(question)
    if not wanted:
        return catalogue.matters()
    scored = [(_score(matter, wanted), number, matter) for number, matter in enumerate(catalogue.matters())]
    return tuple(matter for score, _, matter in sorted(scored, key=lambda one: (-one[0], one[1])) if score > 0)


def _score(matter: Matter, wanted: str) -> float:
    words = sum(3 for word in matter.keywords if normalise(word) in wanted)
    title = normalise(matter.title)
    return (
        words + 2 * _shared(wanted, title) + _shared(wanted, normalise("".join(matter.keywords) + matter.summary)) / 2
    )


def _shared(wanted: str, text: str) -> int:
    pairs = {wanted[at : at + 2] for at in range(max(len(wanted) - 1, 1))}
    return sum(1 for pair in pairs if pair in text)
