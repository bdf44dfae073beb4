"""公开募捐方案备案: every field of the ministry's form, with the rules of the law checked as it is filled in."""

from __future__ import annotations

from shetong.accounts.rules import Permission
from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import (
    Applicant,
    Field,
    Limits,
    Material,
    Matter,
    Nature,
    Section,
    Step,
)
from shetong.casework.rules.samples import EVERY_TOPIC, Sample
from shetong.charity.matters.questions import ask, yes
from shetong.charity.rules.plans import CL_24, CL_26
from shetong.charity.services import plans
from shetong.core.metadata import Code, CodeList, ElementType, Sharing
from shetong.registry.matters.steps import registering_authority

PARTNERS = CodeList(
    "ST.CL.PARTNER",
    "合作方类型",
    "Kind of partner",
    "公开募捐方案备案表",
    (Code("1", "不具有公开募捐资格的组织", "Organisation without qualification"), Code("2", "个人", "Person")),
)

JOINT = When("has_partner", (True,), "合作公开募捐的")
PERSON = When("partner_type", ("2",), "合作方是个人的")
INTERNET = When("by_internet", (True,), "通过互联网募捐的")
OFFSITE = When("offsite_fundraising", (True,), "开展线下异地募捐的")

ACTIVITY = Section(
    "activity",
    "募捐活动",
    (
        Field(ask(1, "plan_name", "活动名称", "Name", "公开募捐活动的名称", length=100), required=True),
        Field(ask(2, "start_date", "起始时间", "First day", "募捐开始的日期", ElementType.DATE), required=True),
        Field(ask(3, "end_date", "结束时间", "Last day", "募捐结束的日期", ElementType.DATE), required=True),
        Field(
            yes(4, "emergency", "应急募捐", "Emergency", "因突发事件需要及时开展、事后补办备案"),
            required=True,
            hint="为应对重大突发事件先行开展的选“是”，应当在开始后的期限内补办。",
        ),
        Field(ask(5, "purpose_of_donation", "募捐目的", "Purpose", "为什么募捐", length=500), required=True),
        Field(ask(6, "purpose_use", "募得款物用途", "Use", "募得款物怎样使用", length=1000), required=True),
        Field(ask(7, "support_project", "支持的慈善项目", "Project", "募得款物支持的项目", length=100), required=True),
        Field(
            ask(8, "fundras_target", "预期募集款物数额", "Target", "每年预期募集的数额", ElementType.MONEY),
            required=True,
        ),
    ),
)
METHODS = Section(
    "methods",
    "募捐方式",
    (
        Field(yes(9, "by_internet", "互联网募捐", "Internet", "在指定平台发布募捐信息"), required=True),
        Field(yes(11, "by_site", "现场募捐", "On site", "设置募捐箱、义演、义卖、义拍、晚会等"), required=True),
        Field(yes(12, "by_media", "媒体募捐", "Media", "通过广播、电视、报刊发布"), required=True),
        Field(yes(13, "offsite_fundraising", "线下异地募捐", "Away from home", "在登记地以外现场募捐"), required=True),
        Field(yes(28, "has_partner", "合作公开募捐", "Joint", "与没有资格的组织或者个人合作"), required=True),
    ),
)
PLATFORMS = Section(
    "platforms",
    "募捐平台",
    (
        Field(
            ask(10, "platforms", "募捐平台", "Platforms", "指定平台的名称", length=300),
            required=True,
            hint="多个平台用顿号分开。",
        ),
    ),
    when=(INTERNET,),
)
AREA = Section(
    "area",
    "异地募捐",
    (Field(ask(14, "offsite_area", "异地募捐地域", "Where", "异地募捐的地域", length=200), required=True),),
    when=(OFFSITE,),
)
BENEFICIARIES = Section(
    "beneficiaries",
    "受益人",
    (
        Field(ask(15, "recipient_scope", "受益人范围", "Scope", "哪些人受益", length=200), required=True),
        Field(ask(16, "recipient_num", "受益人预期数量", "Number", "预期有多少人受益", length=50), required=True),
        Field(
            ask(17, "recipient_confirm_method", "受益人确认方式", "Confirmation", "怎样确定受益人", length=200),
            required=True,
        ),
    ),
)
COSTS = Section(
    "costs",
    "支出与成本",
    (
        Field(
            ask(18, "recipient_funding_desc", "资助给受益人的款物", "Aid", "直接或者委托他人资助的款物", length=500),
            required=True,
        ),
        Field(
            ask(19, "implement_desc", "项目执行费用", "Carrying out", "慈善服务和项目的人员报酬及费用", length=500),
            required=True,
        ),
        Field(ask(20, "manage_cost_desc", "管理费用", "Management", "管理费用的列支", length=500), required=True),
        Field(ask(21, "fundraising_cost", "募捐成本", "Costs", "募捐成本的构成", length=800), required=True),
        Field(
            ask(22, "fundraising_cost_amount", "募捐成本金额", "Cost", "预计募捐成本", ElementType.MONEY),
            required=True,
        ),
        Field(
            ask(23, "average_income", "前三年平均捐赠收入", "Average", "前三年捐赠收入的平均数", ElementType.MONEY),
            required=True,
        ),
        Field(
            ask(24, "remain_assets_desc", "剩余财产处理", "Surplus", "结束后剩余财产怎样处理", length=800),
            required=True,
        ),
    ),
)
ACCOUNT = Section(
    "account",
    "银行账户",
    (
        Field(ask(25, "account_holder", "户名", "Account holder", "收款账户的户名", length=200), required=True),
        Field(ask(26, "account_bank", "开户行", "Bank", "收款账户的开户行", length=200), required=True),
        Field(
            ask(27, "account_number", "账号", "Account number", "收款账户的账号", length=40, sharing=Sharing.CLOSED),
            required=True,
            personal=True,
        ),
    ),
)
PARTNER = Section(
    "partner",
    "合作方",
    (
        Field(
            ask(29, "partner_type", "合作方类型", "Partner is", "组织还是个人", ElementType.CODE, codes=PARTNERS),
            required=True,
        ),
        Field(
            ask(30, "partner_name", "合作方名称（姓名）", "Partner", "合作方的名称或者姓名", length=20),
            required=True,
            personal=True,
        ),
        Field(
            ask(31, "partner_code", "合作方代码", "Code", "信用代码或者证件号码", length=18, sharing=Sharing.CLOSED),
            required=True,
            personal=True,
        ),
    ),
    intro="合作方不得以自己的名义公开募捐，募得款物全部进入本组织账户。",
    when=(JOINT,),
)
RESPONSIBLE = Section(
    "responsible",
    "负责人与联系方式",
    (
        Field(
            ask(32, "responsible_name", "活动负责人", "In charge", "活动负责人的姓名", length=50),
            required=True,
            personal=True,
        ),
        Field(ask(33, "office_address", "办公地址", "Address", "活动负责人的办公地址", length=200), required=True),
        Field(
            ask(34, "contact_phone", "联系电话", "Phone", "联系电话", length=20, sharing=Sharing.CLOSED),
            required=True,
            personal=True,
        ),
        Field(ask(35, "remarks", "其他需要说明的事项", "Remarks", "其他需要说明的事项", length=500)),
    ),
)


