"""What charity writes into the public log ``charity``, type by type (:mod:`shetong.ledger.rules.entry_types`)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from shetong.charity.models.choices import (
    CarryKind,
    Channel,
    DutyKind,
    EvidenceKind,
    OutflowKind,
    ReversalKind,
    TrustFilingKind,
    VersionKind,
)
from shetong.ledger.rules.entry_types import EntryType, Field, Form


def _words(choices: type[Channel] | type[OutflowKind] | type[ReversalKind]) -> tuple[tuple[str, str], ...]:
    return tuple((str(choice.value), str(choice.label)) for choice in choices)


def _kinds(
    choices: type[CarryKind] | type[EvidenceKind] | type[VersionKind] | type[TrustFilingKind] | type[DutyKind],
) -> tuple[tuple[str, str], ...]:
    return tuple((str(choice.value), str(choice.label)) for choice in choices)


_POOL = Field("pool", Form.COUNT, "The pool's number.", label=_("资金池"))
_FROM = Field("from", Form.COUNT, "First position of the interval in the pool.", label=_("区间起"))
_TO = Field("to", Form.COUNT, "Position after the last of the interval in the pool.", label=_("区间止"))
_AMOUNT = Field("amount", Form.COUNT, "Value in fen.", label=_("金额（分）"))
_TEXT = Field("digest", Form.DIGEST, "SHA-256 over the canonical JSON of the words published.", label=_("内容摘要"))

PLAN = EntryType(
    "charity.plan",
    1,
    _("公开募捐方案备案"),
    "A version of a fundraising plan was filed.",
    (
        Field("plan", Form.IDENTIFIER, "The filing number.", label=_("备案编号")),
        Field("organisation", Form.IDENTIFIER, "The organisation's unified code.", label=_("组织")),
        Field("edition", Form.COUNT, "Number of the version, from 1.", label=_("版次")),
        Field("kind", Form.IDENTIFIER, "Original, supplement or change.", label=_("种类"), words=_kinds(VersionKind)),
        Field("starts_on", Form.DATE, "First day of fundraising.", label=_("起始日期")),
        Field("ends_on", Form.DATE, "Last day of fundraising.", label=_("结束日期")),
        Field("filed_on", Form.DATE, "The day of filing.", label=_("备案日期")),
        _TEXT,
    ),
)
TRUST = EntryType(
    "charity.trust",
    1,
    _("慈善信托备案"),
    "A charitable trust was filed, or filed again.",
    (
        Field("trust", Form.IDENTIFIER, "The filing number.", label=_("备案编号")),
        Field("trustee", Form.IDENTIFIER, "The trustee's unified code.", label=_("受托人")),
        Field("edition", Form.COUNT, "Number of the filing, from 1.", label=_("次序")),
        Field("kind", Form.IDENTIFIER, "Why it was filed.", label=_("种类"), words=_kinds(TrustFilingKind)),
        Field("filed_on", Form.DATE, "The day of filing.", label=_("备案日期")),
        _TEXT,
    ),
)
DISCLOSURE = EntryType(
    "charity.disclosure",
    1,
    _("信息公开"),
    "A charity published something, or corrected what it had published.",
    (
        Field("organisation", Form.IDENTIFIER, "The organisation's unified code.", label=_("组织")),
        Field("kind", Form.IDENTIFIER, "What was published.", label=_("种类"), words=_kinds(DutyKind)),
        Field("corrects", Form.COUNT, "The entry that it corrects.", nullable=True, label=_("更正")),
        Field("published_at", Form.INSTANT, "When it was published.", label=_("公布时间")),
        _TEXT,
    ),
)
POOL = EntryType(
    "charity.pool",
    1,
    _("设立资金池"),
    "A pool was opened: what may be spent together. Positions of its axis begin at 0.",
    (
        _POOL,
        Field("organisation", Form.IDENTIFIER, "The organisation's unified code.", label=_("组织")),
        Field("project", Form.IDENTIFIER, "The project's number; null: general.", nullable=True, label=_("项目编号")),
        Field("earmark", Form.IDENTIFIER, "What it is meant for alone.", nullable=True, label=_("指定用途")),
        Field("asset", Form.IDENTIFIER, "CNY, or the code of the goods.", label=_("币种或物品")),
        Field("restricted", Form.FLAG, "Whether its use is restricted.", label=_("限定性")),
    ),
)
DONATION = EntryType(
    "charity.donation",
    1,
    _("捐赠"),
    "A donation was received and took the next positions of its pool.",
    (
        _POOL,
        _FROM,
        _TO,
        _AMOUNT,
        Field("channel", Form.IDENTIFIER, "The way it came.", label=_("渠道"), words=_words(Channel)),
        Field("platform", Form.IDENTIFIER, "The platform's code.", nullable=True, label=_("平台")),
        Field("plan", Form.IDENTIFIER, "Filing number of the activity.", nullable=True, label=_("备案编号")),
        Field("currency", Form.IDENTIFIER, "Currency given (ISO 4217).", label=_("原币种")),
        Field("original", Form.COUNT, "Foreign amount, smallest units.", nullable=True, label=_("原币金额")),
        Field("corrects", Form.COUNT, "Donation that it corrects.", nullable=True, label=_("更正的捐赠")),
        Field("donated_at", Form.INSTANT, "When it was given.", label=_("捐赠时间")),
    ),
    people=True,
)
REVERSAL = EntryType(
    "charity.reversal",
    1,
    _("捐赠的退回"),
    "A donation was taken back in part or whole: the unspent part leaves the end of its interval, the spent part is"
    " paid back out of general means.",
    (
        Field("donation", Form.COUNT, "The donation's number.", label=_("捐赠")),
        Field("kind", Form.IDENTIFIER, "Refund, void or correction.", label=_("种类"), words=_words(ReversalKind)),
        _POOL,
        Field("from", Form.COUNT, "First position of the unspent part.", label=_("未使用部分区间起")),
        Field("to", Form.COUNT, "Position after the unspent part.", label=_("未使用部分区间止")),
        Field("quantity", Form.COUNT, "How much was taken back in all.", label=_("数量")),
        _AMOUNT,
        Field("paid_from", Form.COUNT, "Disbursement for the spent part.", nullable=True, label=_("支出")),
        Field("reversed_at", Form.INSTANT, "When it was taken back.", label=_("发生时间")),
    ),
)
DISBURSEMENT = EntryType(
    "charity.disbursement",
    1,
    _("支出"),
    "Means left a pool: first in, first out, from where the last disbursement ended.",
    (
        _POOL,
        _FROM,
        _TO,
        Field("quantity", Form.COUNT, "Length of the interval less the refunds within it.", label=_("数量")),
        _AMOUNT,
        Field("kind", Form.IDENTIFIER, "What for.", label=_("种类"), words=_words(OutflowKind)),
        Field("spent_on", Form.DATE, "The day of spending.", label=_("支出日期")),
        _TEXT,
    ),
    people=True,
)
CARRY = EntryType(
    "charity.carry",
    1,
    _("划转与退回"),
    "What a disbursement took out of one pool came into a pool: transferred to another, or returned.",
    (
        Field("kind", Form.IDENTIFIER, "Transfer or return.", label=_("种类"), words=_kinds(CarryKind)),
        Field("source", Form.COUNT, "The disbursement that it comes from.", label=_("来源支出")),
        Field("source_from", Form.COUNT, "First unit within the disbursement.", label=_("来源区间起")),
        Field("source_to", Form.COUNT, "Unit after the last within the disbursement.", label=_("来源区间止")),
        _POOL,
        _FROM,
        _TO,
        _AMOUNT,
    ),
)
PART = EntryType(
    "charity.part",
    1,
    _("执行机构支出"),
    "A partner spent part of a grant: first in, first out within the grant.",
    (
        Field("disbursement", Form.COUNT, "The grant.", label=_("支出")),
        Field("from", Form.COUNT, "First unit within the grant.", label=_("区间起")),
        Field("to", Form.COUNT, "Unit after the last within the grant.", label=_("区间止")),
        Field("spent_on", Form.DATE, "The day of spending.", label=_("支出日期")),
        _TEXT,
    ),
    people=True,
)
EVIDENCE = EntryType(
    "charity.evidence",
    1,
    _("支出凭证"),
    "A document that proves a disbursement was kept.",
    (
        Field("disbursement", Form.COUNT, "The disbursement.", label=_("支出")),
        Field("part", Form.COUNT, "The partner's spending.", nullable=True, label=_("执行机构支出")),
        Field("kind", Form.IDENTIFIER, "Kind of document.", label=_("种类"), words=_kinds(EvidenceKind)),
        Field("file", Form.DIGEST, "SHA-256 of the document.", label=_("文件摘要")),
        _TEXT,
    ),
)
REACHED = EntryType(
    "charity.reached",
    1,
    _("到达最终受益人"),
    "A disbursement, or part of a grant, was proven to have reached the last beneficiary.",
    (
        Field("disbursement", Form.COUNT, "The disbursement.", label=_("支出")),
        Field("part", Form.COUNT, "The partner's spending.", nullable=True, label=_("执行机构支出")),
    ),
)
TYPES = (PLAN, TRUST, DISCLOSURE, POOL, DONATION, REVERSAL, DISBURSEMENT, CARRY, PART, EVIDENCE, REACHED)
