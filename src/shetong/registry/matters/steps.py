"""Steps of review and the competent authority of registration matters."""

from __future__ import annotations

from shetong.accounts.rules import Permission
from shetong.casework.rules.matters import Authority, Step, Values
from shetong.core import divisions
from shetong.core.errors import InvalidInputError
from shetong.registry.services import case_effects
from shetong.store import rows

REVIEW = (
    Step("first-review", "初审", Permission.CASE_REVIEW, days=5),
    Step("second-review", "复审", Permission.CASE_REVIEW, days=3),
    Step("decision", "决定", Permission.CASE_DECIDE, days=2),
)
SHORT_REVIEW = (
    Step("first-review", "审查", Permission.CASE_REVIEW, days=3),
    Step("decision", "决定", Permission.CASE_DECIDE, days=2),
)


def founding_authority(values: Values, _code: str) -> Authority:
    """Return the authority of the division in which the new body has its domicile and works.

    Raises :class:`InvalidInputError` where the division is unknown.
    """
    division = divisions.get(str(values.get("division_code") or ""))
    if division is None:
        message = "请选择住所所在的行政区划。"
        raise InvalidInputError(message, fields={"division_code": message})
    known = rows.fetch(
        "SELECT name FROM registry_authority WHERE division_code = %s ORDER BY id LIMIT 1", [division.code]
    )
    return Authority(known[0][0] if known else f"{divisions.full_name(division.code)}民政局", division.code)


def registering_authority(_values: Values, code: str) -> Authority:
    """Return the authority at which an organisation is registered."""
    authority = case_effects.of(code).authority
    return Authority(authority.name, authority.division_code)
