"""慈善组织认定: a registered body becomes a charity; the register holds it as a dated attribute."""

from __future__ import annotations

from shetong.accounts.rules import Permission
from shetong.casework.rules.conditions import When
from shetong.casework.rules.eligibility import Check, Choice
from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section, Step
from shetong.casework.rules.samples import EVERY_TOPIC, Sample
from shetong.charity.matters.questions import ask, yes
from shetong.charity.rules.qualification import R73_4, R73_6
from shetong.charity.services import qualification
from shetong.core.metadata import ElementType
from shetong.registry.matters.questions import CONTACT, FACTS, SUPERVISED
from shetong.registry.matters.steps import registering_authority
from shetong.registry.queries import case_facts

SOCIAL_GROUP = When("kind", ("SG",), "社会团体的")
BOARD = When("kind", ("FD", "PN"), "基金会、社会服务机构的")

REVIEW = (
    Step("first-review", "审查", Permission.CASE_REVIEW, days=8),
    Step("decision", "决定", Permission.CASE_DECIDE, days=5),
)

# Last year's figures, for the ratios; also asked by the qualification.
FIGURES = Section(
    "figures",
    "上年度支出情况",
    (
        Field(
            ask(41, "income_before", "再上一年度总收入", "Income before", "上年度的前一年总收入", ElementType.MONEY),
            required=True,
        ),
        Field(
            ask(
                42,
                "net_assets_before",
                "再上一年末净资产",
                "Net assets before",
                "上年度的前一年年末净资产",
                ElementType.MONEY,
            ),
            required=True,
        ),
        Field(
            ask(
                43,
                "charity_spending",
                "上年度慈善活动支出",
                "Charitable spending",
                "上年度用于慈善活动的支出",
                ElementType.MONEY,
            ),
            required=True,
        ),
        Field(
            ask(44, "management_cost", "上年度管理费用", "Management cost", "上年度管理费用", ElementType.MONEY),
            required=True,
        ),
        Field(
            ask(45, "total_spending", "上年度总支出", "Total spending", "上年度总支出", ElementType.MONEY),
            required=True,
        ),
    ),
    intro="按经审计的财务会计报告填写，系统按规定的比例计算。",
)
STANDING = (
    yes(46, "listed", "被列入活动异常名录或者严重违法失信名单", "Listed", "现在被列入任一名单"),
    ask(47, "penalised_on", "最近一次受行政处罚的日期", "Last penalty", "没有受过处罚的不填", ElementType.DATE),
)

APPLICATION = Sample("{matter}申请书", topics=(EVERY_TOPIC,), signed=("法定代表人签字", "单位（盖章）", "日期"))
UNDERTAKING = Sample(
    "书面承诺",
    (
        "{登记管理机关名称|示范市民政局}：",
        "{组织名称|示范市邻里互助基金会}申请认定为慈善组织，承诺符合《慈善组织认定办法》第四条规定的条件，"
        "没有第五条规定的情形；所填内容和提交的材料真实。",
    ),
    signed=("法定代表人签字", "单位（盖章）", "日期"),
)

