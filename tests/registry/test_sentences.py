"""What a filing did, told in the language of the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from shetong.registry.models.choices import FilingKind
from shetong.registry.rules.sentences import sentences

PEOPLE = {7: "张示范"}
FILINGS: tuple[tuple[dict[str, Any], dict[str, Any], str, str], ...] = (
    (
        {"registered_funds": 5_000_000},
        {"registered_funds": 7_000_050},
        "注册资金由“5万元”变更为“70,000.50元”。",
        "Registered funds changed from “CNY 50,000” to “CNY 70,000.50”.",
    ),
    ({"status": "normal"}, {"status": "deregistered"}, "登记状态变为“注销”。", "Status changed to “Deregistered”."),
    ({}, {"attributes.CHARITY": {"value": ""}}, "取得“慈善组织”。", "“Charity” granted."),
    (
        {},
        {"officers.secretary-general.7": None},
        "张示范不再担任秘书长。",
        "张示范 left the post of Secretary-general.",
    ),
    (
        {"division_code": "110101"},
        {"division_code": "110102"},
        "住所行政区划代码由“北京市东城区（110101）”变更为“北京市西城区（110102）”。",
        "Division of the domicile changed from “北京市东城区 (110101)” to “北京市西城区 (110102)”.",
    ),
)


@pytest.mark.parametrize(("before", "after", "chinese", "english"), FILINGS)
def test_closed_lists_money_and_punctuation_follow_the_language(
    before: dict[str, Any], after: dict[str, Any], chinese: str, english: str
) -> None:
    for language, told in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert list(sentences(FilingKind.CHANGE, before, after, PEOPLE)) == [told]
