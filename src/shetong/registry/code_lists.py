"""Every code list that the register publishes; those of data elements are declared in :mod:`shetong.registry.elements`.

A list for a closed choice of the models takes its values and Chinese names from there and adds English names and the
source, so that page, API and database cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices

from shetong.core.metadata import Code, CodeList
from shetong.registry.elements import CHARITY_LAW, FIELDS, FR, KINDS, PNR, SGR, STATUSES, YES_NO
from shetong.registry.models.choices import AttributeCode, FilingKind, NameEnd, OfficerRole

PLATFORM = "社通自定"


def _of_choices(choices: type[TextChoices], english: Mapping[str, tuple[str, str]]) -> tuple[Code, ...]:
    return tuple(Code(choice.value, str(choice.label), *_english(english, choice.value)) for choice in choices)


def _english(english: Mapping[str, tuple[str, str]], value: str) -> tuple[str, tuple[str, ...], str]:
    name, note = english[value]
    return name, (), note


ATTRIBUTES = CodeList(
    "ST.CL.ATTRIBUTE",
    "资格与标识",
    "Attributes of an organisation",
    f"{CHARITY_LAW}第十条、第二十二条等；资格与标识不是组织类型，各有起止日期",
    _of_choices(
        AttributeCode,
        {
            "CHARITY": ("Charity", "登记管理机关登记或认定"),
            "PUBFUND": ("Public fundraising qualification", "登记管理机关准予，载证书编号"),
            "TAXDED": ("Pre-tax deduction of donations", "财政、税务、民政部门联合公告"),
            "TAXEX": ("Tax exemption of non-profit organisations", "财政、税务部门认定"),
            "VOLORG": ("Volunteer organisation", "登记管理机关标识"),
            "VOLSYS": ("Operator of a designated volunteer information system", "国务院民政部门指定，载系统名称"),
            "SWORG": ("Social-work service agency", "登记管理机关标识"),
            "DECOUPLE": ("Decoupled industry association", "与行政机关脱钩的行业协会商会"),
            "EVAL": ("Evaluation grade", "取值 1A 至 5A"),
        },
    ),
)

OFFICER_ROLES = CodeList(
    "ST.CL.OFFICER",
    "负责人职务",
    "Posts filed with the registrar",
    f"{SGR}、{PNR}、{FR}",
    _of_choices(
        OfficerRole,
        {
            "legal-representative": ("Legal representative", "同一时间只有一人"),
            "president": ("President or chair", ""),
            "vice-president": ("Vice-president or vice-chair", ""),
            "secretary-general": ("Secretary-general", ""),
            "director": ("Director (member of the council)", ""),
            "supervisor": ("Supervisor", ""),
        },
    ),
)

FILING_KINDS = CodeList(
    "ST.CL.FILING",
    "登记事由",
    "Why the register changed",
    PLATFORM,
    _of_choices(
        FilingKind,
        {
            "registration": ("Registration", ""),
            "change": ("Change", ""),
            "correction": ("Correction", "更正的记载保留，不删除"),
            "deregistration": ("Deregistration", ""),
            "order": ("Order of an authority", ""),
            "attribute": ("Attribute granted or ended", ""),
            "officers": ("Officers", ""),
            "charter": ("Charter approved", ""),
            "import": ("Import", ""),
        },
    ),
)

NAME_ENDS = CodeList(
    "ST.CL.NAMEEND",
    "名称终止原因",
    "How a name ceased",
    "《社会组织名称管理办法》第十六条",
    tuple(
        code
        for code in _of_choices(
            NameEnd,
            {
                "": ("Current", ""),
                "changed": ("Changed", ""),
                "deregistered": ("Deregistered", ""),
                "registration-cancelled": ("Registration cancelled", ""),
                "change-cancelled": ("Change of name cancelled", ""),
            },
        )
        if code.value
    ),
)

REGISTER_LISTS: tuple[CodeList, ...] = (
    KINDS,
    STATUSES,
    FIELDS,
    ATTRIBUTES,
    OFFICER_ROLES,
    NAME_ENDS,
    FILING_KINDS,
    YES_NO,
)
