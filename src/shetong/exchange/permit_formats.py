"""Permits in the formats of published credit information (双公示): the one of 2019 and the one before 2018.

Names and labels as systems that receive them use them; what they call mandatory is ``required``. Values are checked as
data elements. What concerns natural persons alone stays empty: ours are organisations, and no number of a person is
published.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from shetong.core.errors import InvalidInputError
from shetong.core.metadata import DataElement, ElementSet, ElementType
from shetong.core.values import clean
from shetong.exchange.permit_codes import codes
from shetong.registry.models import PermitRecord

SOURCE = "发改办财金〔2018〕424号"
LEGAL_PERSON = "法人及非法人组织"


def _elements(prefix: str, rows: tuple[tuple[str, str, int, bool], ...]) -> tuple[DataElement, ...]:
    return tuple(
        DataElement(
            f"{prefix}.{number:02}", name, label, name, label, ElementType.TEXT, length,
            required=required, source=SOURCE, multiline=length >= 1_000,
        )
        for number, (name, label, length, required) in enumerate(rows, start=1)
    )  # fmt: skip


PERMIT_2019 = ElementSet(
    "ST.XK19",
    "行政许可信用信息（2019年格式）",
    "Published permits, format of 2019",
    "1.0",
    _elements(
        "ST.XK19",
        (
            ("XK_XDR_MC", "行政相对人名称", 200, True),
            ("XK_XDR_LB", "行政相对人类别", 16, True),
            ("XK_XDR_SHXYM", "统一社会信用代码", 18, True),
            ("XK_XDR_GSZC", "工商注册号", 50, False),
            ("XK_XDR_ZZJG", "组织机构代码", 20, False),
            ("XK_XDR_SWDJ", "税务登记号", 50, False),
            ("XK_XDR_SYDW", "事业单位证书号", 50, False),
            ("XK_XDR_SHZZ", "社会组织登记证号", 50, False),
            ("XK_FRDB", "法定代表人", 50, True),
            ("XK_XKWS", "行政许可决定文书名称", 64, True),
            ("XK_WSH", "行政许可决定文书号", 64, True),
            ("XK_XKLB", "许可类别", 16, True),
            ("XK_XKZS", "许可证书名称", 64, False),
            ("XK_XKBH", "许可编号", 64, False),
            ("XK_NR", "许可内容", 4000, True),
            ("XK_JDRQ", "许可决定日期", 10, True),
            ("XK_YXQZ", "有效期自", 10, True),
            ("XK_YXQZI", "有效期至", 10, True),
            ("XK_XKJG", "许可机关", 200, True),
            ("XK_XKJGDM", "许可机关统一社会信用代码", 18, True),
            ("XK_ZT", "当前状态", 2, True),
            ("XK_LYDW", "数据来源单位", 200, True),
            ("XK_LYDWDM", "数据来源单位统一社会信用代码", 18, True),
            ("BZ", "备注", 500, False),
        ),
    ),
)
PERMIT_2015 = ElementSet(
    "ST.XK15",
    "行政许可信用信息（2018年以前格式）",
    "Published permits, format before 2018",
    "1.0",
    _elements(
        "ST.XK15",
        (
            ("XK_WSH", "行政许可决定文书号", 128, True),
            ("XK_XMMC", "项目名称", 256, True),
            ("XK_SPLB", "审批类别", 16, True),
            ("XK_NR", "许可内容", 2048, True),
            ("XK_XDR", "行政相对人名称", 256, True),
            ("XK_XDR_SHXYM", "统一社会信用代码", 64, True),
            ("XK_XDR_ZDM", "组织机构代码", 64, False),
            ("XK_XDR_GSDJ", "工商登记码", 64, False),
            ("XK_XDR_SWDJ", "税务登记号", 64, False),
            ("XK_FR", "法定代表人姓名", 256, True),
            ("XK_JDRQ", "许可决定日期", 10, True),
            ("XK_JZQ", "许可截止期", 10, False),
            ("XK_XZJG", "许可机关", 128, True),
            ("XK_ZT", "当前状态", 2, True),
            ("DFBM", "地方编码", 12, True),
            ("SJC", "数据更新时间戳", 10, True),
            ("BZ", "备注", 512, False),
        ),
    ),
)
FORMATS = {"2019": PERMIT_2019, "2015": PERMIT_2015}


def record(permit: PermitRecord, format_: str, authorities: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a permit by the names of a format; the organisation and its authority are read with it.

    ``authorities``: codes by name of authorities that decided and are not the organisation's own any more.
    """
    body, authority = permit.organisation, permit.organisation.authority
    own = authority.name == permit.authority_name
    code = authority.uscc if own else (authorities or {}).get(permit.authority_name, "")
    states = codes()[format_]
    state = states.valid if permit.withdrawn_at is None else states.invalid
    common = {
        "XK_WSH": permit.document_number,
        "XK_NR": permit.content or permit.title,
        "XK_XDR_SHXYM": body.uscc or "",
        "XK_JDRQ": _day(permit.decided_on),
        "BZ": permit.withdrawn_reason,
    }
    if format_ == "2015":
        updated = permit.withdrawn_at or permit.corrected_at or permit.published_at
        return common | {
            "XK_XMMC": permit.title,
            "XK_SPLB": permit.get_category_display(),
            "XK_XDR": permit.subject_name or body.name,
            "XK_FR": permit.legal_representative or body.legal_representative,
            "XK_JZQ": _day(permit.valid_to),
            "XK_XZJG": permit.authority_name,
            "XK_ZT": state,
            "DFBM": authority.division_code,
            "SJC": _day(timezone.localdate(updated) if updated else permit.decided_on),
        }
    return common | {
        "XK_XDR_MC": permit.subject_name or body.name,
        "XK_XDR_LB": LEGAL_PERSON,
        "XK_XDR_SHZZ": body.former_certificate_number,
        "XK_FRDB": permit.legal_representative or body.legal_representative,
        "XK_XKWS": permit.document_title or f"{permit.title}决定书",
        "XK_XKLB": permit.get_category_display(),
        "XK_XKZS": permit.certificate_title,
        "XK_XKBH": permit.certificate_number,
        "XK_YXQZ": _day(permit.valid_from or permit.decided_on),
        "XK_YXQZI": _day(permit.valid_to or states.open_ended),
        "XK_XKJG": permit.authority_name,
        "XK_XKJGDM": code,
        "XK_ZT": state,
        "XK_LYDW": permit.authority_name,
        "XK_LYDWDM": code,
    }


def faults(elements: ElementSet, given: Mapping[str, Any]) -> dict[str, str]:
    """Return what is missing or does not fit, by the names of the format."""
    found = {}
    for element in elements:
        try:
            clean(element, given.get(element.name, ""))
        except InvalidInputError as error:
            found[element.name] = error.message
    return found


def _day(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else ""
