"""章程核准: a changed charter takes effect with the approval of the registrar."""

from __future__ import annotations

from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.core.metadata import ElementType
from shetong.registry.elements import FR, PNR, SGR
from shetong.registry.matters import questions as ask
from shetong.registry.matters import samples
from shetong.registry.matters.steps import SHORT_REVIEW, registering_authority
from shetong.registry.queries import case_facts
from shetong.registry.services import case_checks, case_effects

ADOPTED_ON = ask.question(
    401,
    "adopted_on",
    "表决通过日期",
    "Adopted on",
    "会员大会、会员代表大会或者理事会表决通过的日期",
    ElementType.DATE,
)
CHANGES = ask.question(
    16, "charter_changes", "章程修改说明", "What changes", "修改的条款、修改前后的内容和理由", length=4_000
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
        Section(
            "charter",
            "章程修改",
            (
                Field(ADOPTED_ON, required=True),
                Field(CHANGES, required=True),
                Field(ask.CONSENTED_ON, required=True, when=(ask.SUPERVISED,)),
            ),
        ),
        ask.CONTACT,
    ),
    materials=(
        Material("charter", "修改后的章程", "全文，由法定代表人签字。", sample=samples.CHARTER),
        ask.MINUTES,
        ask.SUPERVISORS_CONSENT,
    ),
    steps=SHORT_REVIEW,
    limits=Limits("decision_change", "decision_change_extension"),
    delivers=("章程核准决定书",),
    authority=registering_authority,
    effect=case_effects.approve_charter,
    parameters=("application_change",),
    checks=case_checks.charter,
    prefill=case_facts.of_organisation,
    facts=ask.FACTS,
    keywords=("章程", "修改章程"),
)

MATTERS = (CHARTER,)
