"""What a filing did, in sentences that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import get_language, gettext

from shetong.core import divisions
from shetong.core.metadata import DataElement, ElementType
from shetong.core.money import format_amount, format_english
from shetong.registry.elements import ORGANISATION
from shetong.registry.models.choices import AttributeCode, FilingKind, OfficerRole
from shetong.registry.rules.history import ATTRIBUTE_PREFIX, CHARTER, OFFICER_PREFIX, SINCE_ELEMENTS, VOID, Json
from shetong.registry.rules.values import ELEMENT_NAMES

_LONGEST = 60
# Said by other sentences, or of no interest to a reader of the course of events.
_SILENT = frozenset({"former_names", VOID, *SINCE_ELEMENTS})


def _english() -> bool:
    return (get_language() or "").startswith("en")


def label(element: DataElement) -> str:
    """Return the element's name in the language of the page."""
    return element.name_en if _english() else element.name_zh


def shown(name: str, value: Json) -> str:
    """Return a filed value of an element as people read it; empty where there is none."""
    element = ORGANISATION[name]
    if value in (None, ""):
        return ""
    if element.type is ElementType.MONEY:
        return format_english(value) if _english() else format_amount(value)
    if element.type is ElementType.BOOLEAN:
        return gettext("是") if value else gettext("否")
    if element.type is ElementType.CODE and element.code_list is not None:
        return element.code_list.name(value, english=_english())
    if name == "division_code":
        return f"{divisions.full_name(value)} ({value})" if _english() else f"{divisions.full_name(value)}（{value}）"
    return str(value)


def sentences(
    kind: str, before: Mapping[str, Json], after: Mapping[str, Json], people: Mapping[int, str]
) -> Iterator[str]:
    """Yield what one filing changed, a sentence each; ``people``: names by person number."""
    if kind == FilingKind.IMPORT and not any(before.values()):
        yield gettext("由登记管理机关既有的登记数据建立档案。")
        return
    if kind == FilingKind.REGISTRATION:
        yield gettext("准予成立登记，名称为“%(name)s”。") % {"name": after.get("name", "")}
        yield from _holdings(after, people)
        return
    if after.get(VOID):
        yield gettext("原记载作废。")
    for name, value in after.items():
        if name in ELEMENT_NAMES and name not in _SILENT:
            yield _change(name, before.get(name), value, correction=kind == FilingKind.CORRECTION)
    if after.get("suspended_until"):
        yield gettext("停止活动至%(day)s。") % {"day": after["suspended_until"]}
    if after.get(CHARTER):
        yield gettext("%(day)s通过的章程经核准生效。") % {"day": after[CHARTER].get("adopted_on", "")}
    yield from _holdings(after, people)


def _change(name: str, old: Json, new: Json, *, correction: bool) -> str:
    words = {"item": label(ORGANISATION[name]), "old": shown(name, old), "new": shown(name, new)}
    if name == "status":
        return gettext("登记状态变为“%(new)s”。") % words
    if max(len(words["old"]), len(words["new"])) > _LONGEST:
        return (gettext("%(item)s已更正。") if correction else gettext("%(item)s已变更。")) % words
    if not words["new"]:
        return gettext("%(item)s“%(old)s”不再登记。") % words
    if not words["old"]:
        return gettext("%(item)s登记为“%(new)s”。") % words
    if correction:
        return gettext("%(item)s由“%(old)s”更正为“%(new)s”。") % words
    return gettext("%(item)s由“%(old)s”变更为“%(new)s”。") % words


def _holdings(after: Mapping[str, Json], people: Mapping[int, str]) -> Iterator[str]:
    for key, value in after.items():
        if key.startswith(ATTRIBUTE_PREFIX):
            code = key.removeprefix(ATTRIBUTE_PREFIX)
            if code not in AttributeCode.values:
                continue
            words = {"what": gettext(AttributeCode(code).label), "value": (value or {}).get("value", "")}
            if value is None:
                yield gettext("“%(what)s”终止。") % words
            elif words["value"]:
                yield gettext("取得“%(what)s”（%(value)s）。") % words
            else:
                yield gettext("取得“%(what)s”。") % words
        elif key.startswith(OFFICER_PREFIX):
            _, role, person = key.split(".")
            words = {"who": people.get(int(person)) or gettext("有关人员"), "post": gettext(OfficerRole(role).label)}
            yield (gettext("%(who)s任%(post)s。") if value else gettext("%(who)s不再担任%(post)s。")) % words
