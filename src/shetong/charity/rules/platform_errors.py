"""Every code with which the platform interface refuses a call or tells a record apart; the documentation lists them.

``status``: of the answer that a refused call gets; ``0``: codes that stand beside a single record of a batch that was
taken. Codes are for programs and never change; texts are for people and may.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Code:
    """One code: what it means, and what the platform's program should do about it."""

    code: str
    status: int
    title: str
    action: str


CALLS = (
    Code("token-required", 401, N_("没有令牌"), N_("先用客户端编号和密钥领取令牌。")),
    Code("platform-not-designated", 403, N_("平台不在指定名单内"), N_("平台已经退出或者尚未指定，请联系主管部门。")),
    Code("signature-missing", 401, N_("请求没有签名"), N_("按 RFC 9421 附上 Signature-Input 和 Signature。")),
    Code("signature-malformed", 401, N_("签名的格式有误"), N_("对照协议检查 Signature-Input 和 Signature 的写法。")),
    Code("signature-incomplete", 401, N_("签名没有涵盖必需的部分"), N_("按协议列出的部分重新签名。")),
    Code("signature-stale", 401, N_("签名时间超出允许范围"), N_("校准时钟，每次发送前重新签名。")),
    Code("signature-invalid", 401, N_("签名不符"), N_("核对私钥、签名内容和客户端编号。")),
    Code("digest-mismatch", 401, N_("内容摘要不符"), N_("对实际发送的内容（压缩后的）计算 Content-Digest。")),
    Code("nonce-reused", 401, N_("随机数用过了"), N_("每次发送用新的随机数重新签名；这很可能是重放。")),
    Code("idempotency-key-required", 400, N_("缺少幂等键"), N_("每次提交附上 Idempotency-Key，重试时不变。")),
    Code("idempotency-key-reused", 422, N_("幂等键已经用于别的内容"), N_("新的内容用新的幂等键。")),
    Code("encoding-unsupported", 415, N_("内容编码不受支持"), N_("不压缩，或者用 gzip。")),
    Code("type-unsupported", 415, N_("内容类型不受支持"), N_("用 application/json 或者 application/x-ndjson。")),
    Code("body-too-large", 413, N_("内容过大"), N_("解压后不超过规定大小，请分批。")),
    Code("body-unreadable", 400, N_("内容无法读取"), N_("检查 JSON 或者 gzip 是否完整。")),
    Code("batch-too-large", 422, N_("一批超过规定笔数"), N_("请分批提交。")),
    Code("batch-empty", 422, N_("一批没有记录"), N_("没有记录时不用提交。")),
    Code("invalid-input", 422, N_("内容有误"), N_("按 errors 所列改正。")),
    Code("organisation-not-found", 404, N_("没有这家组织"), N_("核对统一社会信用代码。")),
    Code("plan-not-found", 404, N_("没有这个备案编号"), N_("核对备案编号，不要发布没有备案的活动。")),
    Code("page-not-found", 404, N_("没有这个页面"), N_("核对平台上的页面编号，先登记页面。")),
    Code("donation-not-found", 404, N_("没有这笔捐赠"), N_("核对平台订单号；还没有报送的请报送。")),
    Code("not-qualified", 409, N_("组织没有公开募捐资格"), N_("不要为它发布募捐页面，并向民政部门报告。")),
    Code("plan-not-open", 409, N_("备案的活动不在募捐期内或者已经停止"), N_("不要发布；已发布的应当下线。")),
    Code("platform-not-in-plan", 409, N_("备案方案没有列入本平台"), N_("请慈善组织先变更备案。")),
    Code("page-differs-from-plan", 409, N_("页面内容与备案方案不一致"), N_("按 differences 逐项改正后再发布。")),
    Code("page-closed", 409, N_("页面已经关闭"), N_("关闭的页面不能再用，请用新的页面编号。")),
    Code("page-taken", 409, N_("页面编号已用于别的备案"), N_("请用新的页面编号。")),
    Code("day-not-over", 422, N_("这一天还没有结束"), N_("次日再对账。")),
    Code("reconciliation-not-found", 404, N_("这一天还没有对账"), N_("先提交当天的笔数、金额和散列值。")),
    Code("reconciliation-mismatch", 422, N_("明细与当天的笔数、金额或者散列值不符"), N_("核对明细后重新提交。")),
    Code("discrepancy-not-found", 404, N_("没有这项差异"), N_("从差异清单取得编号。")),
    Code("complaint-not-found", 404, N_("没有这件投诉"), N_("从投诉清单取得编号。")),
    Code("complaint-answered", 409, N_("这件投诉已经答复"), N_("不用再次答复。")),
    Code("busy", 503, N_("系统繁忙"), N_("用同一个幂等键稍后重试。")),
)
RECORDS = (
    Code("duplicate", 0, N_("这一笔已经入账，内容相同"), N_("不用处理，没有重复入账。")),
    Code("number-conflict", 0, N_("同一编号曾以不同内容报送"), N_("核对编号；更改金额请先退款再重新报送。")),
    Code("late", 0, N_("已入账，但报送超过规定时间"), N_("不用重报；会计入及时率。")),
    Code("waiting", 0, N_("退款先于捐赠到达，已经记下"), N_("报送这笔捐赠后自动办理。")),
    Code("record-malformed", 0, N_("记录不符合格式"), N_("按接口说明改正这一笔。")),
    Code("number-malformed", 0, N_("编号不合格式"), N_("用 1 至 64 位字母、数字、点、下划线、连字符。")),
    Code("amount-not-positive", 0, N_("金额不是正数"), N_("退款走退款接口，不要报负数。")),
    Code("amount-too-large", 0, N_("金额超过单笔上限"), N_("核对单位是否为分。")),
    Code("time-in-future", 0, N_("时间在将来"), N_("校准时钟后重新报送。")),
    Code("time-too-early", 0, N_("时间早于2016年"), N_("核对年份，改正后重新报送。")),
    Code("page-unknown", 0, N_("没有登记这个页面"), N_("先登记页面。")),
    Code("outside-period", 0, N_("捐赠时间不在募捐期内"), N_("款项应当退还捐赠人，并核实页面是否按时下线。")),
    Code("plan-stopped", 0, N_("活动已被暂停或者终止"), N_("停止募捐，款项按民政部门的要求处理。")),
    Code("wrong-plan", 0, N_("备案编号不是这个页面的"), N_("核对页面与备案编号的对应关系。")),
    Code("wrong-project", 0, N_("项目不是这次募捐支持的项目"), N_("核对项目编号。")),
    Code("earmark-unknown", 0, N_("项目没有这个用途"), N_("核对用途代码，或者不指定用途。")),
    Code("currency-unknown", 0, N_("币种代码有误"), N_("用 ISO 4217 的三位代码。")),
    Code("foreign-unsettled", 0, N_("外币捐赠没有原币金额"), N_("结汇后报送：amount 为人民币分，另报原币金额。")),
    Code("not-foreign", 0, N_("人民币捐赠不应有原币金额"), N_("去掉 original_amount。")),
    Code("refund-too-much", 0, N_("退款超过尚未退还的部分"), N_("核对金额和此前的退款。")),
    Code("refund-spent", 0, N_("捐赠已经用出，不能直接退还"), N_("请慈善组织筹措非限定性资金或者与捐赠人协商。")),
    Code("arrival-before-giving", 0, N_("到账早于捐赠"), N_("核对时间。")),
)
ALL = {one.code: one for one in (*CALLS, *RECORDS)}


class PlatformError(DomainError):
    """A call was refused. ``extra``: further members of the problem, such as ``differences``."""

    def __init__(self, code: str, message: str = "", **extra: object) -> None:
        known = ALL[code]
        super().__init__(message or gettext(known.title) + gettext("。") + gettext(known.action), code=code)
        self.status = known.status
        self.extra = extra
