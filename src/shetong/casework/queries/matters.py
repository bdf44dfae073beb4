"""Matters as they are in force: the declaration with the differences of the regions concerned."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from shetong.casework import catalogue
from shetong.casework.models import MatterVariant
from shetong.casework.rules.matters import Difference, Material, Matter, localised
from shetong.core import divisions
from shetong.core.statutes import Unit
from shetong.core.working_days import Period
from shetong.store import rows


def in_force(code: str, division_code: str, on: date | None = None) -> Matter:
    """Return a matter as an authority of the division offers it on a day (default: today). One query.

    Raises :class:`NotFoundError` for a code that nobody offers.
    """
    matter = catalogue.national(code)
    if not division_code:
        return matter
    day = on or timezone.localdate()
    variants = rows.load(
        MatterVariant,
        "WHERE matter = %s AND division_code = ANY(%s) AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)",
        [code, list(above(division_code)), day, day],
    )
    # The widest region first, so that a county has the last word.
    ordered = sorted(variants, key=lambda row: len(divisions.prefix(row.division_code)))
    return localised(matter, tuple(map(_difference, ordered)))


def above(division_code: str) -> tuple[str, ...]:
    """Return the codes of a division and of those that hold it."""
    return (divisions.NATION, f"{division_code[:2]}0000", f"{division_code[:4]}00", division_code)


def _difference(row: MatterVariant) -> Difference:
    promised = Period(row.promised_number, Unit(row.promised_unit), row.basis) if row.promised_number else None
    return Difference(
        division_code=row.division_code,
        promised=promised,
        without_steps=tuple(row.without_steps),
        more_materials=tuple(Material(**material) for material in row.more_materials),
        without_materials=tuple(row.without_materials),
    )
