"""Reading settings from the environment; a test compares the names read with ``docs/configuration.md``."""

from __future__ import annotations

import os
from pathlib import Path

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


class SettingError(ValueError):
    """An environment variable holds something that cannot be used; the message names it and says what is expected."""


def text(name: str, default: str = "") -> str:
    """Return the variable ``name`` without surrounding blanks; an empty variable counts as absent."""
    return os.environ.get(name, "").strip() or default


def secret(name: str, default: str = "") -> str:
    """Return the variable ``name``, or else the content of the file that ``<name>_FILE`` names.

    For secrets that systemd credentials or container secrets put into files. Raises :class:`SettingError` where the
    file cannot be read.
    """
    path = text(f"{name}_FILE")
    if not path or text(name):
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(f"{name}_FILE: cannot read {path} ({error.strerror})") from error


def flag(name: str, *, default: bool = False) -> bool:
    """Return the variable ``name`` as yes or no; raises :class:`SettingError` for any other word."""
    word = os.environ.get(name)
    if word is None:
        return default
    if word.strip().casefold() in TRUE_WORDS:
        return True
    if word.strip().casefold() in FALSE_WORDS:
        return False
    raise SettingError(f"{name}={word!r}: write 1 or 0")


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """Return the variable ``name`` as a whole number within bounds; raises :class:`SettingError` otherwise."""
    word = text(name)
    if not word:
        return default
    try:
        value = int(word)
    except ValueError as error:
        raise SettingError(f"{name}={word!r}: write a whole number") from error
    if value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"between {least} and {most}"
        raise SettingError(f"{name}={value}: must be {bounds}")
    return value


def items(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return the comma-separated variable ``name`` as a list without blanks and empty entries."""
    given = [item.strip() for item in os.environ.get(name, "").split(",")]
    return [item for item in given if item] or list(default)