# What is signed: the plan's own topics, with places for signature and seal.
SIGNED_FORM = Sample("{matter}表", topics=(EVERY_TOPIC,), signed=("法定代表人签字", "单位（盖章）", "日期"))
UNDERTAKING = Sample(
    "承诺书",
    (
        "{登记管理机关名称|示范市民政局}：",
        "{组织名称|示范市邻里互助基金会}就“{活动名称|示范助学募捐}”公开募捐活动承诺：所填内容和提交的材料真实；"
        "募得款物全部进入本组织账户，按照方案使用；依法公开募捐和使用情况，接受监督。",
    ),
    signed=("法定代表人签字", "单位（盖章）", "日期"),
)

PLAN = Matter(
    code="CH-PLAN",
    title="公开募捐方案备案",
    nature=Nature.FILING,
    basis=(CL_24, "《慈善组织公开募捐管理办法》（民政部令第74号）"),
    applicant=Applicant.ORGANISATION,
    summary="有公开募捐资格的慈善组织在每次公开募捐活动开始前备案，取得备案编号。",
    conditions=(
        "有公开募捐资格",
        "每次活动分别备案",
        "在活动开始前的法定天数提交；应急募捐可以事后补办",
        "内容不齐的，自告知之日起五日内补正或者撤回",
    ),
    sections=(ACTIVITY, METHODS, PLATFORMS, AREA, PARTNER, BENEFICIARIES, COSTS, ACCOUNT, RESPONSIBLE),
    materials=(
        Material("signed-form", "备案表签章页", "法定代表人签字、加盖公章。", sample=SIGNED_FORM),
        Material("undertaking", "承诺书", sample=UNDERTAKING),
        Material("minutes", "内部决策文件", "理事会决议或者会议纪要。"),
        Material("consent", "业务主管单位或者其他部门的同意文件", required=False),
        Material("partner-evaluation", "合作方评估报告", provision=CL_26, when=(JOINT,)),
        Material("partner-agreement", "合作协议", provision=CL_26, when=(JOINT,)),
        Material("partner-identity", "合作方身份证件复印件", when=(JOINT, PERSON)),
        Material("partner-record", "合作方无犯罪记录证明", when=(JOINT, PERSON)),
        Material("partner-credit", "合作方个人信用报告", when=(JOINT, PERSON)),
    ),
    steps=(Step("filing", "备案", Permission.CASE_DECIDE, days=5),),
    limits=Limits("fundraising_filing_response"),
    delivers=("备案编号",),
    authority=registering_authority,
    effect=plans.filed,
    parameters=("fundraising_*", "ratio_fundraising_cost"),
    checks=plans.check,
    title_of=lambda values: str(values.get("plan_name") or ""),
    keywords=("募捐", "筹款", "备案", "慈善活动", "公募"),
)

MATTERS = (PLAN,)
