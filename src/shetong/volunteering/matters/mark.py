"""志愿服务组织标识: bodies whose purpose is volunteering are identified as volunteer organisations.

民政部办公厅《关于做好志愿服务组织身份标识工作的通知》 (2018): names with 志愿服务, 志愿者 or 义工 are marked without an
application (:mod:`shetong.volunteering.services.marks`); others on request, the purpose checked against the charter.
"""

from __future__ import annotations

from shetong.casework.rules.matters import Applicant, Field, Limits, Material, Matter, Nature, Section
from shetong.core.metadata import Code, CodeList, DataElement, ElementType, Sharing
from shetong.registry.elements import YES_NO
from shetong.registry.matters.questions import CONTACT
from shetong.registry.matters.steps import SHORT_REVIEW, registering_authority
from shetong.volunteering.models.choices import Field as ServiceField
from shetong.volunteering.services import marks

FORM = "志愿服务组织信息采集表"
_ENGLISH = {
    "community": "Community",
    "care": "Care for people in need",
    "poverty": "Poverty relief",
    "emergency": "Emergency and rescue",
    "environment": "Environment",
    "culture": "Culture and education",
    "health": "Health",
    "events": "Large events",
    "traffic": "City services and traffic",
    "drugs": "Drug prevention",
    "law": "Legal services",
    "science": "Science",
    "rural": "Rural revitalisation",
    "network": "Civility online",
    "overseas": "Service abroad",
    "other": "Other",
}
_CHINESE = {
    "community": "社区服务",
    "care": "关爱特殊群体",
    "poverty": "扶贫济困",
    "emergency": "应急救援",
    "environment": "环境保护",
    "culture": "文化教育",
    "health": "卫生健康",
    "events": "大型赛会",
    "traffic": "城市运行和交通",
    "drugs": "禁毒",
    "law": "法律服务",
    "science": "科技科普",
    "rural": "乡村振兴",
    "network": "网络文明",
    "overseas": "海外服务",
    "other": "其他",
}
FIELDS = CodeList(
    "ST.CL.VOLFIELD",
    "志愿服务类别",
    "Field of volunteering",
    FORM,
    tuple(Code(code, _CHINESE[code], _ENGLISH[code]) for code in ServiceField.values),
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
) -> DataElement:
    """Return a question of volunteering's matters as a data element ``ST.VOL.nnn``."""
    return DataElement(
        f"ST.VOL.{number:03}", name, zh, en, definition, type_, max_length=length, sharing=Sharing.OPEN,
        code_list=YES_NO if type_ is ElementType.BOOLEAN else codes, multiline=(length or 0) >= 500,
    )  # fmt: skip


APPLICATION = Material("application", "申请书", "法定代表人签字、加盖公章。")

PURPOSE = Section(
    "purpose",
    "志愿服务宗旨",
    (
        Field(
            question(1, "purpose_clause", "章程中的宗旨条款", "Clause", "写明开展志愿服务的条款", length=500),
            required=True,
            hint="照抄章程中写明开展志愿服务的条款。",
        ),
        Field(question(2, "clause_number", "条款序号", "Number", "宗旨条款在章程中的序号", length=20), required=True),
        Field(
            question(3, "charter_approved_on", "章程核准日期", "Approved on", "现行章程核准的日期", ElementType.DATE),
            required=True,
        ),
    ),
)
WORK = Section(
    "work",
    "志愿服务情况",
    (
        Field(
            question(4, "main_field", "主要服务类别", "Field", "主要的志愿服务类别", ElementType.CODE, codes=FIELDS),
            required=True,
        ),
        Field(
            question(
                5, "volunteers", "登记的志愿者人数", "Volunteers", "在本组织登记的志愿者人数", ElementType.INTEGER
            ),
            required=True,
        ),
        Field(
            question(
                6, "keeps_records", "按规定记录志愿服务信息", "Keeps records", "记录并免费出具证明", ElementType.BOOLEAN
            ),
            required=True,
        ),
        Field(
            question(7, "work_done", "近一年开展的志愿服务", "Work", "近一年开展的志愿服务活动", length=1000),
            required=True,
            hint="新成立的写拟开展的活动。",
        ),
    ),
)

MARK = Matter(
    code="VOL-MARK",
    title="志愿服务组织身份标识",
    nature=Nature.CONFIRMATION,
    basis=("《志愿服务条例》第八条", "民政部办公厅《关于做好志愿服务组织身份标识工作的通知》"),
    applicant=Applicant.ORGANISATION,
    summary="以开展志愿服务为宗旨的社会组织，在登记簿中标识为志愿服务组织并向社会公布。",
    conditions=("登记状态正常", "章程载明以开展志愿服务为宗旨", "名称含“志愿服务”“志愿者”“义工”的自动标识，不用申请"),
    sections=(PURPOSE, WORK, CONTACT),
    materials=(
        APPLICATION,
        Material("form", FORM, "法定代表人签字、加盖公章。"),
        Material("charter", "现行章程", "登记管理机关核准的章程。"),
    ),
    steps=SHORT_REVIEW,
    limits=Limits("decision_volunteer_mark"),
    delivers=("标识结果通知书",),
    authority=registering_authority,
    effect=marks.mark,
    checks=marks.check_mark,
    keywords=("志愿服务组织", "义工组织", "志愿者协会", "身份标识", "志愿标识"),
)
