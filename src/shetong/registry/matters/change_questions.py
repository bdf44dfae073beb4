"""Questions of changes of registered items and of the audit that goes before a change of the representative."""

from __future__ import annotations

from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import Field
from shetong.core.metadata import Code, CodeList, ElementType
from shetong.registry.elements import YES_NO
from shetong.registry.matters.questions import question
from shetong.registry.models.choices import AuditOpinion

# Item → (number, what is ticked, English, the case in words).
_ITEMS = {
    "name": (201, "名称", "Name", "变更名称的"),
    "representative": (202, "法定代表人", "Legal representative", "变更法定代表人的"),
    "domicile": (203, "住所", "Domicile", "变更住所的"),
    "authority": (204, "登记管理机关（住所迁出管辖区域）", "Registration authority", "迁出登记管理机关管辖区域的"),
    "funds": (205, "注册资金", "Registered funds", "变更注册资金的"),
    "scope": (206, "业务范围", "Scope of activity", "变更业务范围的"),
    "supervision": (207, "业务主管单位", "Supervising body", "变更业务主管单位的"),
    "area": (208, "活动地域", "Area of activity", "变更活动地域的"),
}
ITEMS = tuple(_ITEMS)


def changes(item: str) -> When:
    """Return the condition that an item is to be changed."""
    return When(f"changes_{item}", (True,), _ITEMS[item][3])


def tick(item: str, *, hint: str = "", when: tuple[When, ...] = ()) -> Field:
    """Return the question whether an item is to be changed."""
    number, zh, en, _ = _ITEMS[item]
    element = question(
        number, f"changes_{item}", zh, f"Changes: {en}", f"申请变更{zh}", ElementType.BOOLEAN, codes=YES_NO
    )
    return Field(element, hint=hint, when=when)


def chosen(answers: object) -> list[str]:
    """Return in words which items an application changes."""
    given = answers if isinstance(answers, dict) else {}
    return [_ITEMS[item][1] for item in ITEMS if given.get(f"changes_{item}") is True]


CHANGE_REASON = question(14, "change_reason", "变更理由", "Why it changes", "内部议决的时间、机构和理由", length=1_000)
RECEIVING_AUTHORITY = question(
    211, "receiving_authority", "迁入地登记管理机关", "Receiving authority", "同意接收的登记管理机关全称", length=100
)
RECEIVED_ON = question(
    212, "received_on", "同意接收的日期", "Date of the consent", "迁入地登记管理机关同意接收的日期", ElementType.DATE
)
REPRESENTATIVE_IDENTITY = question(
    213,
    "representative_identity_number",
    "新任法定代表人公民身份号码",
    "Identity number of the new representative",
    "居民身份证上的18位号码",
    length=18,
)
REPRESENTATIVE_PHONE = question(
    214,
    "representative_phone",
    "新任法定代表人手机号码",
    "Phone of the new representative",
    "可以联系到的号码",
    length=20,
)
REPRESENTATIVE_POST = question(
    215, "representative_post", "新任法定代表人职务", "Post of the new representative", "在本组织担任的职务", length=60
)

OPINIONS = CodeList(
    "ST.CL.AUDIT",
    "审计意见",
    "Opinion of the auditor",
    "注册会计师审计报告的意见类型",
    (
        Code(AuditOpinion.UNQUALIFIED, "无保留意见", "Unqualified"),
        Code(AuditOpinion.QUALIFIED, "保留意见", "Qualified"),
        Code(AuditOpinion.ADVERSE, "否定意见", "Adverse"),
        Code(AuditOpinion.DISCLAIMER, "无法表示意见", "Disclaimer"),
    ),
)
LEAVING = question(
    221, "leaving_representative", "离任法定代表人", "Leaving representative", "现登记的法定代表人", length=100
)
AUDITED_FROM = question(
    222, "audited_from", "审计期间起", "Audited from", "任职开始或者上次审计截止的日期", ElementType.DATE
)
AUDITED_TO = question(223, "audited_to", "审计期间止", "Audited to", "审计截止的日期", ElementType.DATE)
AUDITOR = question(224, "auditor", "审计机构", "Auditor", "会计师事务所全称", length=200)
REPORT_NUMBER = question(225, "report_number", "审计报告文号", "Report number", "审计报告的文号", length=120)
OPINION = question(226, "audit_opinion", "审计意见", "Opinion", "审计报告的意见类型", ElementType.CODE, codes=OPINIONS)
