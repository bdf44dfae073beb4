"""公开募捐方案变更、补充: only what changes is asked; a further version under the same filing number."""

from __future__ import annotations

from dataclasses import replace

from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.charity.matters import plan
from shetong.charity.matters.questions import ask, yes
from shetong.charity.rules.plan_changes import R74_12, R74_20
from shetong.charity.rules.plans import CL_26
from shetong.charity.services import plan_changes
from shetong.core.metadata import Code, CodeList, ElementType
from shetong.registry.matters.questions import CONTACT
from shetong.registry.matters.steps import registering_authority

KINDS = CodeList(
    "ST.CL.PLANCHANGE",
    "变更种类",
    "Kind of change",
    "社通自定",
    (Code("change", "变更", "Change"), Code("supplement", "补充", "Supplement")),
)
_PARTS = (
    yes(84, "changes_period", "募捐期限", "Period", "活动的起始、结束时间；提前结束的也选这一项"),
    yes(85, "changes_methods", "募捐方式、平台和地域", "Methods", "方式、平台、异地募捐地域"),
    yes(86, "changes_partner", "合作方", "Partner", "增加或者更换合作方"),
    yes(87, "changes_use", "款物用途、受益人和剩余财产处理", "Use", "改变募得款物的用途"),
    yes(88, "changes_target", "预期募集数额", "Target", "预期募集数额"),
    yes(89, "changes_costs", "支出与成本", "Costs", "资助、执行、管理费用和募捐成本"),
    yes(90, "changes_account", "银行账户", "Account", "收款账户"),
    yes(91, "changes_contact", "负责人与办公地址", "Contact", "活动负责人、办公地址"),
)
CHANGES = {
    "changes_period": When("changes_period", (True,), "变更募捐期限的"),
    "changes_methods": When("changes_methods", (True,), "变更募捐方式、平台和地域的"),
    "changes_partner": When("changes_partner", (True,), "变更合作方的"),
    "changes_use": When("changes_use", (True,), "变更款物用途的"),
    "changes_target": When("changes_target", (True,), "变更预期募集数额的"),
    "changes_costs": When("changes_costs", (True,), "变更支出与成本的"),
    "changes_account": When("changes_account", (True,), "变更银行账户的"),
    "changes_contact": When("changes_contact", (True,), "变更负责人的"),
}


def _fields(section: Section, *names: str) -> tuple[Field, ...]:
    return tuple(one for one in section.fields if not names or one.name in names)


def _part(section: Section, part: str, *names: str) -> Section:
    """Return a topic of the plan's form as asked where that part changes."""
    when = (*section.when, CHANGES[part]) if section.name in ("platforms", "area") else (CHANGES[part],)
    return replace(section, fields=_fields(section, *names), when=when, intro="")


CHANGE = Matter(
    code="CH-PLAN-CHANGE",
    title="公开募捐方案变更备案",
    nature=Nature.FILING,
    basis=(R74_12, R74_20),
    applicant=Applicant.ORGANISATION,
    summary="已经备案的公开募捐方案有变更或者补充的，自变更之日起十日内办理，说明理由；备案编号不变。",
    conditions=(
        "方案已经备案，尚未终止或者结项",
        "自变更之日起十日内提出，并说明理由",
        "改变募得款物用途的，经理事会（会议）决定，备案后向社会公开",
    ),
    sections=(
        Section(
            "which",
            "要变更的方案",
            (
                Field(
                    ask(81, "plan_number", "备案编号", "Filing number", "公开募捐方案的备案编号", length=24),
                    required=True,
                    hint="只有一个正在进行的方案时已经填好。",
                ),
                Field(
                    ask(82, "change_kind", "办理", "Kind", "变更还是补充", ElementType.CODE, codes=KINDS),
                    required=True,
                ),
                Field(
                    ask(83, "happened_on", "变更发生的日期", "Since", "变更发生的日期", ElementType.DATE), required=True
                ),
                Field(ask(92, "change_reason", "事由", "Reason", "为什么变更或者补充", length=500), required=True),
            ),
        ),
        Section(
            "what",
            "变更的内容",
            tuple(Field(one) for one in _PARTS),
            intro="只选需要变更或者补充的内容，其余保持不变。",
        ),
        _part(plan.ACTIVITY, "changes_period", "start_date", "end_date"),
        replace(_part(plan.METHODS, "changes_methods", "by_internet", "by_site", "by_media", "offsite_fundraising")),
        _part(plan.PLATFORMS, "changes_methods"),
        _part(plan.AREA, "changes_methods"),
        replace(plan.PARTNER, when=(CHANGES["changes_partner"],)),
        Section(
            "use",
            "款物用途、受益人和剩余财产处理",
            (
                *_fields(plan.ACTIVITY, "purpose_use"),
                *_fields(plan.BENEFICIARIES, "recipient_scope"),
                *_fields(plan.COSTS, "remain_assets_desc"),
            ),
            when=(CHANGES["changes_use"],),
        ),
        Section("target", "预期募集数额", _fields(plan.ACTIVITY, "fundras_target"), when=(CHANGES["changes_target"],)),
        Section(
            "costs",
            "支出与成本",
            tuple(one for one in plan.COSTS.fields if one.name != "remain_assets_desc"),
            when=(CHANGES["changes_costs"],),
        ),
        _part(plan.ACCOUNT, "changes_account"),
        replace(
            plan.RESPONSIBLE,
            name="in_charge",
            fields=_fields(plan.RESPONSIBLE, "responsible_name", "office_address"),
            when=(CHANGES["changes_contact"],),
        ),
        CONTACT,
    ),
    materials=(
        Material("signed-form", "变更备案表签章页", "法定代表人签字、加盖公章。", sample=plan.SIGNED_FORM),
        Material(
            "minutes", "内部决策文件", "理事会决议或者会议纪要。", provision=R74_20, when=(CHANGES["changes_use"],)
        ),
        Material("partner-evaluation", "合作方评估报告", provision=CL_26, when=(CHANGES["changes_partner"],)),
        Material("partner-agreement", "合作协议", provision=CL_26, when=(CHANGES["changes_partner"],)),
    ),
    steps=plan.PLAN.steps,
    limits=Limits("fundraising_filing_response"),
    delivers=("备案通知书",),
    authority=registering_authority,
    effect=plan_changes.changed,
    parameters=("fundraising_*", "ratio_fundraising_cost"),
    checks=plan_changes.check,
    prefill=plan_changes.prefill,
    title_of=lambda values: str(values.get("plan_number") or ""),
    keywords=("募捐方案变更", "补充方案", "延长募捐", "更换账户", "改变用途", "提前结束募捐"),
)

MATTERS = (CHANGE,)
