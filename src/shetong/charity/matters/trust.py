"""慈善信托备案: by a charity or a trust company as trustee, with the civil affairs of its place."""

from __future__ import annotations

from typing import Any

from shetong.accounts.rules import Permission
from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import (
    Applicant,
    Authority,
    Field,
    Limits,
    Material,
    Matter,
    Nature,
    Section,
    Step,
    Values,
)
from shetong.casework.rules.samples import EVERY_TOPIC, Sample
from shetong.charity.matters.questions import ask, yes
from shetong.charity.rules.trusts import CL_45, CL_46
from shetong.charity.services import trusts
from shetong.core.metadata import Code, CodeList, ElementType, Sharing
from shetong.registry.matters.questions import CONTACT, kept
from shetong.registry.matters.steps import founding_authority, registering_authority
from shetong.registry.queries.organisation import find

KINDS = CodeList(
    "ST.CL.TRUSTFILING",
    "慈善信托备案种类",
    "Kind of trust filing",
    "《慈善法》第四十五条、第四十八条",
    (
        Code("new", "设立备案", "New trust"),
        Code("trustee", "变更受托人", "Change of trustee"),
        Code("change", "其他变更", "Other change"),
        Code("end", "终止", "End"),
    ),
)
NEW = When("trust_filing_kind", ("new",), "设立备案的")
LATER = When("trust_filing_kind", ("trustee", "change", "end"), "变更、终止的")
TRUSTEE = When("trust_filing_kind", ("trustee",), "变更受托人的")
COMPANY = When("registered", (False,), "受托人是信托公司的")
REGISTERED = yes(101, "registered", "登记在册的社会组织", "Registered", "受托人是登记簿中的社会组织")


def _prefill(code: str) -> dict[str, Any]:
    return {"registered": find(code) is not None}


def _authority(values: Values, code: str) -> Authority:
    return registering_authority(values, code) if find(code) else founding_authority(values, code)


APPLICATION = Sample("{matter}申请书", topics=(EVERY_TOPIC,), signed=("受托人（盖章）", "日期"))

