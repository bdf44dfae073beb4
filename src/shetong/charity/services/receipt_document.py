"""A donor's receipt as PDF: the data that a 捐赠票据 must carry (《慈善法》第三十八条), and the address of its path."""

from __future__ import annotations

import io
import json
from pathlib import Path

import segno
from django.utils import timezone

from shetong.charity.models import MONEY, Donation
from shetong.charity.queries import tracing
from shetong.charity.rules.capitals import capitals
from shetong.core.money import format_plain
from shetong.core.typesetting import Template

_TEMPLATE = Template(Path(__file__).parents[1] / "documents" / "receipt.typ")


def render_receipt(donation: Donation, address: str) -> bytes:
    """Return the receipt (PDF/UA-1). The donor stands in it as in public: who has the address need not be the donor."""
    pool = donation.pool
    back = tracing.taken_back(donation)
    money = pool.asset == MONEY
    at, issued = timezone.localtime(donation.donated_at), timezone.localtime(donation.recorded_at)
    rows = [
        ("捐赠编号", donation.number),
        ("捐赠人", donation.shown or "匿名"),
        ("捐赠日期", f"{at.year}年{at.month}月{at.day}日"),
        ("捐赠方式", donation.platform.name if donation.platform else donation.get_channel_display()),
        ("财产种类", "货币" if money else f"实物（{pool.goods}）"),
        ("数量", _quantity(donation, donation.quantity)),
        ("金额（大写）", capitals(donation.amount)),
        ("票据日期", f"{issued.year}年{issued.month}月{issued.day}日"),
        ("经办人", _handler(donation)),
        ("慈善组织", pool.organisation.name),
        ("统一社会信用代码", pool.organisation.public_code),
        ("慈善项目", pool.project.name if pool.project else "不限定用途"),
        ("项目编码", pool.project.number if pool.project else "—"),
        ("备案编号", donation.activity.plan.number if donation.activity else "—"),
        ("已退还", _quantity(donation, back) if back else "无"),
    ]
    data = {
        "title": "捐赠回执",
        "issuer": pool.organisation.name,
        "rows": rows,
        "note": "本回执载明捐赠票据应当记载的事项，用于查询和核验；公益事业捐赠统一票据由慈善组织另行开具。",
        "scan": "扫描二维码，查看这笔捐赠的去向并核验",
        "qr": _qr_code(address),
        "qr_text": "二维码：这笔捐赠的去向",
        "demo": "演示" if pool.organisation.demo else "",
    }
    return _TEMPLATE.render(json.dumps(data, ensure_ascii=False), at=donation.recorded_at)


def _quantity(donation: Donation, quantity: int) -> str:
    pool = donation.pool
    return f"{format_plain(quantity)}元" if pool.asset == MONEY else f"{quantity}{pool.unit}"


def _handler(donation: Donation) -> str:
    """Who took the gift for the charity: a person, or the platform whose program reported it."""
    if donation.platform is not None:
        return f"{donation.platform.name}（系统报送）"
    return donation.journal.made_by or "系统导入"


def _qr_code(address: str) -> str:
    buffer = io.BytesIO()
    segno.make(address, error="m", micro=False).save(buffer, kind="svg", border=2, dark="#000", light="#fff")
    return buffer.getvalue().decode()
