"""``/api/v1/charity/organisations/{code}/…``: what a charity published, and its ratios with their working."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router, Schema
from pydantic import Field

from shetong.charity.queries import disclosure as queries
from shetong.charity.queries import projects as reading
from shetong.registry.api.gate import require_scope
from shetong.registry.api.shapes import ProblemShape

router = Router(tags=["charity"])
SCOPE = "organisations.read"
_PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 404, 429}): ProblemShape}


class LineShape(Schema):
    """One requirement of the official table."""

    code: str = Field(description="spending、spending-income、management 或者 fundraising")
    title: str
    working: str = Field(description="计算过程")
    state: str = Field(description="met、missed、excused 或者 unknown")
    provision: str = Field(description="依据，没有核实的为空")


class YearShape(Schema):
    """A year with its figures in fen, judged by the table."""

    year: int
    public_fundraising: bool
    income: int
    donations: int
    net_assets: int
    spending: int
    management: int
    fundraising: int
    total: int
    lines: list[LineShape]


class YearList(Schema):
    """The years on file, the newest first."""

    items: list[YearShape]


class PartShape(Schema):
    """A part of an entry."""

    label: str
    text: str


class EntryShape(Schema):
    """Something that a charity published."""

    id: int
    kind: str
    title: str
    parts: list[PartShape]
    explanation: str = Field(description="更正说明，不是更正的为空")
    corrects: int | None
    due_on: date | None
    published_at: datetime
    digest: str = Field(description="内容摘要（SHA-256），与公开日志一致")


class EntryList(Schema):
    """The newest entries, each followed by its corrections."""

    items: list[EntryShape]


@router.get(
    "/charity/organisations/{code}/ratios",
    response={200: YearList, **_PROBLEMS},
    summary=N_("慈善组织年度支出和管理费用比例"),
    description="按规定的表逐项计算，附计算过程和依据；金额单位：分。",
    url_name="charity-ratios",
)
def ratios(request: HttpRequest, code: str) -> Any:
    """Answer with the years of a charity."""
    require_scope(request, SCOPE)
    return {
        "items": [
            {
                "year": one.figures.year, "public_fundraising": one.public, "income": one.figures.income,
                "donations": one.figures.donations, "net_assets": one.figures.net_assets,
                "spending": one.figures.spending, "management": one.figures.management,
                "fundraising": one.figures.fundraising, "total": one.figures.total,
                "lines": [
                    {
                        "code": line.code, "title": line.title, "working": line.working, "state": line.state.value,
                        "provision": line.provision,
                    }
                    for line in one.lines
                ],
            }
            for one in queries.judged(reading.organisation(code))
        ]
    }  # fmt: skip


@router.get(
    "/charity/organisations/{code}/disclosures",
    response={200: EntryList, **_PROBLEMS},
    summary=N_("慈善组织公开的信息"),
    description="最近公布的内容，更正紧随其后。",
    url_name="charity-disclosures",
)
def disclosures(request: HttpRequest, code: str) -> Any:
    """Answer with what a charity published."""
    require_scope(request, SCOPE)
    found = queries.entries(reading.organisation(code), most=100)
    return {
        "items": [
            {
                "id": one.pk, "kind": one.kind, "title": one.title, "explanation": one.explanation,
                "parts": [{"label": label, "text": text} for label, text in one.content],
                "corrects": one.corrects_id, "due_on": first.duty.due_on if first.duty else None,
                "published_at": one.published_at, "digest": one.digest,
            }
            for first in found
            for one in (first, *first.corrections.all())
        ]
    }  # fmt: skip
