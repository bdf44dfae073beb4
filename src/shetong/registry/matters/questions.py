"""Questions of the registration forms. What the register keeps is asked by its own data elements."""

from __future__ import annotations

from shetong.casework.rules.matters import Field, Material, Section
from shetong.core.metadata import Code, CodeList, DataElement, ElementType, Sharing
from shetong.registry.elements import FR, ORGANISATION, PNR, SGR

# Answers that may be so long are written in several lines.
LONG = 1_000

OFFICER_ROLES = CodeList(
    "ST.CL.OFFICER",
    "负责人职务",
    "Post of an officer",
    f"{SGR}、{PNR}、{FR}",
    (
        Code("president", "理事长（会长）", "President", ("理事长", "会长")),
        Code("vice-president", "副理事长（副会长）", "Vice-president", ("副理事长", "副会长")),
        Code("secretary-general", "秘书长", "Secretary-general"),
        Code("director", "理事", "Director"),
        Code("supervisor", "监事", "Supervisor"),
    ),
)


def _question(
    number: int,
    name: str,
    zh: str,
    en: str,
    definition: str,
    type_: ElementType = ElementType.TEXT,
    *,
    length: int | None = None,
    codes: CodeList | None = None,
    sharing: Sharing = Sharing.CONDITIONAL,
) -> DataElement:
    return DataElement(
        f"ST.APP.{number:03}",
        name,
        zh,
        en,
        definition,
        type_,
        max_length=length,
        code_list=codes,
        sharing=sharing,
        multiline=(length or 0) >= LONG,
    )


PERSON_NAME = _question(1, "name", "姓名", "Name", "身份证件上的姓名", length=50)
IDENTITY_NUMBER = _question(
    2, "identity_number", "公民身份号码", "Identity number", "居民身份证上的18位号码", length=18, sharing=Sharing.CLOSED
)
PHONE = _question(3, "phone", "手机号码", "Mobile number", "可以接收通知的手机号码", length=20, sharing=Sharing.CLOSED)
ROLE = _question(4, "role", "职务", "Post", "拟任职务", ElementType.CODE, codes=OFFICER_ROLES)
EMPLOYER = _question(5, "employer", "工作单位及职务", "Employer", "现工作单位和担任的职务", length=200)
MEMBERS_INDIVIDUAL = _question(
    6, "members_individual", "个人会员数", "Individual members", "发起时的个人会员人数", ElementType.INTEGER
)
MEMBERS_UNIT = _question(7, "members_unit", "单位会员数", "Unit members", "发起时的单位会员数", ElementType.INTEGER)
STAFF = _question(
    8, "staff", "专职工作人员数", "Full-time staff", "与其活动相适应的专职工作人员人数", ElementType.INTEGER
)
PURPOSE = _question(9, "purpose", "宗旨", "Purpose", "章程载明的宗旨", length=1_000)
LIQUIDATED_FROM = _question(
    10, "liquidated_from", "清算开始日期", "Liquidation began", "成立清算组的日期", ElementType.DATE
)
LIQUIDATED_TO = _question(
    11, "liquidated_to", "清算结束日期", "Liquidation ended", "清算报告载明的结束日期", ElementType.DATE
)
ENDING_REASON = _question(
    12, "ending_reason", "注销原因", "Why it ends", "章程规定或者会议议决的终止原因", length=1_000
)
REMAINING = _question(
    13, "remaining_property", "剩余财产处置", "Remaining property", "清算后剩余财产的数额和去向", length=1_000
)
CHANGE_REASON = _question(14, "change_reason", "变更理由", "Why it changes", "内部议决的时间、机构和理由", length=1_000)
CONSENTED_ON = _question(
    15, "consented_on", "业务主管单位同意日期", "Date of consent", "业务主管单位审查同意的日期", ElementType.DATE
)
CHARTER_CHANGES = _question(16, "charter_changes", "章程修改说明", "What changes", "修改的条款和理由", length=4_000)
CONTACT_NAME = _question(17, "contact_name", "联系人", "Contact", "办理本件的联系人姓名", length=50)
CONTACT_PHONE = _question(
    18, "contact_phone", "联系电话", "Contact phone", "接收办理通知的电话", length=20, sharing=Sharing.CLOSED
)


def kept(name: str, *, required: bool = True, hint: str = "") -> Field:
    """Return a question whose answer the register keeps."""
    return Field(ORGANISATION[name], required, hint=hint)


CONTACT = Section(
    "contact",
    "联系人",
    (Field(CONTACT_NAME, required=True), Field(CONTACT_PHONE, required=True, personal=True)),
    intro="办理进度和文书会通知联系人。",
)
FOUNDERS = Section(
    "founders",
    "发起人",
    (
        Field(PERSON_NAME, required=True),
        Field(IDENTITY_NUMBER, required=True, personal=True, hint="末位是 X 的，大小写都可以。"),
        Field(PHONE, personal=True),
        Field(EMPLOYER),
    ),
    intro="逐一填写发起人（举办者、捐赠人）。身份信息加密保存，只用于登记审查。",
    least=1,
    most=100,
)
OFFICERS = Section(
    "officers",
    "拟任负责人",
    (
        Field(ROLE, required=True),
        Field(PERSON_NAME, required=True),
        Field(IDENTITY_NUMBER, required=True, personal=True),
        Field(PHONE, personal=True),
        Field(EMPLOYER),
    ),
    intro="填写理事、监事和负责人。法定代表人应在其中。",
    least=1,
    most=60,
)

APPLICATION = Material("application", "登记申请书", "由全体发起人或者法定代表人签字的扫描件。")
CONSENT = Material("consent", "业务主管单位批准文件", "直接登记的不需要。", required=False)
CAPITAL = Material("capital", "验资报告", "会计师事务所出具的验资报告。")
PREMISES = Material("premises", "场所使用权证明", "房产证、租赁合同或者无偿使用证明。")
IDENTITIES = Material("identities", "发起人和拟任负责人的基本情况、身份证明", most=30)
CHARTER = Material("charter", "章程草案", "按示范文本拟定。")
MINUTES = Material("minutes", "会议纪要（表决决议）", "会员大会、理事会的表决情况。")
LIQUIDATION = Material("liquidation", "清算报告书")
AUDIT = Material("audit", "法定代表人离任审计报告", "变更法定代表人时提交。", required=False)
