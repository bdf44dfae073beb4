"""Matters as they are in force: the declaration with the differences of the regions concerned."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework import catalogue
from shetong.casework.models import Case, MatterVariant
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


def of(case: Case) -> Matter:
    """Return a case's matter as it is in force for it: one query, none where no region differs in the matter."""
    if case.varied is False:
        return catalogue.national(case.matter)
    return in_force(case.matter, case.authority_division, case.rules_on)


# Read with a case, it spares the look for differences.
VARIED = (("varied", "EXISTS (SELECT FROM casework_mattervariant WHERE matter = casework_case.matter)"),)


def with_row(row: MatterVariant) -> Matter:
    """Return a matter as it would be with a difference that is not in force yet, on its first day. One query.

    Raises ``ValueError`` where the difference names what the matter does not have there.
    """
    return localised(in_force(row.matter, row.division_code, row.valid_from), (_difference(row),))


def differences(grants: Grants) -> QuerySet[MatterVariant]:
    """Return the differences of the divisions whose matters the viewer manages, the latest first."""
    reach = Q(pk__in=[])
    for code in grants.jurisdictions(Permission.MATTER_MANAGE):
        reach |= Q(division_code__startswith=divisions.prefix(code))
    return MatterVariant.objects.filter(reach).order_by("-valid_from", "-pk")


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
