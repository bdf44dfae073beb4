"""互联网公开募捐服务平台指定: the application of who runs a platform, decided by the ministry."""

from __future__ import annotations

from shetong.accounts.rules import Permission
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
from shetong.charity.services.platforms import designation
from shetong.core import divisions
from shetong.core.metadata import Code, CodeList, DataElement, ElementType, Sharing
from shetong.registry.elements import YES_NO

LEVELS = CodeList(
    "ST.CL.SECURITY",
    "网络安全保护等级",
    "Security level",
    "GB/T 22239-2019",
    tuple(Code(str(number), f"第{word}级", f"Level {number}") for number, word in enumerate("一二三四五", start=1)),
)


def _ask(
    number: int,
    name: str,
    zh: str,
    en: str,
    definition: str,
    type_: ElementType = ElementType.TEXT,
    *,
    length: int | None = None,
    codes: CodeList | None = None,
    sharing: Sharing = Sharing.OPEN,
) -> DataElement:
    return DataElement(
        f"ST.PLAT.{number:03}",
        name,
        zh,
        en,
        definition,
        type_,
        max_length=length,
        code_list=YES_NO if type_ is ElementType.BOOLEAN else codes,
        sharing=sharing,
        multiline=(length or 0) >= 300,
    )


OPERATOR = Section(
    "operator",
    "运营主体",
    (
        Field(_ask(1, "operator_name", "运营主体名称", "Operator", "运营平台的法人", length=200), required=True),
        Field(
            _ask(2, "operator_code", "统一社会信用代码", "Unified code", "运营主体的统一社会信用代码", length=18),
            required=True,
        ),
        Field(
            _ask(3, "discredited", "是否被列入严重失信主体名单", "Discredited", "信用中国等公示", ElementType.BOOLEAN),
            required=True,
        ),
    ),
)
PLATFORM = Section(
    "platform",
    "平台",
    (
        Field(_ask(4, "platform_name", "平台名称", "Name", "平台对外使用的名称", length=100), required=True),
        Field(
            _ask(5, "platform_code", "平台代码", "Code", "接口中使用的代码", length=24),
            required=True,
            hint="2至24位小写字母、数字和连字符，以字母开头，指定后不再更改。",
        ),
        Field(_ask(6, "platform_site", "网址", "Site", "平台的网址", ElementType.TEXT, length=200), required=True),
        Field(
            _ask(7, "platform_scope", "服务范围", "Scope", "为慈善组织提供哪些服务", length=300),
            required=True,
            hint="例如：发布公开募捐信息、支付渠道、募捐页面管理。",
        ),
        Field(_ask(8, "icp_number", "ICP许可证或者备案编号", "ICP", "与运营主体同名", length=60), required=True),
        Field(
            _ask(9, "security_level", "网络安全保护等级", "Security level", "定级备案", ElementType.CODE, codes=LEVELS),
            required=True,
        ),
    ),
)
CONTACT = Section(
    "contact",
    "联系方式",
    (
        Field(
            _ask(10, "contact_name", "负责人", "In charge", "平台负责人", length=50, sharing=Sharing.CLOSED),
            required=True,
            personal=True,
        ),
        Field(
            _ask(11, "contact_phone", "联系电话", "Phone", "平台负责人的电话", length=20, sharing=Sharing.CLOSED),
            required=True,
            personal=True,
        ),
    ),
)


def _authority(_values: Values, _code: str) -> Authority:
    return Authority("中华人民共和国民政部", divisions.NATION)


PLATFORM_MATTER = Matter(
    code="CH-PLATFORM",
    title="互联网公开募捐服务平台指定",
    nature=Nature.CONFIRMATION,
    basis=("《中华人民共和国慈善法》第二十七条", "《慈善组织互联网公开募捐信息平台基本管理规范》（MZ/T 088—2017）"),
    applicant=Applicant.FOUNDER,
    summary="为慈善组织提供互联网公开募捐服务的平台，由民政部指定并向社会公布名录。",
    conditions=(
        "依法设立的法人，没有严重失信记录",
        "有与运营主体同名的ICP许可或者备案",
        "网络安全保护等级在第三级以上",
        "不代慈善组织接受捐赠，不收取费用",
    ),
    sections=(OPERATOR, PLATFORM, CONTACT),
    materials=(
        Material("licence", "营业执照或者法人登记证书"),
        Material("icp", "ICP许可证或者备案证明"),
        Material("security", "网络安全等级保护备案证明和测评报告"),
        Material("pages", "募捐页面样例", "包括慈善组织名称、资格证书、募捐方案、联系方式和举报入口。"),
        Material("undertaking", "承诺书", "不代为接受捐赠、不收费、不插入商业广告、公平对待慈善组织。"),
    ),
    steps=(
        Step("review", "审查", Permission.CASE_REVIEW, days=10),
        Step("decision", "决定", Permission.CASE_DECIDE, days=10),
    ),
    limits=Limits("platform_designation"),
    delivers=(
        "指定结果通知书",
        "列入互联网公开募捐服务平台名录",
    ),
    handled_by="国务院民政部门（中华人民共和国民政部），全程网上办理",
    authority=_authority,
    effect=designation.designated,
    checks=designation.check,
    title_of=lambda values: str(values.get("platform_name") or ""),
    keywords=("平台", "互联网募捐", "指定", "接口"),
)

MATTERS = (PLATFORM_MATTER,)
