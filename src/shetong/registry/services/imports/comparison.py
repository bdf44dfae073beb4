"""What a file's rows would change in the register: new, changed, or the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from shetong.registry.elements import ORGANISATION
from shetong.registry.models import AttributeCode, Organisation, OrganisationAttribute, OrganisationName
from shetong.registry.services.imports.table import ROW, Heading

_COLUMNS = (
    "pk", "uscc", "name", "kind", "legal_representative", "domicile", "division_code", "founded_on", "registered_funds",
    "business_scope", "activity_area", "authority__name", "supervising_body", "direct_registration", "status",
    "certificate_valid_from", "certificate_valid_to", "former_certificate_number", "field",
)  # fmt: skip
_SINCE = {"charity_since": AttributeCode.CHARITY, "public_fundraising_since": AttributeCode.PUBLIC_FUNDRAISING}


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that differs from the register: ``after`` holds the values of a filing (see ``rules.history``)."""

    row: int
    organisation_id: int
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows not in the register, rows that differ, and the number of those that do not."""

    fresh: pl.DataFrame
    changed: list[Changed]
    unchanged: int


def compare(rows: pl.DataFrame, heading: Heading) -> Comparison:
    """Compare checked rows with the register as it stands. An empty cell says nothing and changes nothing."""
    found = Organisation.objects.filter(uscc__in=rows["uscc"].to_list()).values(*_COLUMNS)
    known = {each["uscc"]: each for each in found}
    if not known:
        return Comparison(rows, [], 0)
    is_known = rows["uscc"].is_in(list(known))
    numbers = [each["pk"] for each in known.values()]
    names, since = _former_names(numbers), _attributes(numbers)
    told = _told(heading)
    changed: list[Changed] = []
    existing = rows.filter(is_known)
    for row in existing.iter_rows(named=True):
        present = known[row["uscc"]]
        after = {name: _json(row[name]) for name in told if row[name] is not None and row[name] != present[_key(name)]}
        after |= _earlier_names(row["former_names"], names.get(present["pk"], []), present["name"])
        for element in _SINCE:
            if row[element] is not None and row[element] not in since.get((present["pk"], element), ()):
                after[element] = _json(row[element])
        if after:
            changed.append(Changed(row[ROW], present["pk"], after))
    return Comparison(rows.filter(~is_known), changed, len(existing) - len(changed))


def _told(heading: Heading) -> list[str]:
    """Elements that the file itself states; what was derived to fill a new record does not overrule the register."""
    apart = {"uscc", "parent", "former_names", *_SINCE}
    return [element.name for element in ORGANISATION if element.name in heading.columns and element.name not in apart]


def _key(name: str) -> str:
    return "authority__name" if name == "authority" else name


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _earlier_names(told: str | None, known: list[str], present: str) -> dict[str, Any]:
    """Former names that the register does not know yet, together with those it knows."""
    new = [name for name in (told or "").split("；") if name and name not in known and name != present]
    return {"former_names": "；".join(new)} if new else {}


def _former_names(numbers: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = OrganisationName.objects.filter(organisation_id__in=numbers).order_by("pk")
    for organisation, name in rows.values_list("organisation_id", "name"):
        found.setdefault(organisation, []).append(name)
    return found


def _attributes(numbers: list[int]) -> dict[tuple[int, str], set[date]]:
    element_of = {code.value: element for element, code in _SINCE.items()}
    found: dict[tuple[int, str], set[date]] = {}
    rows = OrganisationAttribute.objects.filter(organisation_id__in=numbers, code__in=element_of)
    for organisation, code, day in rows.values_list("organisation_id", "code", "valid_from"):
        found.setdefault((organisation, element_of[code]), set()).add(day)
    return found
