"""注销登记 of an organisation whose liquidation is done."""

from __future__ import annotations

from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.registry.elements import FR, PNR, SGR
from shetong.registry.matters import ending_questions as end
from shetong.registry.matters import questions as ask
from shetong.registry.matters import samples
from shetong.registry.matters.changes import APL_42
from shetong.registry.matters.steps import REVIEW, registering_authority
from shetong.registry.queries import case_facts
from shetong.registry.services import case_checks, case_effects

DEREGISTRATION = Matter(
    code="SO-CAN",
    title="社会组织注销登记",
    nature=Nature.PERMIT,
    basis=(f"{SGR}第十九条至第二十一条", f"{PNR}第十六条、第十七条", f"{FR}第十六条、第十八条", APL_42),
    applicant=Applicant.ORGANISATION,
    summary="完成清算的社会组织申请注销登记。",
    conditions=(
        "出现章程规定或者依法应当终止的情形",
        "在业务主管单位和有关机关指导下成立清算组织，完成清算；清算期间不得开展清算以外的活动",
        "慈善组织自终止情形出现之日起30日内成立清算组，并向社会公告（《中华人民共和国慈善法》第十八条）",
        "自清算结束之日起15日内申请",
    ),
    sections=(
        Section(
            "ending",
            "终止原因",
            (
                Field(end.CAUSE, required=True),
                Field(end.RESOLVED_ON, required=True),
                Field(end.REASON, required=True),
                Field(ask.CONSENTED_ON, required=True, when=(ask.SUPERVISED,)),
            ),
        ),
        Section("group", "清算组成立", (Field(end.LIQUIDATED_FROM, required=True),)),
        Section(
            "liquidators",
            "清算组成员",
            (
                Field(end.LIQUIDATOR, required=True),
                Field(end.LIQUIDATOR_ROLE, required=True),
                Field(end.LIQUIDATOR_EMPLOYER),
            ),
            least=1,
            most=30,
        ),
        Section(
            "creditors",
            "通知债权人和公告",
            (
                Field(end.NOTIFIED_ON, hint="没有已知债权人的不填。"),
                Field(end.ANNOUNCED_ON, required=True),
                Field(end.ANNOUNCED_IN, required=True),
            ),
        ),
        Section(
            "settlement",
            "清算结果",
            (
                Field(end.LIQUIDATED_TO, required=True),
                Field(end.DEBTS_SETTLED, hint="债权债务没有清理完毕的，不能申请注销登记。"),
                Field(end.REMAINING_AMOUNT, required=True),
                Field(end.REMAINING, required=True),
                Field(end.TAXED),
                Field(end.RETURNED),
            ),
        ),
        ask.CONTACT,
    ),
    materials=(
        ask.APPLICATION,
        ask.MINUTES,
        ask.SUPERVISORS_CONSENT,
        Material("liquidation", "清算报告书", "清算组全体成员签字。", sample=samples.LIQUIDATION),
        Material("announcement", "清算公告", "公告的报样或者网页截图。", sample=samples.ANNOUNCEMENT),
        Material("tax", "清税证明", "税务机关出具。", when=(When("taxed", (True,), "办理过税务登记的"),)),
    ),
    steps=REVIEW,
    limits=Limits("decision_change", "decision_change_extension"),
    delivers=("准予注销登记决定书", "注销登记证明"),
    authority=registering_authority,
    effect=case_effects.end,
    parameters=("application_deregistration", "liquidation_group"),
    checks=case_checks.ending,
    prefill=case_facts.of_organisation,
    facts=ask.FACTS,
    joint_opinion=True,
    publish=True,
    keywords=("注销", "解散", "终止", "关闭", "不办了"),
)

MATTERS = (DEREGISTRATION,)
