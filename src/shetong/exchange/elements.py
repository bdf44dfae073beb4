"""Data elements of the open data: the open elements of the register and a few that only a published record needs."""

from __future__ import annotations

from shetong.core.metadata import DataElement, ElementSet, ElementType, Sharing
from shetong.registry.elements import ORGANISATION, YES_NO


def _added(
    number: int,
    name: str,
    name_zh: str,
    name_en: str,
    definition: str,
    type_: ElementType = ElementType.TEXT,
) -> DataElement:
    codes = YES_NO if type_ is ElementType.BOOLEAN else None
    return DataElement(f"ST.OPEN.{number:03}", name, name_zh, name_en, definition, type_, code_list=codes)


# Nothing that is not open to the public may ever become a column.
OPEN_ELEMENTS = tuple(element for element in ORGANISATION if element.sharing is Sharing.OPEN)

OPEN_DATA = ElementSet(
    "ST.OPEN",
    "社会组织开放数据",
    "Open data of social organisations",
    ORGANISATION.version,
    (
        *OPEN_ELEMENTS,
        _added(1, "division_name", "住所行政区划", "Name of the division", "住所行政区划代码对应的名称，含上级名称"),
        _added(2, "attributes", "资格与标识", "Attributes", "快照当日有效的资格与标识，载起始日期和等级、证号等内容"),
        _added(
            3, "updated_at", "记载更新时间", "Record updated at", "本记录最近一次因登记事项记载而更新的时间，世界协调时"
        ),
        _added(4, "demo", "演示数据", "Demonstration record", "是：由程序生成，并非真实登记", ElementType.BOOLEAN),
    ),
)
