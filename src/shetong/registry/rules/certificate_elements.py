"""What a registration certificate states (rulebook 1.3; data elements of :mod:`shetong.registry.elements`).

``Snapshot`` values are plain JSON: texts, fen as integers, dates as ``YYYY-MM-DD``, ``None`` where there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.core.money import format_amount
from shetong.registry.models.choices import OrganisationKind

Value = str | int | bool | None
Snapshot = dict[str, Value]

# In the order in which they are printed and compared.
ELEMENTS = (
    "uscc",
    "name",
    "kind",
    "business_scope",
    "domicile",
    "legal_representative",
    "registered_funds",
    "supervising_body",
    "authority",
    "certificate_valid_from",
    "certificate_valid_to",
    "charity",
)

# 社会团体 and 基金会 are legal persons always, 民办非企业单位 in the form that is issued here.
TITLES = {
    OrganisationKind.SOCIAL_GROUP: "社会团体法人登记证书",
    OrganisationKind.SERVICE_INSTITUTION: "民办非企业单位登记证书（法人）",
    OrganisationKind.FOUNDATION: "基金会法人登记证书",
}
# 《社会团体登记管理条例》第十二条、《民办非企业单位登记管理暂行条例》第十二条、《基金会管理条例》第十一条
FUNDS_LABELS = {
    OrganisationKind.SOCIAL_GROUP: N_("活动资金"),
    OrganisationKind.SERVICE_INSTITUTION: N_("开办资金"),
    OrganisationKind.FOUNDATION: N_("原始基金数额"),
}
LABELS = {
    "uscc": N_("统一社会信用代码"),
    "name": N_("名称"),
    "kind": N_("类型"),
    "business_scope": N_("业务范围"),
    "domicile": N_("住所"),
    "legal_representative": N_("法定代表人"),
    "registered_funds": N_("注册资金"),
    "supervising_body": N_("业务主管单位"),
    "authority": N_("发证机关"),
    "certificate_valid_from": N_("有效期自"),
    "certificate_valid_to": N_("有效期至"),
    "charity": N_("慈善组织"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """An element whose registered value is no longer what the certificate says, both as people read them."""

    element: str
    label: str
    certified: str
    registered: str


def differences(certified: Mapping[str, Value], registered: Mapping[str, Value]) -> list[Difference]:
    """Return what differs between two snapshots, in printing order."""
    kind = str(certified.get("kind") or registered.get("kind") or "")
    return [
        Difference(name, label(name, kind), shown(name, certified.get(name)), shown(name, registered.get(name)))
        for name in ELEMENTS
        if certified.get(name) != registered.get(name)
    ]


def label(element: str, kind: str) -> str:
    """Return the Chinese label of an element; that of the funds depends on the kind of organisation."""
    if element == "registered_funds" and kind in FUNDS_LABELS:
        return FUNDS_LABELS[OrganisationKind(kind)]
    return LABELS[element]


def shown(element: str, value: Value) -> str:
    """Return a snapshot value as it is printed: money in yuan, dates in Chinese, kinds by name, a dash for nothing."""
    if element == "charity":
        return "是" if value else "否"
    if value is None or value == "":
        return "—"
    if element == "registered_funds":
        return f"人民币{format_amount(int(value))}"
    if element == "kind":
        return OrganisationKind(str(value)).label
    if element in ("certificate_valid_from", "certificate_valid_to"):
        return chinese_date(date.fromisoformat(str(value)))
    return str(value)


def chinese_date(day: date) -> str:
    """Return a day as it is written on documents: ``2026年3月1日``."""
    return f"{day.year}年{day.month}月{day.day}日"