RECOGNITION = Matter(
    code="CH-REC",
    title="慈善组织认定",
    nature=Nature.CONFIRMATION,
    basis=("《中华人民共和国慈善法》第十条", "《慈善组织认定办法》（民政部令第73号）"),
    applicant=Applicant.ORGANISATION,
    summary="已经登记的基金会、社会团体、社会服务机构，符合条件的，申请认定为慈善组织。",
    conditions=(
        "以开展慈善活动为宗旨，业务范围符合《慈善法》第三条",
        "上一年度慈善活动支出、管理费用符合规定的比例",
        "不分配财产和利润，终止后的剩余财产用于目的相同或者相近的慈善组织",
        "财务制度健全，薪酬制度合理",
        "负责人没有法律规定不得担任的情形，申请前二年内没有受过行政处罚，没有被列入活动异常名录或者严重违法失信名单",
    ),
    sections=(
        Section(
            "purpose",
            "慈善宗旨",
            (
                Field(
                    ask(
                        48,
                        "purpose_fields",
                        "从事的慈善活动",
                        "Charitable activities",
                        "属于《慈善法》第三条哪些活动",
                        length=500,
                    ),
                    required=True,
                ),
                Field(
                    ask(49, "charter_purpose", "章程载明的宗旨和业务范围", "Purpose", "章程原文", length=1_000),
                    required=True,
                ),
            ),
        ),
        Section(
            "property",
            "财产与治理",
            (
                Field(
                    yes(50, "no_distribution", "章程规定不分配财产和利润", "No distribution", "章程中有此规定"),
                    required=True,
                ),
                Field(
                    yes(
                        51,
                        "surplus_to_charity",
                        "章程规定剩余财产用于慈善",
                        "Surplus",
                        "终止后的剩余财产用于目的相同或者相近的慈善组织",
                    ),
                    required=True,
                ),
                Field(
                    yes(52, "sound_finance", "财务制度健全、薪酬制度合理", "Sound finance", "制度健全"), required=True
                ),
                Field(
                    yes(53, "heads_barred", "负责人有不得担任的情形", "Barred heads", "《慈善法》第十六条所列情形"),
                    required=True,
                ),
            ),
        ),
        FIGURES,
        Section("standing", "信用状况", (Field(STANDING[0], required=True), Field(STANDING[1]))),
        Section(
            "vote",
            "内部表决",
            (
                Field(
                    ask(
                        54,
                        "adopted_on",
                        "表决通过日期",
                        "Adopted on",
                        "会员（代表）大会或者理事会表决通过申请的日期",
                        ElementType.DATE,
                    ),
                    required=True,
                ),
                Field(ask(55, "vote_result", "表决情况", "Vote", "应到、实到、赞成的人数", length=200), required=True),
            ),
            intro="社会团体经会员（代表）大会表决，基金会、社会服务机构经理事会表决。",
        ),
        CONTACT,
    ),
    materials=(
        Material("application", "慈善组织认定申请书", "法定代表人签字、加盖公章。", sample=APPLICATION),
        Material("undertaking", "书面承诺", "符合认定条件、没有不予认定的情形。", sample=UNDERTAKING),
        Material("assembly-minutes", "会员（代表）大会会议纪要", provision=R73_6, when=(SOCIAL_GROUP,)),
        Material("board-minutes", "理事会会议纪要", provision=R73_6, when=(BOARD,)),
        Material("property", "关于申请理由、慈善宗旨、财产和业务的说明"),
        Material("audit", "上一年度财务审计报告", "含年度慈善活动支出和管理费用的专项审计。", provision=R73_4),
        Material("supervisor-consent", "业务主管单位同意的意见", when=(SUPERVISED,)),
    ),
    steps=REVIEW,
    limits=Limits("decision_charity_recognition", "decision_charity_extension"),
    delivers=("慈善组织认定决定书", "登记簿注明的慈善组织属性"),
    authority=registering_authority,
    effect=qualification.recognised,
    parameters=("recognition_penalty_years", "ratio_*"),
    checks=qualification.check_recognition,
    prefill=case_facts.of_organisation,
    title_of=lambda _values: "慈善组织认定",
    facts=FACTS,
    keywords=("慈善组织", "认定", "成为慈善组织", "慈善资格"),
    eligibility=(
        Check(
            "registered",
            "组织已经登记成立了吗？",
            (
                Choice("yes", "已经登记"),
                Choice("foundation", "还没有，打算成立基金会", instead="SO-FD-EST"),
                Choice("group", "还没有，打算成立协会、学会", instead="SO-SG-EST"),
            ),
        ),
        Check(
            "surplus",
            "章程是否写明不分配利润、剩余财产用于慈善？",
            (
                Choice("yes", "已经写明"),
                Choice("no", "还没有", "先修改章程并报请核准，再申请认定。", instead="SO-CHARTER", provision=R73_4),
            ),
        ),
    ),
)

MATTERS = (RECOGNITION,)
