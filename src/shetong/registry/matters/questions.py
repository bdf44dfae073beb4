"""Questions of the registration forms. What the register keeps is asked by its own data elements."""

from __future__ import annotations

from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import Field, Material, Section
from shetong.core.metadata import Code, CodeList, DataElement, ElementType, Sharing
from shetong.registry.elements import FR, KINDS, ORGANISATION, PNR, SGR, YES_NO
from shetong.registry.matters import samples
from shetong.registry.services.people import IDENTITY_CONTEXT

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


def question(
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
    """Return a question that the register keeps no answer to, as a data element ``ST.APP.nnn``."""
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


PERSON_NAME = question(1, "name", "姓名", "Name", "身份证件上的姓名", length=50)
IDENTITY_NUMBER = question(
    2, "identity_number", "公民身份号码", "Identity number", "居民身份证上的18位号码", length=18, sharing=Sharing.CLOSED
)
PHONE = question(3, "phone", "手机号码", "Mobile number", "可以接收通知的手机号码", length=20, sharing=Sharing.CLOSED)
ROLE = question(4, "role", "职务", "Post", "拟任职务", ElementType.CODE, codes=OFFICER_ROLES)
EMPLOYER = question(5, "employer", "工作单位及职务", "Employer", "现工作单位和担任的职务", length=200)
MEMBERS_INDIVIDUAL = question(
    6, "members_individual", "个人会员数", "Individual members", "发起时的个人会员人数", ElementType.INTEGER
)
MEMBERS_UNIT = question(7, "members_unit", "单位会员数", "Unit members", "发起时的单位会员数", ElementType.INTEGER)
STAFF = question(
    8, "staff", "专职工作人员数", "Full-time staff", "与其活动相适应的专职工作人员人数", ElementType.INTEGER
)
PURPOSE = question(9, "purpose", "宗旨", "Purpose", "章程载明的宗旨", length=1_000)
SERVING = question(
    19,
    "serving_official",
    "现职国家工作人员",
    "Serving official",
    "现任国家工作人员",
    ElementType.BOOLEAN,
    codes=YES_NO,
)
PAID = question(20, "paid", "在本基金会领取报酬", "Paid", "在本基金会领取报酬的理事", ElementType.BOOLEAN, codes=YES_NO)
CONSENTED_ON = question(
    15, "consented_on", "业务主管单位同意日期", "Date of consent", "业务主管单位审查同意的日期", ElementType.DATE
)
CONTACT_NAME = question(17, "contact_name", "联系人", "Contact", "办理本件的联系人姓名", length=50)
CONTACT_PHONE = question(
    18, "contact_phone", "联系电话", "Contact phone", "接收办理通知的电话", length=20, sharing=Sharing.CLOSED
)


def kept(name: str, *, required: bool = True, hint: str = "", when: tuple[When, ...] = ()) -> Field:
    """Return a question whose answer the register keeps."""
    return Field(ORGANISATION[name], required, hint=hint, when=when)


# Facts of the register that decide what is asked of an organisation.
KIND = question(101, "kind", "社会组织类型", "Kind", "登记的类型", ElementType.CODE, codes=KINDS)
DUAL = question(
    102, "dual", "有业务主管单位", "Supervised", "登记为有业务主管单位（双重管理）", ElementType.BOOLEAN, codes=YES_NO
)
CHARITY = question(103, "charity", "慈善组织", "Charity", "现为慈善组织", ElementType.BOOLEAN, codes=YES_NO)
AUDITED = question(
    104,
    "audited",
    "离任审计已经备案",
    "Audit filed",
    "现任法定代表人的离任审计已经备案",
    ElementType.BOOLEAN,
    codes=YES_NO,
)
FACTS = (KIND, DUAL, CHARITY)
SUPERVISED = When("dual", (True,), "有业务主管单位的")


IDENTITY = Field(
    IDENTITY_NUMBER, required=True, personal=True, hint="末位是 X 的，大小写都可以。", traced=IDENTITY_CONTEXT
)
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
        IDENTITY,
        Field(PHONE, personal=True),
        Field(EMPLOYER),
    ),
    intro="逐一填写发起人（举办者、捐赠人）。身份信息加密保存，只用于登记审查。",
    least=1,
    most=100,
)


def officers(*more: Field) -> Section:
    """Return the topic of the people in office, with the questions that a kind of body is asked beside."""
    return Section(
        "officers",
        "拟任负责人",
        (
            Field(ROLE, required=True),
            Field(PERSON_NAME, required=True),
            IDENTITY,
            Field(PHONE, personal=True),
            Field(EMPLOYER),
            *more,
        ),
        intro="填写理事、监事和负责人。法定代表人应在其中。",
        least=1,
        most=60,
    )


APPLICATION = Material(
    "application", "登记申请书", "由全体发起人或者法定代表人签字的扫描件。", sample=samples.APPLICATION
)
CONSENT = Material(
    "consent",
    "业务主管单位批准文件",
    "业务主管单位同意设立的文件。",
    when=(When("direct_registration", (False,), "不是直接登记的"),),
    sample=samples.CONSENT,
)
SUPERVISORS_CONSENT = Material(
    "supervisor-consent",
    "业务主管单位审查同意文件",
    "业务主管单位盖章的审查意见。",
    when=(SUPERVISED,),
    sample=samples.SUPERVISORS_CONSENT,
)
CAPITAL = Material("capital", "验资报告", "会计师事务所出具的验资报告。")
PREMISES = Material("premises", "场所使用权证明", "房产证、租赁合同或者无偿使用证明。", sample=samples.PREMISES)
IDENTITIES = Material("identities", "发起人和拟任负责人的基本情况、身份证明", most=30, sample=samples.IDENTITIES)
CHARTER = Material("charter", "章程草案", "按示范文本拟定。", sample=samples.CHARTER)
MINUTES = Material("minutes", "会议纪要（表决决议）", "会员大会、理事会的表决情况。", sample=samples.MINUTES)
