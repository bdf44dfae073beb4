"""Values of data elements: from what a person or program gives to what a filing keeps, and on to the columns.

A filing keeps JSON: text without outer blanks, codes of their code list, dates ``YYYY-MM-DD``, money in integer fen,
booleans. Every fault of a form is reported at once, by element.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from shetong.core import divisions, values
from shetong.core.errors import InvalidInputError
from shetong.core.identifiers import parse_uscc
from shetong.core.metadata import DataElement, ElementType
from shetong.registry.elements import ORGANISATION
from shetong.registry.rules.history import Json, State

ELEMENT_NAMES = frozenset(element.name for element in ORGANISATION)
# Elements that change only with the identity of the body or as a consequence of other acts.
FIXED = frozenset({"uscc", "kind", "founded_on", "parent"})
DERIVED = frozenset({"status", "former_names", "charity_since", "public_fundraising_since"})
# Elements that a column of the same name holds, in their order; the others are references or rows of their own.
IN_COLUMNS = tuple(
    element.name for element in ORGANISATION if element.name not in {"authority", "parent", *(DERIVED - {"status"})}
)
REGISTRABLE = ELEMENT_NAMES - {"status", "former_names"}
CHANGEABLE = ELEMENT_NAMES - FIXED - DERIVED

# Elements whose absence the database shows as NULL although they are text.
_NULL_WHEN_EMPTY = frozenset({"uscc", "parent"})


def empty(name: str) -> Json:
    """Return how the absence of an element's value is written: ``""``, ``False`` or ``None``."""
    return None if name in _NULL_WHEN_EMPTY else values.empty(ORGANISATION[name])


def clean(given: Mapping[str, Any], *, allowed: frozenset[str]) -> State:
    """Return the values ``given`` as a filing keeps them.

    Raises :class:`InvalidInputError` with one Chinese sentence per faulty element in ``fields``; elements outside
    ``allowed`` are faults too.
    """
    cleaned: State = {}
    faults: dict[str, str] = {}
    for name, raw in given.items():
        if name not in allowed:
            title = ORGANISATION[name].label if name in ELEMENT_NAMES else name
            faults[name] = gettext("“%(title)s”不能在此事项中填报。") % {"title": title}
            continue
        try:
            cleaned[name] = clean_value(ORGANISATION[name], raw)
        except InvalidInputError as error:
            faults[name] = error.message
    faults |= _contradictions(cleaned)
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    return cleaned


def clean_registration(given: Mapping[str, Any]) -> State:
    """Return the values of a new body; beside the faults of :func:`clean`, required elements must be there."""
    required = {element.name: None for element in ORGANISATION if element.required}
    return clean({**required, **given}, allowed=REGISTRABLE)


def clean_value(element: DataElement, raw: Any) -> Json:
    """Return one value as a filing keeps it. Raises :class:`InvalidInputError` with the reason in Chinese."""
    # Branch bodies have no code of their own.
    value: Any = values.clean(element, raw, required=element.required and element.name != "uscc")
    if values.is_empty(value):
        return empty(element.name)
    if element.name in ("uscc", "parent"):
        return parse_uscc(value)
    if element.name == "division_code" and divisions.get(value) is None:
        raise InvalidInputError(gettext("行政区划代码不存在，请从区划表中选择。"))
    return value


def _contradictions(kept: Mapping[str, Json]) -> dict[str, str]:
    faults: dict[str, str] = {}
    begins, ends = kept.get("certificate_valid_from"), kept.get("certificate_valid_to")
    if begins and ends and ends < begins:
        faults["certificate_valid_to"] = gettext("证书有效期止不能早于有效期起，请核对。")
    if "kind" in kept:
        branch = kept["kind"] == "BR"
        if branch and not kept.get("parent"):
            faults["parent"] = gettext("请填写分支（代表）机构所属社会组织的统一社会信用代码。")
        if not branch and kept.get("parent"):
            faults["parent"] = gettext("只有分支（代表）机构填写所属组织，请删去。")
        if not branch and not kept.get("uscc"):
            faults.setdefault("uscc", "请填写统一社会信用代码。")
        if not branch and not kept.get("founded_on"):
            faults["founded_on"] = gettext("请填写成立登记日期。")
        if not kept.get("division_code"):
            faults.setdefault("division_code", "请填写住所行政区划代码。")
    return faults


def column(name: str, value: Json) -> Any:
    """Return what the column of an element holds for a value kept in a filing (dates become ``date``)."""
    if value in (None, ""):
        return empty(name)
    return date.fromisoformat(value) if ORGANISATION[name].type is ElementType.DATE else value
