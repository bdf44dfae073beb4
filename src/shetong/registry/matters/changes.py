"""变更登记: one application for whatever changes; each item asks its own questions and materials, only then."""

from __future__ import annotations

from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section, Values
from shetong.casework.rules.samples import Sample
from shetong.registry.elements import FR, PNR, SGR
from shetong.registry.matters import change_questions as change
from shetong.registry.matters import questions as ask
from shetong.registry.matters import samples
from shetong.registry.matters.steps import REVIEW, registering_authority
from shetong.registry.queries import case_facts
from shetong.registry.services import case_changes, case_checks
from shetong.registry.services.people import IDENTITY_CONTEXT

APL_42 = "《中华人民共和国行政许可法》第四十二条"
AUDIT_BASIS = f"{SGR}第二十七条、{PNR}第二十二条、{FR}第三十七条"
SOCIAL_GROUP = When("kind", ("SG",), "社会团体")


def _topic(item: str, title: str, *fields: Field, intro: str = "") -> Section:
    return Section(item, title, fields, intro=intro, when=(change.changes(item),))


def _proof(
    item: str, code: str, title: str, hint: str = "", *, when: tuple[When, ...] = (), sample: Sample | None = None
) -> Material:
    return Material(code, title, hint, when=(change.changes(item), *when), sample=sample)


def _title(values: Values) -> str:
    items = change.chosen(dict(values))
    return f"变更{'、'.join(items)}" if items else ""


WHAT = Section(
    "what",
    "变更哪些事项",
    (
        change.tick("name"),
        change.tick("representative", hint="变更前应当进行离任审计。"),
        change.tick("domicile"),
        change.tick("authority", hint="新住所不在现登记管理机关管辖区域的，同时选择这一项。"),
        change.tick("funds"),
        change.tick("scope"),
        change.tick("supervision"),
        change.tick("area", when=(SOCIAL_GROUP,)),
    ),
    intro="只选择需要变更的事项，后面只填写、只提交与之有关的内容和材料。",
)
CHANGE = Matter(
    code="SO-CHG",
    title="社会组织变更登记",
    nature=Nature.PERMIT,
    basis=(f"{SGR}第十八条", f"{PNR}第十五条", f"{FR}第十五条", APL_42),
    applicant=Applicant.ORGANISATION,
    summary="变更名称、住所、法定代表人、注册资金、业务范围、业务主管单位、活动地域等登记事项。",
    conditions=(
        "经内部议决",
        "有业务主管单位的，自业务主管单位审查同意之日起30日内申请",
        "变更法定代表人的，先进行财务审计",
    ),
    sections=(
        WHAT,
        _topic("name", "新名称", ask.kept("name", hint="先看看有没有相同或者相近的名称。")),
        _topic(
            "representative",
            "新任法定代表人",
            ask.kept("legal_representative"),
            Field(change.REPRESENTATIVE_IDENTITY, required=True, personal=True, traced=IDENTITY_CONTEXT),
            Field(change.REPRESENTATIVE_PHONE, personal=True),
            Field(
                change.REPRESENTATIVE_POST, required=True, hint="按照章程规定担任法定代表人的职务，例如会长、理事长。"
            ),
            intro="身份信息加密保存，只用于登记审查。",
        ),
        _topic("domicile", "新住所", ask.kept("division_code"), ask.kept("domicile", hint="写到门牌号。")),
        _topic(
            "authority",
            "迁往其他登记管理机关",
            Field(change.RECEIVING_AUTHORITY, required=True, hint="例如：上海市浦东新区民政局。"),
            Field(change.RECEIVED_ON, required=True),
            intro="统一社会信用代码不变，登记档案随同移交。",
        ),
        _topic(
            "funds",
            "新的注册资金",
            ask.kept("registered_funds", hint="社会团体的活动资金、民办非企业单位的开办资金、基金会的原始基金。"),
        ),
        _topic("scope", "新的业务范围", ask.kept("business_scope", hint="与修改后的章程一致，逐项写明。")),
        _topic(
            "supervision",
            "新的业务主管单位",
            ask.kept("supervising_body", required=False),
            ask.kept("direct_registration", required=False),
            intro="改由其他单位主管的填写新单位名称；不再有业务主管单位的选择“直接登记”。",
        ),
        _topic("area", "新的活动地域", ask.kept("activity_area")),
        Section(
            "reason",
            "变更理由",
            (
                Field(change.CHANGE_REASON, required=True),
                Field(ask.CONSENTED_ON, required=True, when=(ask.SUPERVISED,)),
            ),
        ),
        ask.CONTACT,
    ),
    materials=(
        ask.APPLICATION,
        ask.MINUTES,
        ask.SUPERVISORS_CONSENT,
        _proof("representative", "representative-identity", "新任法定代表人身份证明"),
        Material(
            "audit",
            "法定代表人离任审计报告",
            "已经办理离任审计备案的不再提交。",
            provision=AUDIT_BASIS,
            when=(change.changes("representative"), When("audited", (False,), "离任审计没有备案的")),
        ),
        _proof(
            "domicile", "premises", "新住所使用权证明", "房产证、租赁合同或者无偿使用证明。", sample=samples.PREMISES
        ),
        _proof("authority", "receiving", "迁入地登记管理机关同意接收的文件"),
        _proof("funds", "capital", "验资报告", "会计师事务所出具的验资报告。"),
        _proof("supervision", "new-supervisor", "新业务主管单位同意主管的文件，或者符合直接登记条件的说明"),
        Material(
            "charter",
            "修改后的章程",
            "变更的事项载入章程的，同时申请章程核准。",
            required=False,
            sample=samples.CHARTER,
        ),
    ),
    steps=REVIEW,
    limits=Limits("decision_change", "decision_change_extension"),
    delivers=("准予变更登记决定书", "换发的法人登记证书"),
    authority=registering_authority,
    effect=case_changes.amend,
    parameters=("application_change", "funds_*", "name_window_*", "officer_*"),
    checks=case_checks.amendment,
    prefill=case_facts.of_change,
    title_of=_title,
    facts=(*ask.FACTS, ask.AUDITED),
    joint_opinion=True,
    publish=True,
    keywords=("改名", "更名", "换法人", "搬家", "变更法定代表人", "变更住所", "变更名称", "增加业务范围", "换主管单位"),
)

MATTERS = (CHANGE,)
