"""What pages of charity say: amounts, names of streams, and what the browser needs to verify by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shetong.charity.models import MONEY, Beneficiary, Channel, Disbursement, OutflowKind, Pool, SubDisbursement
from shetong.charity.queries.flows import Stream, Sums
from shetong.core import divisions
from shetong.core.money import format_english, format_yuan
from shetong.ledger.models import Log

LOG = "charity"


def money(fen: int) -> str:
    """An amount in the language of the page."""
    return format_english(fen) if get_language() == "en" else format_yuan(fen)


def quantity(pool: Pool, amount: int) -> str:
    """So much money, or so many units of goods."""
    return money(amount) if pool.asset == MONEY else f"{amount:,} {pool.unit}"


def stream_name(code: str) -> str:
    """What a node of the money-flow picture is called."""
    side, _colon, name = code.partition(":")
    if side == "in":
        others = {"carried": _("其他项目划入"), "returned": _("支出退回")}
        return others.get(name) or _(str(Channel(name).label))
    if side == "out":
        return _("退款与作废") if name == "refunded" else _(str(OutflowKind(name).label))
    return {"pool": _("项目资金"), "held": _("尚未使用")}[code]


def picture(streams: Iterable[Stream]) -> dict[str, object]:
    """The money-flow picture for the browser, and the same as rows of a table."""
    streams = list(streams)
    codes = sorted({code for stream in streams for code in (stream.source, stream.target)})
    return {
        "json": json.dumps(
            {
                "nodes": [{"name": stream_name(code)} for code in codes],
                "links": [
                    {
                        "source": stream_name(stream.source),
                        "target": stream_name(stream.target),
                        "value": stream.amount / 100,
                        "text": money(stream.amount),
                    }
                    for stream in streams
                ],
            },
            ensure_ascii=False,
        ),
        "rows": [(stream_name(stream.source), stream_name(stream.target), money(stream.amount)) for stream in streams],
    }


def figures(total: Sums) -> list[tuple[str, str]]:
    """The live totals: label and value."""
    return [
        (_("捐赠笔数"), f"{total.donations:,}"),
        (_("捐赠收入"), money(total.donated)),
        (_("已支出"), money(total.out)),
        (_("退款与作废"), money(total.refunded)),
        (_("尚未使用"), money(total.balance)),
    ]


def who(beneficiary: Beneficiary) -> str:
    """A beneficiary as the public may see one: county, category, age band, initial."""
    place = divisions.full_name(beneficiary.division_code) or beneficiary.division_code
    parts = [place, _(str(beneficiary.get_category_display()))]
    if beneficiary.age_from is not None:
        parts.append(_("%(first)d至%(last)d岁") % {"first": beneficiary.age_from, "last": beneficiary.age_to or 0})
    if beneficiary.initial:
        parts.append(f"{beneficiary.initial}**")
    return " · ".join(parts)


def recipient(row: Disbursement | SubDisbursement) -> str:
    """Whom the money went to, in public words; empty where nobody is named."""
    if row.beneficiary is not None:
        return who(row.beneficiary)
    partner = row.partner if isinstance(row, Disbursement) else None
    return row.payee or (partner.name if partner else "")


def proof(reference: str, says: Mapping[str, object]) -> dict[str, str]:
    """A badge: where the receipt of an act is, and what this page says of it; the browser compares."""
    return {
        "receipt": reverse("ledger:receipt", args=[LOG, reference]),
        "page": reverse("ledger:receipt-page", args=[LOG, reference]),
        "says": json.dumps(says),
    }


def disbursement_proof(row: Disbursement) -> dict[str, str]:
    """The badge of a disbursement."""
    says = {"amount": row.amount, "from": row.pool_from, "to": row.pool_to, "kind": row.kind, "pool": row.pool_id}
    return proof(f"disbursement-{row.pk}", says)


def share(title: str, text: str, path: str) -> dict[str, str]:
    """What a messenger shows of a shared page (Open Graph)."""
    return {"title": title, "text": text, "url": f"{settings.PUBLIC_URL}{path}"}


def browser_data() -> str:
    """The charity log's addresses and the browser's sentences."""
    log = Log.objects.filter(name=LOG).first()
    place = log and {
        "name": log.name,
        "origin": log.origin,
        "title": _("慈善捐赠日志"),
        "checkpoint": reverse("ledger:checkpoint", args=[LOG]),
        "keys": reverse("ledger:keys", args=[LOG]),
        "consistency": reverse("ledger:consistency", args=[LOG, 0, 1]).removesuffix("0/1"),
    }
    words = {
        "good": _("已核验"),
        "good_text": _("您的浏览器核对了公开日志的签名和证明，与本页所写一致。"),
        "bad": _("核验不通过"),
        "differs": _("本页所写与公开日志不一致，请不要采信，并向主管机关反映。"),
        "broken": _("公开日志的签名或证明不成立，请保留本页并向主管机关反映。"),
        "rewritten": _("公开日志与您上次看到的不是同一部历史，请保留本页并向主管机关反映。"),
        "open": _("暂未核验"),
        "open_text": _("这一条正在记入公开日志，或者网络不通，请稍后再看。"),
        "picture": _("资金流向图，内容与下方表格相同"),
    }
    return json.dumps({"log": place, "words": words}, ensure_ascii=False)
