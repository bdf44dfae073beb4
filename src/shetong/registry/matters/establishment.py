"""成立（设立）登记 of the three kinds of social organisation."""

from __future__ import annotations

from datetime import date
from functools import partial

from shetong.casework.rules.matters import (
    Applicant,
    Approval,
    Authority,
    Field,
    Limits,
    Material,
    Matter,
    Nature,
    Outcome,
    Section,
    Values,
)
from shetong.core.findings import Finding
from shetong.registry.elements import FR, PNR, SGR
from shetong.registry.matters import questions as ask
from shetong.registry.matters.steps import REVIEW, founding_authority
from shetong.registry.models.choices import OrganisationKind
from shetong.registry.services import case_checks, case_effects


def _sections(*extra: Field, funds: str, officers: tuple[Field, ...] = ()) -> tuple[Section, ...]:
    return (
        Section(
            "body",
            "组织基本情况",
            (
                ask.kept("name", hint="写全称。填好后会自动核对有没有相同或者相近的名称。"),
                Field(ask.PURPOSE, required=True),
                ask.kept("business_scope", hint="与章程一致，逐项写明。"),
                ask.kept("field", required=False),
            ),
        ),
        Section("seat", "住所", (ask.kept("division_code"), ask.kept("domicile", hint="写到门牌号。"))),
        Section("means", "资金和人员", (ask.kept("registered_funds", hint=funds), *extra)),
        Section(
            "supervision",
            "业务主管单位",
            (ask.kept("supervising_body", required=False), ask.kept("direct_registration", required=False)),
            intro="需要业务主管单位同意的填写单位名称；行业协会商会等直接登记的选择“直接登记”。",
        ),
        ask.FOUNDERS,
        Section(
            "representative",
            "法定代表人",
            (ask.kept("legal_representative", hint="与下一步拟任负责人中的姓名一致。"),),
        ),
        ask.officers(*officers),
        ask.CONTACT,
    )


def _effect(kind: OrganisationKind, approval: Approval) -> Outcome:
    return case_effects.establish(approval, kind)


def _checks(kind: OrganisationKind, values: Values, authority: Authority, on: date, _code: str) -> list[Finding]:
    return case_checks.establishment(values, authority, on, kind)


_PARAMETERS = {
    OrganisationKind.SOCIAL_GROUP: ("funds_social_group_*", "members_*"),
    OrganisationKind.SERVICE_INSTITUTION: ("funds_service_institution",),
    OrganisationKind.FOUNDATION: ("funds_foundation_*", "foundation_directors_*"),
}


def _matter(
    code: str,
    title: str,
    kind: OrganisationKind,
    basis: str,
    limit: str,
    conditions: tuple[str, ...],
    sections: tuple[Section, ...],
    materials: tuple[Material, ...],
    summary: str,
    keywords: tuple[str, ...],
) -> Matter:
    return Matter(
        code=code,
        title=title,
        nature=Nature.PERMIT,
        basis=(basis,),
        applicant=Applicant.FOUNDER,
        summary=summary,
        conditions=conditions,
        sections=sections,
        materials=materials,
        steps=REVIEW,
        limits=Limits(limit),
        delivers=(f"准予{kind.label}成立登记决定书", "法人登记证书"),
        authority=founding_authority,
        effect=partial(_effect, kind),
        checks=partial(_checks, kind),
        parameters=("name_window_*", "officer_age", "officer_bar_after_revocation", *_PARAMETERS[kind]),
        joint_opinion=True,
        publish=True,
        keywords=keywords,
    )


SOCIAL_GROUP = _matter(
    "SO-SG-EST",
    "社会团体成立登记",
    OrganisationKind.SOCIAL_GROUP,
    f"{SGR}第十条至第十三条",
    "decision_social_group",
    (
        "有50个以上的个人会员或者30个以上的单位会员；个人会员、单位会员混合组成的，会员总数不得少于50个",
        "有规范的名称和相应的组织机构，有固定的住所，有与其业务活动相适应的专职工作人员",
        "有合法的资产和经费来源；全国性社会团体有10万元以上活动资金，地方性社会团体和跨行政区域的社会团体有3万元以上活动资金",
        "有独立承担民事责任的能力",
    ),
    _sections(
        Field(ask.MEMBERS_INDIVIDUAL, required=True),
        Field(ask.MEMBERS_UNIT, required=True),
        Field(ask.STAFF, required=True),
        ask.kept("activity_area", required=False),
        funds="活动资金；地方性社会团体不低于3万元，全国性的不低于10万元。",
    ),
    (ask.APPLICATION, ask.CONSENT, ask.CAPITAL, ask.PREMISES, ask.IDENTITIES, ask.CHARTER),
    "发起人申请设立一家新的社会团体，例如协会、学会、商会、研究会、联合会。",
    keywords=("成立协会", "成立商会", "办社团"),
)
SERVICE_INSTITUTION = _matter(
    "SO-PN-EST",
    "民办非企业单位成立登记",
    OrganisationKind.SERVICE_INSTITUTION,
    f"{PNR}第八条至第十二条",
    "decision_service_institution",
    (
        "经业务主管单位审查同意",
        "有规范的名称、必要的组织机构",
        "有与其业务活动相适应的从业人员、合法财产和必要的场所",
    ),
    _sections(Field(ask.STAFF, required=True), funds="开办资金，与业务活动相适应。"),
    (ask.APPLICATION, ask.CONSENT, ask.PREMISES, ask.CAPITAL, ask.IDENTITIES, ask.CHARTER),
    "发起人申请设立一家新的民办非企业单位，例如民办学校、养老院、社工机构、服务中心等社会服务机构。",
    keywords=("办民非", "开养老院", "办学校"),
)
FOUNDATION = _matter(
    "SO-FD-EST",
    "基金会设立登记",
    OrganisationKind.FOUNDATION,
    f"{FR}第八条至第十一条",
    "decision_foundation",
    (
        "为特定的公益目的而设立",
        "全国性公募基金会的原始基金不低于800万元，地方性公募基金会的不低于400万元，非公募基金会的不低于200万元；原始基金必须为到账货币资金",
        "有规范的名称、章程、组织机构以及与其开展活动相适应的专职工作人员",
        "有固定的住所，能够独立承担民事责任",
    ),
    _sections(
        Field(ask.STAFF, required=True),
        funds="原始基金，到账货币资金。",
        officers=(Field(ask.SERVING, hint="理事长、副理事长和秘书长不得由现职国家工作人员兼任。"), Field(ask.PAID)),
    ),
    (ask.APPLICATION, ask.CHARTER, ask.CAPITAL, ask.PREMISES, ask.IDENTITIES, ask.CONSENT),
    "发起人申请设立一家新的基金会，例如公益基金会、慈善基金会。",
    keywords=("设立基金会", "成立基金会"),
)

MATTERS = (SOCIAL_GROUP, SERVICE_INSTITUTION, FOUNDATION)
