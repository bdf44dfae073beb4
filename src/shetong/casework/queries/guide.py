"""Finding a matter by asking in plain words."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from shetong.casework import catalogue
from shetong.casework.rules import asking
from shetong.casework.rules.matters import Matter
from shetong.core.pinyin import transliterate
from shetong.core.text import normalise

# A slip of the pen weighs less than what is written rightly.
HEARD = 0.6
# Below, a question and a matter share no more than chance gives.
LEAST = 1.0


def find(question: str) -> tuple[Matter, ...]:
    """Return the matters that a question means, best first; all of them where it is empty.

    A question, and the official words for what it says otherwise, is compared by its pairs of characters with titles,
    keywords and summaries, so that "协会想改名字" finds the change of name. What only sounds alike ("基今会",
    "xiehui") counts too, for less.
    """
    wanted = normalise(question)
    if not wanted:
        return catalogue.matters()
    official = normalise(asking.official(wanted))
    heard = _heard(wanted)
    scored = [
        (_score(matter, wanted, official) + HEARD * _sounds(matter, heard), number, matter)
        for number, matter in enumerate(catalogue.matters())
    ]
    ordered = sorted(scored, key=lambda one: (-one[0], one[1]))
    # What the best one leaves far behind is no answer to the question.
    enough = max(LEAST, ordered[0][0] / 4) if ordered else LEAST
    return tuple(matter for score, _, matter in ordered if score >= enough)


def _score(matter: Matter, wanted: str, official: str) -> float:
    title = normalise(matter.title)
    words = "".join(matter.keywords) + matter.summary
    keywords = sum(3 for word in matter.keywords if normalise(word) in wanted)
    keywords += sum(4 for word in matter.keywords if normalise(word) in official)
    rest = normalise(words)
    return (
        keywords
        + 2 * _shared(wanted, title)
        + _shared(wanted, rest) / 2
        + 1.5 * _shared(official, title)
        + (_shared(official, rest) / 2)
    )


def _shared(wanted: str, text: str) -> int:
    pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
    return sum(1 for pair in pairs if pair in text)


def _heard(text: str) -> tuple[str, ...]:
    """Return a text as its syllables, letters that are typed as pinyin too."""
    return tuple(transliterate(text).pinyin.split())


@lru_cache(maxsize=512)
def _spoken(words: str) -> tuple[str, str]:
    syllables = _heard(normalise(words))
    return " ".join(syllables), "".join(syllables)


def _sounds(matter: Matter, heard: tuple[str, ...]) -> float:
    """Return how many keywords, and pairs of syllables of the title, sound like something in the question."""
    sentence, letters = f" {' '.join(heard)} ", "".join(heard)
    found = 0.0
    for word in matter.keywords:
        spoken, run = _spoken(word)
        if f" {spoken} " in sentence or (len(run) >= 6 and run in letters):
            found += 2
    title = f" {_spoken(matter.title)[0]} "
    pairs = {f" {one} {two} " for one, two in pairwise(heard)}
    return found + sum(1 for pair in pairs if pair in title)
