"""Boundaries of divisions from a file of the deployment; docs/specs/boundaries.md describes it. None are shipped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shetong.core.divisions.table import get

_AREAS = ("Polygon", "MultiPolygon")


class BoundariesError(ValueError):
    """The file of boundaries cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """A checked file: the GeoJSON geometry of each division by code, and the file's bytes for passing on."""

    geometries: dict[str, dict[str, Any]]
    content: bytes


def load(path: Path) -> Boundaries:
    """Read and check a GeoJSON file of boundaries. Raises :class:`BoundariesError`."""
    try:
        content = path.read_bytes()
        document = json.loads(content)
    except (OSError, ValueError) as error:
        raise BoundariesError(f"{path.name}: cannot be read as JSON ({error})") from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise BoundariesError(f"{path.name}: not a GeoJSON FeatureCollection")
    geometries: dict[str, dict[str, Any]] = {}
    for at, feature in enumerate(document.get("features") or (), start=1):
        _add(geometries, feature, f"{path.name}, feature {at}")
    if not geometries:
        raise BoundariesError(f"{path.name}: no feature has an adcode")
    return Boundaries(geometries, content)


def _add(geometries: dict[str, dict[str, Any]], feature: object, where: str) -> None:
    if not isinstance(feature, dict):
        raise BoundariesError(f"{where}: not a feature")
    code = str((feature.get("properties") or {}).get("adcode") or "")
    if not code:
        return
    geometry = feature.get("geometry")
    if get(code) is None:
        raise BoundariesError(f"{where}: {code} is no division")
    if code in geometries:
        raise BoundariesError(f"{where}: {code} occurs twice")
    if not isinstance(geometry, dict) or geometry.get("type") not in _AREAS or not geometry.get("coordinates"):
        raise BoundariesError(f"{where}: {code} has no area")
    geometries[code] = geometry
