"""What pages of disclosure say of duties, years and entries."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from shetong.charity.models import Disclosure, DisclosureDuty, DutyKind
from shetong.charity.queries.disclosure import YearJudged
from shetong.charity.rules.ratios import State
from shetong.charity.views import words

_TONES = {State.MET: "green", State.MISSED: "red", State.EXCUSED: "yellow", State.UNKNOWN: "grey"}


def duty(row: DisclosureDuty, today: date) -> dict[str, Any]:
    """A duty in words: what, about what time, by when, how urgent."""
    days = (row.due_on - today).days
    if days < 0:
        tag, tone = _("逾期%(days)d日") % {"days": -days}, "red"
    elif days <= 14:
        tag, tone = _("还剩%(days)d日") % {"days": days}, "yellow"
    else:
        tag, tone = _("%(day)s前") % {"day": row.due_on}, "blue"
    return {
        "row": row,
        "kind": _(str(DutyKind(row.kind).label)),
        "about": row.about,
        "tag": tag,
        "tone": tone,
        "referred": row.referred_on,
    }


def year(one: YearJudged) -> dict[str, Any]:
    """A year in words: figures, and each requirement with its working."""
    names = {
        State.MET: _("符合"),
        State.MISSED: _("不符合"),
        State.EXCUSED: _("有规定的原因"),
        State.UNKNOWN: _("缺少数据"),
    }
    return {
        "number": one.figures.year,
        "met": one.met,
        "public": one.public,
        "lines": [(line, names[line.state], _TONES[line.state]) for line in one.lines],
        "figures": [
            (_("总收入"), words.money(one.figures.income)),
            (_("其中：捐赠收入"), words.money(one.figures.donations)),
            (_("慈善活动支出"), words.money(one.figures.spending)),
            (_("管理费用"), words.money(one.figures.management)),
            (_("募捐成本"), words.money(one.figures.fundraising)),
            (_("总支出"), words.money(one.figures.total)),
            (_("年末净资产"), words.money(one.figures.net_assets)),
        ],
    }


def entry(row: Disclosure) -> dict[str, Any]:
    """A published entry with its figures and whether it came in time."""
    return {
        "row": row,
        "kind": _(str(DutyKind(row.kind).label)),
        "parts": [(_(label), text) for label, text in row.content],
        "figures": [(_(label), words.money(amount)) for label, amount in row.figures],
        "late": bool(row.duty and row.duty.fulfilled_on and row.duty.fulfilled_on > row.duty.due_on),
    }
