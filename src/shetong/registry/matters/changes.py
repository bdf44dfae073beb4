"""变更登记, 注销登记 and 章程核准 of registered organisations."""

from __future__ import annotations

from shetong.casework.rules.matters import Applicant, Field, Limits, Matter, Nature, Section, Values
from shetong.registry.elements import FR, PNR, SGR
from shetong.registry.matters import questions as ask
from shetong.registry.matters.steps import REVIEW, SHORT_REVIEW, registering_authority
from shetong.registry.services import case_checks, case_effects

APL_42 = "《中华人民共和国行政许可法》第四十二条"


def _known(code: str) -> Values:
    """Return the registered items as they stand, so that only what changes is typed."""
    organisation = case_effects.of(code)
    return {name: getattr(organisation, name) for name in case_effects.CHANGEABLE}


CHANGE = Matter(
    code="SO-CHG",
    title="社会组织变更登记",
    nature=Nature.PERMIT,
    basis=(f"{SGR}第十八条", f"{PNR}第十五条", f"{FR}第十五条", APL_42),
    applicant=Applicant.ORGANISATION,
    summary="变更名称、住所、法定代表人、注册资金、业务范围等登记事项。",
    conditions=("经内部议决", "有业务主管单位的，自业务主管单位审查同意之日起30日内申请"),
    sections=(
        Section(
            "items",
            "变更事项",
            (
                ask.kept("name"),
                ask.kept("legal_representative"),
                ask.kept("division_code"),
                ask.kept("domicile"),
                ask.kept("registered_funds"),
                ask.kept("business_scope"),
                ask.kept("activity_area", required=False),
                ask.kept("supervising_body", required=False),
            ),
            intro="已填入现登记的内容，只改需要变更的。",
        ),
        Section("reason", "变更理由", (Field(ask.CHANGE_REASON, required=True), Field(ask.CONSENTED_ON))),
        ask.CONTACT,
    ),
    materials=(ask.APPLICATION, ask.MINUTES, ask.CONSENT, ask.AUDIT),
    steps=REVIEW,
    limits=Limits("decision_change", "decision_change_extension"),
    delivers=("准予行政许可决定书", "换发的法人登记证书"),
    authority=registering_authority,
    effect=case_effects.amend,
    checks=case_checks.amendment,
    prefill=_known,
    joint_opinion=True,
    publish=True,
    keywords=("改名", "更名", "换法人", "搬家", "变更法定代表人", "变更住所", "变更名称"),
)
DEREGISTRATION = Matter(
    code="SO-CAN",
    title="社会组织注销登记",
    nature=Nature.PERMIT,
    basis=(f"{SGR}第十九条至第二十一条", f"{PNR}第十六条、第十七条", f"{FR}第十六条、第十八条", APL_42),
    applicant=Applicant.ORGANISATION,
    summary="完成清算的社会组织申请注销登记。",
    conditions=(
        "出现章程规定或者依法应当终止的情形",
        "在业务主管单位和有关机关指导下成立清算组织，完成清算",
        "自清算结束之日起15日内申请",
    ),
    sections=(
        Section(
            "liquidation",
            "清算情况",
            (
                Field(ask.ENDING_REASON, required=True),
                Field(ask.LIQUIDATED_FROM, required=True),
                Field(ask.LIQUIDATED_TO, required=True),
                Field(ask.REMAINING, required=True),
            ),
        ),
        ask.CONTACT,
    ),
    materials=(ask.APPLICATION, ask.LIQUIDATION, ask.MINUTES, ask.CONSENT),
    steps=REVIEW,
    limits=Limits("decision_change", "decision_change_extension"),
    delivers=("准予行政许可决定书",),
    authority=registering_authority,
    effect=case_effects.end,
    checks=case_checks.ending,
    joint_opinion=True,
    publish=True,
    keywords=("注销", "解散", "终止", "关闭"),
)
CHARTER = Matter(
    code="SO-CHARTER",
    title="社会组织章程核准",
    nature=Nature.PERMIT,
    basis=(f"{SGR}第十八条", f"{PNR}第十五条", f"{FR}第十五条"),
    applicant=Applicant.ORGANISATION,
    summary="修改章程后报登记管理机关核准。",
    conditions=("经会员大会或者理事会表决通过", "有业务主管单位的，自业务主管单位审查同意之日起30日内报请核准"),
    sections=(
        Section("charter", "章程修改", (Field(ask.CHARTER_CHANGES, required=True), Field(ask.CONSENTED_ON))),
        ask.CONTACT,
    ),
    materials=(ask.CHARTER, ask.MINUTES, ask.CONSENT),
    steps=SHORT_REVIEW,
    limits=Limits("decision_change", "decision_change_extension"),
    delivers=("准予行政许可决定书",),
    authority=registering_authority,
    effect=case_effects.approve_charter,
    keywords=("章程", "修改章程"),
)

MATTERS = (CHANGE, DEREGISTRATION, CHARTER)
