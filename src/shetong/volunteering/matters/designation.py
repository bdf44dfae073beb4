"""志愿服务信息系统指定: the ministry designates the systems in which volunteers may register and be recorded."""

from __future__ import annotations

from shetong.casework.rules.matters import (
    Applicant,
    Authority,
    Field,
    Limits,
    Material,
    Matter,
    Nature,
    Section,
    Values,
)
from shetong.core.metadata import Code, CodeList, ElementType
from shetong.registry.matters.questions import CONTACT
from shetong.registry.matters.steps import SHORT_REVIEW
from shetong.volunteering.matters.mark import APPLICATION, question
from shetong.volunteering.services import marks

SCOPES = CodeList(
    "ST.CL.VOLSCOPE",
    "指定范围",
    "For what a system is designated",
    "社通自定",
    (
        Code("region", "某一地区", "A region"),
        Code("sector", "某一领域", "A sector"),
        Code("nation", "全国", "The nation"),
    ),
)

SYSTEM = Section(
    "system",
    "信息系统",
    (
        Field(
            question(21, "system_name", "系统名称", "Name of the system", "信息系统的名称", length=40), required=True
        ),
        Field(
            question(22, "system_code", "系统代码", "Code", "数据交换中使用的代码", length=20),
            required=True,
            hint="小写字母开头，只用小写字母、数字和连字符，例如 bj-volunteer。",
        ),
        Field(
            question(23, "system_address", "网址", "Address", "公众使用的网址", length=200),
            required=True,
            hint="以 https:// 开头。",
        ),
        Field(
            question(24, "system_scope", "申请指定的范围", "Scope", "申请指定的范围", ElementType.CODE, codes=SCOPES),
            required=True,
        ),
        Field(
            question(25, "system_covers", "地区或者领域", "Covers", "写明地区或者领域", length=100),
            required=True,
            hint="例如：北京市；青年志愿服务。",
        ),
    ),
)
SAFETY = Section(
    "safety",
    "数据和安全",
    (
        Field(
            question(
                26,
                "follows_standard",
                "符合志愿服务信息系统基本规范",
                "Follows MZ/T 061",
                "按 MZ/T 061 记录和交换数据",
                ElementType.BOOLEAN,
            ),
            required=True,
        ),
        Field(
            question(
                27, "protection_level", "网络安全等级保护级别", "Level", "等级保护备案的级别", ElementType.INTEGER
            ),
            required=True,
        ),
        Field(
            question(
                28,
                "consents_apart",
                "分别取得个人信息处理的同意",
                "Consents",
                "按目的分别取得同意",
                ElementType.BOOLEAN,
            ),
            required=True,
        ),
        Field(
            question(29, "free_of_charge", "注册、记录和证明不收费", "Free", "不向志愿者收取费用", ElementType.BOOLEAN),
            required=True,
        ),
    ),
)


def ministry(_values: Values, _code: str) -> Authority:
    """Return who designates: 国务院民政部门 (《志愿服务条例》第七条)."""
    return Authority("中华人民共和国民政部", "100000")


DESIGNATION = Matter(
    code="VOL-SYSTEM",
    title="志愿服务信息系统指定",
    nature=Nature.CONFIRMATION,
    basis=("《志愿服务条例》第七条", "《志愿服务条例》第十九条"),
    applicant=Applicant.ORGANISATION,
    summary="地区或者领域的志愿服务信息系统，由国务院民政部门指定后，可以注册志愿者、记录志愿服务信息并交换数据。",
    conditions=("登记状态正常", "按统一的数据标准记录", "不向志愿者收费", "通过数据交换测试以后才正式交换"),
    sections=(SYSTEM, SAFETY, CONTACT),
    materials=(
        APPLICATION,
        Material("plan", "系统建设和运行方案"),
        Material("protection", "网络安全等级保护备案证明"),
        Material("privacy", "个人信息保护影响评估报告", provision="《中华人民共和国个人信息保护法》第五十五条"),
    ),
    steps=SHORT_REVIEW,
    limits=Limits("decision_volunteer_system"),
    delivers=("指定结果通知书",),
    handled_by="国务院民政部门（中华人民共和国民政部），全程网上办理",
    authority=ministry,
    effect=marks.designate,
    checks=marks.check_system,
    title_of=lambda values: str(values.get("system_name") or ""),
    keywords=("志愿服务系统", "指定系统", "志愿者平台", "信息系统对接"),
)
