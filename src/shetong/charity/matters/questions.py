"""Questions of charity's forms as data elements ``ST.FUND.nnn``."""

from __future__ import annotations

from shetong.core.metadata import CodeList, DataElement, ElementType, Sharing
from shetong.registry.elements import YES_NO


def ask(
    number: int,
    name: str,
    zh: str,
    en: str,
    definition: str,
    type_: ElementType = ElementType.TEXT,
    *,
    length: int | None = None,
    codes: CodeList | None = None,
    sharing: Sharing = Sharing.OPEN,
) -> DataElement:
    """Return a question that the register keeps no answer to."""
    return DataElement(
        f"ST.FUND.{number:03}",
        name,
        zh,
        en,
        definition,
        type_,
        max_length=length,
        code_list=YES_NO if type_ is ElementType.BOOLEAN else codes,
        sharing=sharing,
        multiline=(length or 0) >= 500,
    )


def yes(number: int, name: str, zh: str, en: str, definition: str) -> DataElement:
    """Return a question that is answered with yes or no."""
    return ask(number, name, zh, en, definition, ElementType.BOOLEAN)
