"""Structured logs without personal data: one JSON object a line, with the request's id, scrubbed before writing."""

from __future__ import annotations

import io
import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO, cast

import msgspec
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

# Keys whose values are never written, whatever they hold.
SECRET_KEYS = re.compile(
    r"password|passwd|secret|token|authori[sz]ation|cookie|session|api_?key|identity|id_number|phone|mobile|email|query",
    re.IGNORECASE,
)
REMOVED = "[removed]"

# What personal data looks like inside free text: identity numbers (GB 11643), mobile numbers of the mainland, e-mail.
PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"),
        "[identity number]",
    ),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)"), "[phone]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[e-mail]"),
    (re.compile(r"(?<=[\w/])\?[^\s\"']+"), "?[query]"),
    (re.compile(r"(DETAIL|CONTEXT|详细信息):.*", re.DOTALL), r"\1: [removed]"),
)
# Procrastinate writes each job as name[id](arguments).
JOB_ARGUMENTS = re.compile(r"(\w\[\d+\])\(.*?\)(?=\s|$)", re.DOTALL)
# One look for what every one of the patterns above needs; most texts have none of it.
SUSPECT = re.compile(r"[@?]|\d{11}|DETAIL|CONTEXT|详细信息|\[\d+\]\(")

_encode: Callable[[object], bytes] = msgspec.json.Encoder(enc_hook=str).encode


def scrub(text: str) -> str:
    """Return ``text`` without identity numbers, phone numbers, e-mail, query strings and database details."""
    if not SUSPECT.search(text):
        return text
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return JOB_ARGUMENTS.sub(r"\1(…)", text)


@lru_cache(maxsize=1024)
def is_secret(key: str) -> bool:
    """Whether values under ``key`` are never written."""
    return SECRET_KEYS.search(key) is not None


def scrub_event(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Processor: remove secret keys and scrub every text of an event, nested ones included."""
    return {key: _scrubbed(key, value) for key, value in event.items()}


def _scrubbed(key: str, value: Any) -> Any:
    if is_secret(key):
        return REMOVED
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, MutableMapping):
        return {str(name): _scrubbed(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed("", item) for item in value]
    return value if isinstance(value, int | float | bool | None) else scrub(str(value))


def exception_lines(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Processor: an exception becomes its type, scrubbed message and the places it passed, never local variables."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if isinstance(found, tuple) and found[0] is not None:
        event["exception"] = describe(found[1], found[2])
    return event


def describe(error: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    """Return an exception as plain values: type, message and places (file:line function, outermost first)."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    told: dict[str, Any] = {"type": type(error).__name__, "message": scrub(str(error)), "places": places}
    if error.__cause__ is not None:
        told["cause"] = {"type": type(error.__cause__).__name__, "message": scrub(str(error.__cause__))}
    return told


def render_json(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    """Processor: the event as one line of JSON."""
    return _encode(event).decode()


def render_line(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    """Processor: the event as one line for people at a terminal, places of an exception below it."""
    fields = {key: value for key, value in event.items() if key not in ("timestamp", "level", "event", "exception")}
    line = f"{event.get('level', ''):8} {event.get('event', '')}  " + " ".join(f"{k}={v}" for k, v in fields.items())
    told = event.get("exception")
    if isinstance(told, dict):
        line += "".join(f"\n    {place}" for place in told["places"]) + f"\n  {told['type']}: {told['message']}"
    return line.rstrip()


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    exception_lines,
    scrub_event,
)


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Formats the records of Python's ``logging`` like those of structlog; ``style`` is ``json`` or ``line``."""

    def __init__(self, style: str = "json") -> None:
        renderer = render_json if style == "json" else render_line
        super().__init__(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *SHARED,
                renderer,
            ],
        )


class StandardError(io.TextIOBase):
    """Writes to what ``sys.stderr`` is at that moment, so that a logger made early follows a later redirection."""

    def write(self, text: str) -> int:
        """Write ``text``; return the number of characters."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush."""
        sys.stderr.flush()


def configure(style: str, level: str) -> None:
    """Set up structlog for this process: ``style`` ``json`` or ``line``; ``level`` as in Python's ``logging``."""
    structlog.configure(
        processors=[*SHARED, render_json if style == "json" else render_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", StandardError())),
        cache_logger_on_first_use=True,
    )
