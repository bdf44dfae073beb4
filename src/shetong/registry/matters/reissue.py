"""登记证书补发、换发: a lost or damaged certificate is replaced; verifiers are told that the old one is."""

from __future__ import annotations

from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.core.metadata import Code, CodeList, ElementType
from shetong.registry.matters import questions as ask
from shetong.registry.matters import samples
from shetong.registry.matters.steps import SHORT_REVIEW, registering_authority
from shetong.registry.queries import case_facts
from shetong.registry.services import case_checks, case_effects

REASONS = CodeList(
    "ST.CL.REISSUE",
    "补发、换发原因",
    "Why a certificate is issued anew",
    "社通自定",
    (Code("lost", "遗失", "Lost"), Code("damaged", "损毁", "Damaged"), Code("illegible", "字迹不清", "Illegible")),
)
REASON = ask.question(
    421, "reissue_reason", "补发、换发原因", "Reason", "原证书怎么了", ElementType.CODE, codes=REASONS
)
LOST_ON = ask.question(422, "lost_on", "遗失日期", "Lost on", "发现证书遗失的日期", ElementType.DATE)
DECLARED_IN = ask.question(423, "declared_in", "遗失声明载体", "Declared in", "发布遗失声明的报刊或者网站", length=200)
DECLARED_ON = ask.question(424, "declared_on", "遗失声明日期", "Declared on", "发布遗失声明的日期", ElementType.DATE)
LOST = (When("reissue_reason", ("lost",), "证书遗失的"),)

REISSUE = Matter(
    code="SO-REISSUE",
    title="社会组织登记证书补（换）发",
    nature=Nature.SERVICE,
    basis=(),
    applicant=Applicant.ORGANISATION,
    summary="登记证书遗失、损毁或者字迹不清的，申请补发、换发。",
    conditions=("登记状态正常", "证书遗失的，已经公开声明作废"),
    sections=(
        Section("reason", "补发、换发原因", (Field(REASON, required=True),)),
        Section(
            "loss",
            "遗失声明",
            (
                Field(LOST_ON, required=True),
                Field(DECLARED_IN, required=True),
                Field(DECLARED_ON, required=True),
            ),
            when=LOST,
        ),
        ask.CONTACT,
    ),
    materials=(
        ask.APPLICATION,
        Material("declaration", "遗失声明", "公开声明作废的报样或者网页截图。", when=LOST, sample=samples.LOSS),
        Material(
            "certificate",
            "原登记证书",
            "损毁或者字迹不清的证书照片。",
            when=(When("reissue_reason", ("damaged", "illegible"), "损毁或者字迹不清的"),),
        ),
    ),
    steps=SHORT_REVIEW,
    limits=Limits("certificate_reissue"),
    delivers=("办理结果通知书", "法人登记证书"),
    authority=registering_authority,
    effect=case_effects.reissue,
    checks=case_checks.reissue,
    prefill=case_facts.of_organisation,
    facts=ask.FACTS,
    keywords=("补证", "换证", "证书丢了", "证书遗失", "补发证书"),
)

MATTERS = (REISSUE,)
