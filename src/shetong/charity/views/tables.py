"""Tables handed out as CSV, a line at a time: however long they are, they are whole."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from shetong.core.spreadsheets import inert


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


def streamed(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A table (UTF-8 with mark) that spreadsheet programs open and never compute."""
    return StreamingHttpResponse(_lines(headings, rows), content_type="text/csv; charset=utf-8")


def _lines(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([inert(str(value)) for value in row])
