"""The certification test: steps that a platform's own calls in the sandbox pass, each judged by one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

MANY = 1_000


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was answered in the sandbox.

    ``facts``: what the operation tells of itself: ``taken``, ``codes`` (set of codes of records), ``packed``,
    ``lines``, ``replayed``, ``agreed`` …
    """

    operation: str
    status: int
    code: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether it was answered as asked."""
        return 200 <= self.status < 300

    def codes(self) -> frozenset[str]:
        """The codes of records."""
        found = self.facts.get("codes")
        return frozenset(found) if isinstance(found, (set, frozenset)) else frozenset()

    def count(self, name: str) -> int:
        """A number that the operation tells."""
        found = self.facts.get(name)
        return found if isinstance(found, int) else 0


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what to do, and which call passes it."""

    code: str
    title: str
    how: str
    passed_by: Callable[[Call], bool]


STEPS = (
    Step("token", N_("领取令牌"), N_("POST /platform/token，客户端编号和密钥走 HTTP Basic。"),
         lambda call: call.operation == "token" and call.good),
    Step("signature", N_("签名请求"), N_("GET /platform/me，带令牌和签名。"),
         lambda call: call.operation == "me" and call.good),
    Step("tampered", N_("篡改会被发现"), N_("改动一个字节后发送，应得 digest-mismatch 或者 signature-invalid。"),
         lambda call: call.code in ("digest-mismatch", "signature-invalid")),
    Step("replay", N_("重放会被拒绝"), N_("原样再发一次同一个请求，应得 nonce-reused。"),
         lambda call: call.code == "nonce-reused"),
    Step("qualified", N_("查验公开募捐资格"), N_("查验沙箱中有资格的组织，得到 may_publish 为 true。"),
         lambda call: call.operation == "qualification" and call.facts.get("may_publish") is True),
    Step("unqualified", N_("识别没有资格的组织"), N_("查验沙箱中资格已被撤销的组织，得到 may_publish 为 false。"),
         lambda call: call.operation == "qualification" and call.good and call.facts.get("may_publish") is False),
    Step("plan", N_("查验备案编号"), N_("查验沙箱中的备案编号，取得名称、期限和目的。"),
         lambda call: call.operation == "plan" and call.good),
    Step("differs", N_("识别与备案不一致的页面"), N_("用错误的名称发布，应得 page-differs-from-plan 和差异清单。"),
         lambda call: call.operation == "publish" and call.code == "page-differs-from-plan"),
    Step("publish", N_("发布募捐页面"), N_("按备案内容发布一个页面。"),
         lambda call: call.operation == "publish" and call.good),
    Step("batch", N_("报送一批捐赠（JSON）"), N_("至少一笔入账。"),
         lambda call: call.operation == "donations" and call.count("taken") > 0 and not call.facts.get("lines")),
    Step("large", N_("报送一大批捐赠（压缩的 NDJSON）"), N_("一次至少一千笔，application/x-ndjson，gzip。"),
         lambda call: call.operation == "donations" and call.count("taken") >= MANY
         and bool(call.facts.get("lines")) and bool(call.facts.get("packed"))),
    Step("retry", N_("同一请求重试"), N_("同一幂等键、同样内容再发一次（重新签名），得到第一次的答复。"),
         lambda call: call.operation == "donations" and bool(call.facts.get("replayed"))),
    Step("key-reused", N_("幂等键不能换内容"), N_("同一幂等键换内容发送，应得 idempotency-key-reused。"),
         lambda call: call.code == "idempotency-key-reused"),
    Step("duplicates", N_("重复的捐赠"), N_("用新的幂等键重报已入账的捐赠，每笔得到 duplicate。"),
         lambda call: call.operation == "donations" and call.good and "duplicate" in call.codes()),
    Step("told-apart", N_("问题记录逐笔区分"), N_("一批中放入负数、缺原币金额的外币、项目有误各一笔，分别得到代码。"),
         lambda call: {"amount-not-positive", "foreign-unsettled", "wrong-project"} <= call.codes()),
    Step("refund", N_("退款"), N_("退还一笔已入账的捐赠。"),
         lambda call: call.operation == "refunds" and call.count("taken") > 0),
    Step("early-refund", N_("先到的退款"), N_("报送一笔还没有报送的捐赠的退款，得到 waiting。"),
         lambda call: call.operation == "refunds" and "waiting" in call.codes()),
    Step("arrival", N_("到账"), N_("报送进入慈善组织账户的款项。"),
         lambda call: call.operation == "arrivals" and call.count("taken") > 0),
    Step("agreed", N_("对账相符"), N_("报送过去某一天的笔数、金额和散列值，结果相符。"),
         lambda call: call.operation == "reconciliation" and call.good and call.facts.get("agreed") is True),
    Step("discrepancies", N_("对账不符时取差异清单"), N_("报送不符的一天，上传明细，取得差异清单。"),
         lambda call: call.operation == "reconciliation-records" and call.count("discrepancies") > 0),
    Step("close", N_("关闭页面"), N_("关闭一个页面。"),
         lambda call: call.operation == "close" and call.good),
)  # fmt: skip


def passed_by(call: Call) -> list[str]:
    """Return the codes of the steps that a call passes."""
    return [step.code for step in STEPS if step.passed_by(call)]
