"""Setting up a branch or representative body: decided by the organisation itself, told to its registrar (备案)."""

from __future__ import annotations

from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.core.metadata import ElementType
from shetong.registry.elements import FR, SGR
from shetong.registry.matters import questions as ask
from shetong.registry.matters import samples
from shetong.registry.matters.steps import SHORT_REVIEW, registering_authority
from shetong.registry.queries import case_facts
from shetong.registry.services import case_checks, case_effects

RESOLVED_ON = ask.question(
    411, "resolved_on", "议决设立的日期", "Resolved on", "理事会等内部议决设立的日期", ElementType.DATE
)

BRANCH = Matter(
    code="SO-BRANCH",
    title="分支（代表）机构设立备案",
    nature=Nature.FILING,
    basis=(f"{SGR}第十七条", f"{FR}第十二条"),
    applicant=Applicant.ORGANISATION,
    summary="社会团体、基金会内部议决设立分支机构、代表机构后，向登记管理机关备案。",
    conditions=(
        "按照章程由内部议决设立，是组织的组成部分，不具有法人资格",
        "社会团体不得设立地域性的分支机构，分支机构不得再设立分支机构",
        "民办非企业单位不得设立分支机构（《民办非企业单位登记管理暂行条例》第十三条）",
    ),
    sections=(
        Section(
            "branch",
            "分支（代表）机构",
            (
                ask.kept("name", hint="冠以本组织全称，例如：某某协会青年专业委员会。"),
                ask.kept("legal_representative", hint="分支（代表）机构负责人姓名。"),
                ask.kept("business_scope", hint="不超出本组织的业务范围。"),
            ),
        ),
        Section("seat", "住所", (ask.kept("division_code"), ask.kept("domicile"))),
        Section("resolution", "议决", (Field(RESOLVED_ON, required=True),)),
        ask.CONTACT,
    ),
    materials=(Material("application", "备案表", "由法定代表人签字的扫描件。", sample=samples.FILING), ask.MINUTES),
    steps=SHORT_REVIEW,
    limits=Limits("record_notice"),
    delivers=("备案通知书",),
    authority=registering_authority,
    effect=case_effects.set_up_branch,
    parameters=("name_window_*",),
    checks=case_checks.branch,
    prefill=case_facts.of_branch,
    facts=ask.FACTS,
    keywords=("设立分会", "专业委员会", "分支机构", "代表处", "办事处", "专项基金"),
)

MATTERS = (BRANCH,)
