"""Codes in which the receivers of published permits differ: data of this package, replaced by the deployment's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from django.conf import settings

FORMATS = ("2019", "2015")
# A deployment's own codes are settled with its receiver.
SETTLED = "local"


class PermitCodesError(ValueError):
    """The table of codes does not have the required form."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of one format. ``open_ended``: the day written for "no end"; ``standing``: as in ``core/statutes.toml``."""

    valid: str
    invalid: str
    open_ended: date | None
    standing: str
    note: str

    @property
    def settled(self) -> bool:
        """Whether the deployment has settled these with its receiver."""
        return self.standing == SETTLED


@lru_cache(maxsize=1)
def codes() -> Mapping[str, Codes]:
    """Return the codes by format: those shipped, replaced by those of the file that ``PERMIT_CODES_FILE`` names."""
    shipped = parse(resources.files(__package__).joinpath("permit_codes.toml").read_text("utf-8"))
    local = settings.PERMIT_CODES_FILE
    return {**shipped, **parse(Path(local).read_text("utf-8"), standing=SETTLED)} if local else shipped


def parse(text: str, *, standing: str = "uncertain") -> dict[str, Codes]:
    """Read a table of codes from TOML. Raises :class:`PermitCodesError` naming the format that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PermitCodesError(f"not TOML: {error}") from error
    return {name: _codes(name, body, standing) for name, body in document.items()}


def _codes(name: str, body: Any, standing: str) -> Codes:
    if name not in FORMATS or not isinstance(body, dict):
        raise PermitCodesError(f"{name}: the formats are {', '.join(FORMATS)}")
    valid, invalid, end = body.get("valid"), body.get("invalid"), body.get("open_ended")
    for code in (valid, invalid):
        if not isinstance(code, str) or not 1 <= len(code) <= 2:
            raise PermitCodesError(f"{name}: valid and invalid are texts of one or two signs")
    if valid == invalid:
        raise PermitCodesError(f"{name}: valid and invalid are the same")
    if end is not None and type(end) is not date:
        raise PermitCodesError(f"{name}: open_ended is a date")
    return Codes(str(valid), str(invalid), end, str(body.get("standing", standing)), str(body.get("note", "")))
