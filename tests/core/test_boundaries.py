"""The deployment's file of boundaries: what is accepted and what is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shetong.core.divisions.boundaries import BoundariesError, load

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}


def feature(adcode: Any, geometry: Any = SQUARE) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"adcode": adcode}, "geometry": geometry}


def written(tmp_path: Path, *features: Any) -> Path:
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_areas_are_found_by_code_and_lines_are_passed_over(tmp_path: Path) -> None:
    line = {"type": "Feature", "properties": {"name": "境界线"}, "geometry": {"type": "LineString", "coordinates": []}}
    found = load(written(tmp_path, feature("330000"), feature(110000), line))
    assert set(found.geometries) == {"330000", "110000"}


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        ([], "no feature has an adcode"),
        ([feature("999999")], "999999 is no division"),
        ([feature("330000"), feature("330000")], "twice"),
        ([feature("330000", None)], "no area"),
        ([feature("330000", {"type": "Point", "coordinates": [0, 0]})], "no area"),
        ([3], "not a feature"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, features: list[Any], reason: str) -> None:
    with pytest.raises(BoundariesError, match=reason):
        load(written(tmp_path, *features))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type": "Feature"}', "\xff"])
def test_what_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(BoundariesError):
        load(path)


@pytest.mark.django_db
def test_boundaries_are_given_out_only_with_an_approved_base_map(client: Client, tmp_path: Path, settings: Any) -> None:
    settings.BOUNDARIES_FILE = str(written(tmp_path, feature("330000")))
    assert client.get("/standards/boundaries.geojson").status_code == 404
    settings.BOUNDARIES_APPROVAL = "GS(2024)0001号"
    response = client.get("/standards/boundaries.geojson")
    assert response.status_code == 200
    assert json.loads(b"".join(response))["type"] == "FeatureCollection"
