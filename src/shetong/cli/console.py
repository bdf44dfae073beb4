"""Speaking to people on standard error and to programs on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console


def console() -> Console:
    """Return the console for people; it writes to standard error, so that standard output stays for programs."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(message: str) -> None:
    """Print one line for people on standard error."""
    console().print(message)


def emit(result: Any, *, as_json: bool, text: str) -> None:
    """Print the result on standard output: one JSON value for programs, or ``text`` for people."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
    elif text:
        sys.stdout.write(text + "\n")


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal and nothing elsewhere; yields a function that takes the units done so far."""
    with staged_progress({"": title}) as advance:
        yield lambda done: advance("", done, total)


@contextmanager
def staged_progress(titles: Mapping[str, str]) -> Iterator[Callable[[str, int, int | None], None]]:
    """Show a progress bar for each stage of a work on a terminal and nothing elsewhere.

    ``titles``: what each stage is called. Yields a function that takes the stage, the units done so far, and of how
    many (``None`` where that is not known).
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    screen = console()
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as bar:

        def advance(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(titles.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance
