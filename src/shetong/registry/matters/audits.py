"""法定代表人离任审计: filed before the change of the representative, which then asks for no report again."""

from __future__ import annotations

from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.registry.elements import FR, PNR, SGR
from shetong.registry.matters import change_questions as change
from shetong.registry.matters import questions as ask
from shetong.registry.matters.steps import SHORT_REVIEW, registering_authority
from shetong.registry.queries import case_facts
from shetong.registry.services import case_checks, case_effects

AUDIT = Matter(
    code="SO-AUDIT",
    title="法定代表人离任审计备案",
    nature=Nature.FILING,
    basis=(f"{SGR}第二十七条", f"{PNR}第二十二条", f"{FR}第三十七条"),
    applicant=Applicant.ORGANISATION,
    summary="换届或者更换法定代表人之前，把离任审计报告报登记管理机关备案。",
    conditions=("换届或者更换法定代表人之前进行财务审计", "由会计师事务所出具审计报告"),
    sections=(
        Section(
            "audit",
            "离任审计",
            (
                Field(change.LEAVING, required=True),
                Field(change.AUDITED_FROM, required=True),
                Field(change.AUDITED_TO, required=True),
                Field(change.AUDITOR, required=True),
                Field(change.REPORT_NUMBER, required=True),
                Field(change.OPINION, required=True),
            ),
            intro="已填入现登记的法定代表人。",
        ),
        ask.CONTACT,
    ),
    materials=(Material("audit", "法定代表人离任审计报告", "会计师事务所盖章、注册会计师签字的报告。"),),
    steps=SHORT_REVIEW,
    limits=Limits("record_notice"),
    delivers=("备案通知书",),
    authority=registering_authority,
    effect=case_effects.file_audit,
    checks=case_checks.audit,
    prefill=case_facts.of_audit,
    facts=ask.FACTS,
    keywords=("离任审计", "换届审计", "法定代表人审计"),
)

MATTERS = (AUDIT,)
