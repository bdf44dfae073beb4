"""What the front-end build left: the manifest of hashed files and the design tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

DIST = Path(__file__).parent / "static" / "dist"
# Where the build stands below STATIC_URL.
PREFIX = "dist/"


@dataclass(frozen=True, slots=True)
class Entry:
    """The files of one entry, as paths below ``STATIC_URL``: style sheets, and scripts where there is code."""

    styles: tuple[str, ...]
    scripts: tuple[str, ...]


def entry(name: str) -> Entry:
    """Return the files of the entry ``frontend/src/<name>.ts``.

    Raises ``ImproperlyConfigured`` where the front end was not built or has no such entry.
    """
    return _entry(name, _stamp())


def asset(name: str) -> str:
    """Return the path below ``STATIC_URL`` of the picture ``frontend/src/assets/<name>``; raises as :func:`entry`."""
    manifest = _manifest(_stamp())
    try:
        return PREFIX + str(manifest[f"src/assets/{name}"]["file"])
    except KeyError as error:
        raise ImproperlyConfigured(f"the front end has no picture {name}") from error


def tokens() -> dict[str, Any]:
    """Return the design tokens: ``colours`` (name to light and dark value) and ``pairs`` (front, back, least)."""
    loaded: dict[str, Any] = json.loads((DIST / "tokens.json").read_text(encoding="utf-8"))
    return loaded


_last_stamp = 0


def _stamp() -> int:
    """Return what changes with every build; a build that is just writing its files does not take pages away."""
    global _last_stamp
    try:
        _last_stamp = (DIST / "manifest.json").stat().st_mtime_ns
    except OSError as error:
        if not _last_stamp:
            raise ImproperlyConfigured("the front end is not built: run shetong assets") from error
    return _last_stamp


@lru_cache(maxsize=2)
def _manifest(stamp: int) -> dict[str, dict[str, Any]]:  # noqa: ARG001 - keys the cache
    loaded: dict[str, dict[str, Any]] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=64)
def _entry(name: str, stamp: int) -> Entry:
    manifest = _manifest(stamp)
    key = f"src/{name}.ts"
    if key not in manifest:
        raise ImproperlyConfigured(f"the front end has no entry {name}: write frontend/src/{name}.ts and build")
    styles: dict[str, None] = {}
    for chunk in _chunks(manifest, key):
        styles.update(dict.fromkeys(chunk.get("css", ())))
    script = str(manifest[key]["file"])
    # An entry that only brings styles leaves an empty script; a page need not fetch it.
    scripts = (script,) if (DIST / script).stat().st_size else ()
    return Entry(tuple(PREFIX + path for path in styles), tuple(PREFIX + path for path in scripts))


def _chunks(manifest: dict[str, dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Return the chunk and all it imports, imports first, each once."""
    seen: dict[str, dict[str, Any]] = {}

    def visit(current: str) -> None:
        if current in seen:
            return
        seen[current] = manifest[current]
        for imported in manifest[current].get("imports", ()):
            visit(imported)

    visit(key)
    return list(reversed(seen.values()))
