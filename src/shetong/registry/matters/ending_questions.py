"""Questions of the end of an organisation: why, who liquidates, creditors, settlement, what is handed back."""

from __future__ import annotations

from shetong.core.metadata import Code, CodeList, ElementType
from shetong.registry.elements import YES_NO
from shetong.registry.matters.questions import question

REASONS = CodeList(
    "ST.CL.ENDING",
    "注销原因",
    "Why an organisation ends",
    "《社会团体登记管理条例》第十九条、《基金会管理条例》第十六条",
    (
        Code("purpose-achieved", "完成章程规定的宗旨", "Purpose achieved"),
        Code("dissolved", "自行解散", "Dissolved by itself"),
        Code("merged", "分立、合并", "Divided or merged"),
        Code("purpose-impossible", "无法按照章程规定的宗旨继续活动", "Purpose cannot be pursued"),
        Code("other", "其他原因终止", "Other"),
    ),
)
ROLES = CodeList(
    "ST.CL.LIQUIDATOR",
    "清算组职务",
    "Post in a liquidation group",
    "社通自定",
    (Code("head", "组长", "Head"), Code("member", "成员", "Member")),
)

CAUSE = question(301, "ending_cause", "注销原因", "Why it ends", "属于哪一种终止情形", ElementType.CODE, codes=REASONS)
RESOLVED_ON = question(
    302, "resolved_on", "议决终止的日期", "Resolved on", "会员大会、理事会议决终止的日期", ElementType.DATE
)
REASON = question(12, "ending_reason", "终止情况说明", "Details", "议决的机构、经过和理由", length=1_000)
LIQUIDATED_FROM = question(
    10, "liquidated_from", "清算组成立日期", "Liquidation began", "成立清算组、清算开始的日期", ElementType.DATE
)
LIQUIDATOR = question(303, "liquidator", "清算组成员", "Liquidator", "清算组成员姓名", length=50)
LIQUIDATOR_ROLE = question(304, "liquidator_role", "清算组职务", "Post", "组长或者成员", ElementType.CODE, codes=ROLES)
LIQUIDATOR_EMPLOYER = question(305, "liquidator_employer", "工作单位", "Employer", "所在单位", length=200)
NOTIFIED_ON = question(
    306, "creditors_notified_on", "通知债权人日期", "Creditors told on", "书面通知已知债权人的日期", ElementType.DATE
)
ANNOUNCED_ON = question(
    307, "creditors_announced_on", "清算公告日期", "Announced on", "向社会发布清算公告的日期", ElementType.DATE
)
ANNOUNCED_IN = question(308, "announced_in", "公告载体", "Announced in", "发布公告的报刊、网站或者公告栏", length=200)
LIQUIDATED_TO = question(
    11, "liquidated_to", "清算结束日期", "Liquidation ended", "清算报告载明的结束日期", ElementType.DATE
)
DEBTS_SETTLED = question(
    309,
    "debts_settled",
    "债权债务已经清理完毕",
    "Debts settled",
    "债权债务已经清理完毕",
    ElementType.BOOLEAN,
    codes=YES_NO,
)
REMAINING_AMOUNT = question(
    310, "remaining_amount", "剩余财产数额", "Remaining property", "清算后剩余财产的数额", ElementType.MONEY
)
REMAINING = question(
    13, "remaining_property", "剩余财产处置", "What becomes of it", "剩余财产的去向和接收单位", length=1_000
)
TAXED = question(
    311, "taxed", "办理过税务登记", "Registered for tax", "在税务机关办理过登记", ElementType.BOOLEAN, codes=YES_NO
)
RETURNED = question(
    312,
    "returned",
    "登记证书、印章和财务凭证已经准备交回",
    "Certificate, seals and books are handed back",
    "准予注销后交回登记证书、印章和财务凭证",
    ElementType.BOOLEAN,
    codes=YES_NO,
)