TRUST = Matter(
    code="CH-TRUST",
    title="慈善信托备案",
    nature=Nature.FILING,
    basis=(CL_45, CL_46, "《慈善信托管理办法》"),
    applicant=Applicant.ORGANISATION,
    summary="慈善组织或者信托公司担任受托人的，自签订慈善信托文件之日起七日内，向所在地县级以上民政部门备案。",
    conditions=(
        "以慈善目的设立，财产及收益全部用于慈善活动",
        "信托文件采取书面形式，受托人是慈善组织或者信托公司",
        "自签订文件（变更受托人）之日起七日内备案；未按规定备案的，不享受税收优惠",
        "不得指定或者变相指定委托人的利害关系人作为受益人",
    ),
    sections=(
        Section(
            "filing",
            "备案种类",
            (
                Field(
                    ask(102, "trust_filing_kind", "办理", "Kind", "备案的种类", ElementType.CODE, codes=KINDS),
                    required=True,
                ),
            ),
        ),
        Section(
            "earlier",
            "已经备案的信托",
            (
                Field(
                    ask(103, "trust_number", "备案编号", "Filing number", "慈善信托的备案编号", length=24),
                    required=True,
                ),
                Field(
                    ask(104, "changed_on", "变更（终止）日期", "Changed on", "变更或者终止的日期", ElementType.DATE),
                    required=True,
                ),
                Field(ask(105, "trust_reason", "事由", "Reason", "变更或者终止的事由", length=500), required=True),
            ),
            when=(LATER,),
        ),
        Section(
            "trust",
            "信托",
            (
                Field(ask(106, "trust_name", "信托名称", "Name", "慈善信托的名称", length=100), required=True),
                Field(
                    ask(107, "signed_on", "文件签订日期", "Signed on", "慈善信托文件签订的日期", ElementType.DATE),
                    required=True,
                ),
                Field(ask(108, "trust_ends_on", "信托期限止", "Ends on", "没有固定期限的不填", ElementType.DATE)),
                Field(ask(109, "trust_purpose", "信托目的", "Purpose", "慈善目的", length=500), required=True),
                Field(
                    ask(110, "trust_amount", "财产总规模", "Property", "交付的信托财产", ElementType.MONEY),
                    required=True,
                ),
                Field(
                    ask(
                        111,
                        "trust_property",
                        "财产种类和状况",
                        "Kinds of property",
                        "货币、股权、不动产等及其状况",
                        length=500,
                    ),
                    required=True,
                ),
                Field(
                    yes(112, "charitable_only", "财产及收益全部用于慈善活动", "Charitable only", "信托文件有此约定"),
                    required=True,
                ),
            ),
        ),
        Section(
            "parties",
            "当事人",
            (
                Field(
                    ask(113, "settlor_name", "委托人", "Settlor", "委托人的姓名或者名称", length=100),
                    required=True,
                    personal=True,
                ),
                Field(
                    ask(
                        114,
                        "settlor_code",
                        "委托人证件号码或者信用代码",
                        "Settlor's number",
                        "证件号码或者信用代码",
                        length=18,
                        sharing=Sharing.CLOSED,
                    ),
                    required=True,
                    personal=True,
                ),
                Field(
                    yes(115, "settlor_public", "委托人同意公开名称", "Settlor public", "不同意的，公开时不显示"),
                    required=True,
                ),
                Field(
                    yes(
                        116,
                        "settlor_is_trustee",
                        "委托人同时担任受托人",
                        "Settlor is trustee",
                        "委托人与受托人为同一人",
                    ),
                    required=True,
                ),
                Field(ask(117, "trust_supervisor", "监察人", "Supervisor", "需要时确定，没有的不填", length=100)),
                Field(ask(118, "trust_executor", "项目执行人", "Executor", "没有的不填", length=100)),
            ),
            when=(NEW,),
        ),
        Section(
            "beneficiaries",
            "受益人",
            (
                Field(
                    ask(
                        119,
                        "beneficiary_scope",
                        "受益人范围及选定的程序和方法",
                        "Beneficiaries",
                        "受益人范围及选定方法",
                        length=500,
                    ),
                    required=True,
                ),
                Field(
                    yes(
                        120,
                        "interested_beneficiary",
                        "受益人是委托人的利害关系人",
                        "Interested",
                        "指定或者变相指定利害关系人",
                    ),
                    required=True,
                ),
            ),
            when=(NEW,),
        ),
        Section(
            "seat",
            "受托人住所",
            (
                kept("division_code"),
                Field(ask(121, "trustee_name", "受托人名称", "Trustee", "信托公司的名称", length=100), required=True),
            ),
            when=(COMPANY,),
        ),
        CONTACT,
    ),
    materials=(
        Material("form", "慈善信托备案申请书", "受托人加盖公章。", sample=APPLICATION),
        Material(
            "document",
            "慈善信托文件",
            "载明《慈善信托管理办法》规定的事项，委托人、受托人签字盖章。",
            provision=CL_45,
            when=(NEW,),
        ),
        Material("settlor", "委托人身份证明和财产合法性声明", when=(NEW,)),
        Material("account", "信托专用资金账户证明、商业银行资金保管协议", when=(NEW,)),
        Material("transfer", "信托财产交付的证明材料", when=(NEW,)),
        Material("change", "变更（终止）的证明材料", when=(LATER,)),
        Material("acceptance", "新受托人承诺书、原受托人处理信托事务的报告", when=(TRUSTEE,)),
    ),
    steps=(Step("filing", "备案", Permission.CASE_DECIDE, days=5),),
    limits=Limits("record_notice"),
    delivers=("备案通知书", "备案编号"),
    handled_by="慈善组织为登记它的民政部门，信托公司为其住所地县级以上民政部门，全程网上办理",
    authority=_authority,
    effect=trusts.filed,
    parameters=("trust_filing",),
    checks=trusts.check,
    prefill=_prefill,
    title_of=lambda values: str(values.get("trust_name") or values.get("trust_number") or ""),
    facts=(REGISTERED,),
    keywords=("慈善信托", "信托备案", "受托人"),
)

MATTERS = (TRUST,)
