"""公开募捐资格: conditions computed from the register by the law of the day; a permit, published as one."""

from __future__ import annotations

from shetong.casework.rules.eligibility import Check, Choice
from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.charity.matters.questions import ask, yes
from shetong.charity.matters.recognition import APPLICATION, FIGURES, REVIEW, STANDING
from shetong.charity.rules.qualification import CL_22, R74
from shetong.charity.services import qualification
from shetong.core.metadata import ElementType
from shetong.registry.matters.questions import CONTACT, FACTS, SUPERVISED
from shetong.registry.matters.steps import registering_authority
from shetong.registry.queries import case_facts

FUNDRAISING = Matter(
    code="CH-FUND",
    title="慈善组织公开募捐资格",
    nature=Nature.PERMIT,
    basis=(CL_22, R74),
    applicant=Applicant.ORGANISATION,
    summary="依法登记或者认定满规定年限的慈善组织，内部治理健全、运作规范的，申请公开募捐资格。",
    conditions=(
        "登记或者认定为慈善组织满一年（系统按登记簿计算）",
        "理事会能够有效决策，来自同一组织和相互关联组织的理事、非内地居民理事均不超过三分之一，理事之间没有近亲属关系",
        "理事长和秘书长不由同一人担任，有专职秘书长和相适应的专职工作人员；在省级以上民政部门登记的，监事不少于三人",
        "财务、项目、采购、资产、人事、档案、会计监督、信息公开制度健全并执行",
        "上一年度慈善活动支出、管理费用符合规定的比例，按时报送年度工作报告，依法纳税",
        "没有被列入活动异常名录或者严重违法失信名单，申请前一年内没有违法行为",
    ),
    sections=(
        Section(
            "governance",
            "内部治理",
            (
                Field(
                    ask(61, "directors", "理事人数", "Directors", "现任理事总数", ElementType.INTEGER), required=True
                ),
                Field(
                    ask(
                        62,
                        "related_directors",
                        "关联理事人数",
                        "Related directors",
                        "来自同一组织以及相互间有关联关系的组织的理事人数，取最多的一组",
                        ElementType.INTEGER,
                    ),
                    required=True,
                ),
                Field(
                    ask(
                        63,
                        "outside_directors",
                        "非内地居民理事人数",
                        "Directors from outside",
                        "非内地居民的理事人数",
                        ElementType.INTEGER,
                    ),
                    required=True,
                ),
                Field(
                    yes(64, "relatives_together", "理事之间有近亲属关系", "Relatives", "有近亲属同时担任理事"),
                    required=True,
                ),
                Field(
                    yes(
                        65,
                        "mainland_representative",
                        "法定代表人是内地居民",
                        "Representative",
                        "法定代表人由内地居民担任",
                    ),
                    required=True,
                ),
                Field(
                    yes(66, "board_decides", "理事会能够有效决策", "Board decides", "按章程召开会议并形成决议"),
                    required=True,
                ),
                Field(
                    ask(
                        67,
                        "full_time_staff",
                        "专职工作人员人数",
                        "Full-time staff",
                        "与公开募捐活动相适应的专职工作人员",
                        ElementType.INTEGER,
                    ),
                    required=True,
                ),
            ),
            intro="理事长、秘书长、监事和评估等级以登记簿为准，不需要填写。",
        ),
        Section(
            "systems",
            "制度与守法",
            (
                Field(
                    yes(
                        68,
                        "systems_sound",
                        "各项制度健全并执行",
                        "Systems",
                        "财务、项目、采购、资产、人事、档案、会计监督、信息公开",
                    ),
                    required=True,
                ),
                Field(yes(69, "taxed", "依法办理税务登记并纳税", "Taxes", "履行纳税义务"), required=True),
                Field(yes(70, "reports_on_time", "按时报送年度工作报告", "Reports", "近年没有逾期"), required=True),
            ),
        ),
        FIGURES,
        Section("standing", "信用状况", (Field(STANDING[0], required=True), Field(STANDING[1]))),
        CONTACT,
    ),
    materials=(
        Material("application", "公开募捐资格申请书", "法定代表人签字、加盖公章。", sample=APPLICATION),
        Material("audit", "财务审计报告", "注册会计师出具，含年度慈善活动支出和年度管理费用的专项审计。"),
        Material("minutes", "理事会会议纪要", "理事会同意申请的决议。"),
        Material("supervisor-consent", "业务主管单位同意的意见", when=(SUPERVISED,)),
    ),
    steps=REVIEW,
    limits=Limits("decision_fundraising"),
    delivers=("准予行政许可决定书", "公开募捐资格证书编号"),
    authority=registering_authority,
    effect=qualification.qualified,
    parameters=("fundraising_*", "ratio_*"),
    checks=qualification.check_fundraising,
    prefill=case_facts.of_organisation,
    title_of=lambda _values: "公开募捐资格",
    publish=True,
    facts=FACTS,
    keywords=("公募资格", "公开募捐", "募捐资格", "公募证"),
    eligibility=(
        Check(
            "charity",
            "组织是慈善组织吗？",
            (Choice("yes", "是"), Choice("no", "还不是", instead="CH-REC")),
        ),
        Check(
            "year",
            "登记（认定）为慈善组织满一年了吗？",
            (Choice("yes", "满一年"), Choice("no", "还没有", "登记或者认定满一年后再申请。", provision=CL_22)),
        ),
        Check(
            "what",
            "要办理的是哪一件？",
            (
                Choice("right", "取得公开募捐的资格"),
                Choice("plan", "已有资格，要开展一次募捐活动", instead="CH-PLAN"),
            ),
        ),
    ),
)

MATTERS = (FUNDRAISING,)
