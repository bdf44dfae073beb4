"""PostgreSQL's own ``point``, for which core GiST can tell the nearest."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Value
from django.db.models.functions import Ln, Pi, Radians, Tan

EARTH_METRES = 6_378_137


class PointField(models.Field):  # type: ignore[type-arg]
    """A column of type ``point``; read as text, ``(x,y)``."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002 - one database only
        """Return the type's name."""
        return "point"


def mercator(longitude: str, latitude: str) -> Any:
    """Return the expression of a place on the Mercator plane in metres, from two columns in degrees of WGS 84."""
    quarter = Pi() / Value(4)
    return Func(
        Value(EARTH_METRES) * Radians(F(longitude)),
        Value(EARTH_METRES) * Ln(Tan(quarter + Radians(F(latitude)) / Value(2))),
        function="point",
    )
