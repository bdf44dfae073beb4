"""Sample documents as PDF, made when somebody asks for them; the same declaration gives the same file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext

from shetong.casework import catalogue
from shetong.casework.rules import samples as rules
from shetong.core.errors import NotFoundError
from shetong.core.typesetting import Template

TEMPLATE = Template(Path(__file__).parents[1] / "documents" / "sample.typ")
# A sample is as old as the declaration that it comes from, not as the request.
_AT = datetime(2026, 1, 1, tzinfo=UTC)
BLANK, EXAMPLE = "blank", "example"
KINDS = (BLANK, EXAMPLE)
NAMES = {BLANK: "空白表格", EXAMPLE: "示范文本"}
_NOTES = {
    BLANK: "填写、签字后扫描或者拍照上传；以登记管理机关公布的文本为准",
    EXAMPLE: "样本，内容均为虚构，只供填写时参考，不能作为申请材料提交",
}


@lru_cache(maxsize=128)
def render(matter: str, material: str, kind: str) -> bytes:
    """Return the sample of a matter's material as PDF. Raises :class:`NotFoundError` where there is none."""
    declared = catalogue.national(matter)
    sample = next((one.sample for one in declared.materials if one.code == material), None)
    if sample is None or kind not in KINDS:
        raise NotFoundError(gettext("没有这份示范文本。"))
    filled = kind == EXAMPLE
    data = {
        "title": rules.title(sample, declared),
        "mark": NAMES[kind],
        "note": _NOTES[kind],
        "watermark": "样本",
        "filled": filled,
        "blocks": rules.blocks(sample, declared, filled=filled),
        "signed": list(sample.signed),
    }
    return TEMPLATE.render(json.dumps(data, ensure_ascii=False), at=_AT)
