"""What an entry of each kind must say (《慈善组织信息公开办法》): its parts, with a hint for whoever writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.charity.models.choices import DutyKind


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an entry: a text that must (or may) be there."""

    name: str
    label: str
    hint: str = ""
    required: bool = True


_SUMMARY = Part("summary", N_("内容"))
_RAISED = Part("raised", N_("募得款物"), N_("来源、数额和物资；金额以账目为准，这里作说明。"))
_USED = Part("used", N_("已使用的用途"), N_("包括用于管理的支出。"))
_UNUSED = Part("unused", N_("尚未使用的使用计划"))
_PROGRESS = Part("progress", N_("项目进展"), N_("做了什么、在哪里、多少人受益。不写受益人的个人信息。"))
_SURPLUS = Part("surplus", N_("剩余财产的处理"), N_("没有剩余的写“无”。"))
_PARTNERS = Part("partners", N_("对合作方的评估和监督"), N_("没有合作方的写“无”。"))

CONTENTS: Mapping[str, tuple[Part, ...]] = {
    DutyKind.BASIC: (
        Part("charter", N_("章程")),
        Part("people", N_("负责人、理事、监事"), N_("只写姓名和职务。")),
        Part("bodies", N_("内部机构、分支（代表）机构和专项基金")),
        Part("related", N_("发起人、主要捐赠人、重要关联方")),
        Part("contact", N_("联系人和联系方式")),
        Part("systems", N_("信息公开、财务、项目等制度")),
    ),
    DutyKind.CHANGE: (Part("changed", N_("变更的内容"), N_("变更前、变更后和日期。")),),
    DutyKind.ANNUAL: (
        Part("activities", N_("年度开展募捐和接受捐赠、慈善财产的管理使用、慈善项目实施情况")),
        Part("costs", N_("募捐成本、人员工资福利、与境外组织和个人的合作情况")),
        Part("accounts", N_("财务会计报告摘要"), N_("有公开募捐资格的，财务会计报告须经审计，写明审计机构和意见。")),
    ),
    DutyKind.PAY: (
        Part("pay", N_("报酬最高前五位人员的报酬"), N_("写职务和数额，不写姓名以外的个人信息。")),
        Part("standards", N_("出国（境）、车辆、招待、差旅的标准")),
    ),
    DutyKind.RELATED_LIST: (Part("list", N_("关联方名单及关联关系说明")),),
    DutyKind.MAJOR_PROJECTS: (Part("projects", N_("上年度重大慈善项目"), N_("名称、内容、地域、受益人群、收支。")),),
    DutyKind.CAMPAIGN_PROGRESS: (_RAISED, _USED, _UNUSED),
    DutyKind.CAMPAIGN_FINAL: (_RAISED, _USED, _UNUSED, _PARTNERS),
    DutyKind.RESCUE: (_RAISED,),
    DutyKind.PROJECT_PROGRESS: (_PROGRESS, _USED),
    DutyKind.PROJECT_FINAL: (_PROGRESS, _USED, _SURPLUS, _PARTNERS),
    DutyKind.MAJOR_ASSET: (_SUMMARY, Part("effect", N_("对组织的影响"), required=False)),
    DutyKind.RELATED_PARTY: (
        Part("party", N_("关联方和关联关系")),
        _SUMMARY,
        Part("pricing", N_("定价依据和决策程序")),
    ),
    DutyKind.SETTLOR: (Part("trust", N_("信托名称、受托人、信托财产数额")),),
    DutyKind.TRUST_REPORT: (
        Part("affairs", N_("信托事务处理情况")),
        Part("property", N_("信托财产状况")),
    ),
}
