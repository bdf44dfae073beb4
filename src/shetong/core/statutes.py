"""Law as data: parameters of provisions with the dates on which they hold.

A rule asks for the value in force on a date and shows the provision to whoever it refuses. What was not read in the
text of a provision carries no citation, and a deployment may override anything with a file of its own (setting
``STATUTES_FILE``, same format as ``statutes.toml`` beside this module).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

from django.conf import settings


class Unit(StrEnum):
    """What a value counts. Days are calendar days unless the provision says working days."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    WORKING_DAY = "working_day"
    FEN = "fen"
    PERCENT = "percent"
    GRADE = "grade"
    PERSON = "person"
    UNIT = "unit"
    MEMBER = "member"
    TERM = "term"
    HOUR = "hour"


class Standing(StrEnum):
    """How well a value is established: read in the text, not confirmed, in doubt, or set by the deployment."""

    TEXT = "text"
    MEMORY = "memory"
    UNCERTAIN = "uncertain"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Value:
    """A value in force from ``valid_from`` to ``valid_to`` (exclusive; ``None`` is open). Money is in fen.

    ``provision`` is the citation for people, empty where the value is not established.
    """

    value: int
    unit: Unit
    provision: str
    standing: Standing
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the value is in force on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter with everything that it was, is and will be, oldest first."""

    key: str
    title: str
    unit: Unit
    values: tuple[Value, ...]


class UnknownParameterError(LookupError):
    """No parameter has this key: an error of the program, not of a person."""


class NotInForceError(LookupError):
    """The parameter has no value on that date, for example before the provision took effect."""


class StatutesFileError(ValueError):
    """A table of parameters does not have the required form."""


def value(key: str, *, on: date) -> int:
    """Return the value of parameter ``key`` on a date, in its unit. Raises ``NotInForceError`` where there is none."""
    return in_force(key, on=on).value


def provision(key: str, *, on: date) -> str:
    """Return the citation of parameter ``key`` on a date; empty where it is not established."""
    return in_force(key, on=on).provision


def in_force(key: str, *, on: date) -> Value:
    """Return value, unit, provision and standing of ``key`` on a date.

    Raises ``NotInForceError`` where the parameter has no value then, ``UnknownParameterError`` for a wrong key.
    """
    found = next((held for held in parameter(key).values if held.holds_on(on)), None)
    if found is None:
        raise NotInForceError(f"{key} has no value on {on}")
    trial_ = _tried.get()
    if trial_ is None:
        return found
    trial_.read.add(key)
    tried = trial_.values.get(key)
    return found if tried is None else replace(found, value=tried, provision="", standing=Standing.LOCAL)


@dataclass(frozen=True, slots=True)
class Trial:
    """Values on trial, and the keys of all parameters that were read meanwhile."""

    values: Mapping[str, int]
    read: set[str]


_tried: ContextVar[Trial | None] = ContextVar("tried_parameters", default=None)


@contextmanager
def trial(values: Mapping[str, int]) -> Iterator[set[str]]:
    """Within: parameters have other values, as for trying a change before it is switched on; elsewhere nothing changes.

    Gives the set of keys, which grows by each parameter that is read within: a change of one that nothing reads proves
    nothing. Raises ``UnknownParameterError`` for a wrong key.
    """
    for key in values:
        parameter(key)
    begun = Trial(dict(values), set())
    token = _tried.set(begun)
    try:
        yield begun.read
    finally:
        _tried.reset(token)


def holds(key: str, *, on: date) -> bool:
    """Whether ``key`` has a value on a date."""
    return any(held.holds_on(on) for held in parameter(key).values)


def parameter(key: str) -> Parameter:
    """Return the parameter ``key`` with all its values. Raises ``UnknownParameterError``."""
    try:
        return parameters()[key]
    except KeyError:
        raise UnknownParameterError(key) from None


@lru_cache(maxsize=1)
def parameters() -> Mapping[str, Parameter]:
    """Return all parameters: those shipped, replaced by those of the file that ``STATUTES_FILE`` names."""
    shipped = parse(resources.files(__package__).joinpath("statutes.toml").read_text("utf-8"))
    local = settings.STATUTES_FILE
    if not local:
        return shipped
    own = parse(Path(local).read_text("utf-8"), default=Standing.LOCAL)
    return {**shipped, **own}


def parse(text: str, *, default: Standing = Standing.UNCERTAIN) -> dict[str, Parameter]:
    """Read a table of parameters from TOML.

    Raises ``StatutesFileError`` naming the parameter that is wrong: missing field, unknown unit, periods that overlap,
    a citation on a value that is not established.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StatutesFileError(f"not TOML: {error}") from error
    found = {}
    for key, body in document.items():
        try:
            found[key] = _parameter(key, body, default)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StatutesFileError(f"{key}: {error}") from error
    return found


def _parameter(key: str, body: Mapping[str, object], default: Standing) -> Parameter:
    unit = Unit(str(body["unit"]))
    rows = body["values"]
    if not isinstance(rows, list) or not rows:
        raise ValueError("no values")
    values = sorted((_value(row, unit, default) for row in rows), key=lambda held: held.valid_from or date.min)
    for earlier, later in pairwise(values):
        if earlier.valid_to is None or later.valid_from is None or later.valid_from < earlier.valid_to:
            raise ValueError("periods overlap")
    return Parameter(key, str(body["title"]), unit, tuple(values))


def _value(row: Mapping[str, object], unit: Unit, default: Standing) -> Value:
    number, begin, end = row["value"], row.get("from"), row.get("to")
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError("value is not a whole number")
    if not (begin is None or type(begin) is date) or not (end is None or type(end) is date):
        raise TypeError("from and to are dates")
    if begin and end and end <= begin:
        raise ValueError("period ends before it begins")
    standing = Standing(str(row.get("standing", default)))
    citation = str(row.get("provision", ""))
    if citation and standing in (Standing.MEMORY, Standing.UNCERTAIN):
        raise ValueError("a value that is not established carries no citation")
    if standing is Standing.TEXT and not citation:
        raise ValueError("a value read in the text needs its provision")
    return Value(number, unit, citation, standing, begin, end)
