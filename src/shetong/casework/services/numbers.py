"""Numbers without gaps: of cases and of documents, by authority and year."""

from __future__ import annotations

from datetime import date

from shetong.casework.models import NoticeKind
from shetong.casework.rules import notice_words
from shetong.casework.rules.matters import Nature
from shetong.store import rows

# The character of an authority's documents (机关代字) before its kind; a deployment's own come with its templates.
_WORDS = {
    NoticeKind.RECEIPT: "收",
    NoticeKind.CORRECTION: "补告",
    NoticeKind.ACCEPTANCE: "受",
    NoticeKind.NOT_ACCEPTED: "不受",
    NoticeKind.EXTENSION: "延",
    NoticeKind.PROCEDURE: "特",
    NoticeKind.APPROVAL: "准",
    NoticeKind.REFUSAL: "不准",
    NoticeKind.TERMINATION: "终",
    NoticeKind.DEREGISTERED: "销证",
}


def take(series: str) -> int:
    """Return the next number of a series. The row stays locked until the transaction ends, so there are no gaps."""
    given = rows.fetch(
        "INSERT INTO casework_numberseries (series, last) VALUES (%s, 1)"
        " ON CONFLICT (series) DO UPDATE SET last = casework_numberseries.last + 1 RETURNING last",
        [series],
    )
    return int(given[0][0])


def case_number(division_code: str, on: date) -> str:
    """Return a new case number: division, day, and the number of that division's day."""
    return f"{division_code}{on:%Y%m%d}{take(f'case/{division_code}/{on}'):05}"


def document_number(kind: NoticeKind, division_code: str, on: date, nature: Nature = Nature.PERMIT) -> str:
    """Return a new document number, such as ``110105社准〔2026〕7号``; each word counts by itself."""
    word = notice_words.number_word(kind, nature, _WORDS[kind])
    series = str(kind) if word == _WORDS[kind] else f"{kind}-{nature}"
    number = take(f"{series}/{division_code}/{on.year}")
    return f"{division_code}社{word}〔{on.year}〕{number}号"
