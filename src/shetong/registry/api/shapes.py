"""The shapes of the API's answers. Names, descriptions and code lists come from the metadata standard.

Answers are written by msgspec; the schemas here document them, and the tests hold one against the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from shetong.core import divisions
from shetong.registry.elements import KINDS, ORGANISATION, STATUSES
from shetong.registry.queries.lookup import MOST, Answer, Verdict
from shetong.registry.queries.search import Match, Result, SearchPage

_KIND_NAMES = {code.value: code.name_zh for code in KINDS.codes}
_STATUS_NAMES = {code.value: code.name_zh for code in STATUSES.codes}


def _element(name: str, **extra: Any) -> Any:
    """Return a field described as the metadata standard describes the element ``name``."""
    element = ORGANISATION[name]
    return Field(title=element.name_zh, description=element.definition, **extra)


class OrganisationItem(Schema):
    """An organisation in a list."""

    code: str = Field(
        description="地址中使用的标识：统一社会信用代码；分支（代表）机构为 BR 加编号", examples=["51100000500000015P"]
    )
    name: str = _element("name")
    kind: str = _element("kind", json_schema_extra={"enum": list(_KIND_NAMES)})
    kind_name: str
    status: str = _element("status", json_schema_extra={"enum": list(_STATUS_NAMES)})
    status_name: str
    division_code: str = _element("division_code")
    division_name: str = Field(description="行政区划全称")
    legal_representative: str = _element("legal_representative")
    founded_on: date | None = _element("founded_on")
    authority: str = Field(description="登记管理机关")
    charity: bool = Field(description="是否为慈善组织")
    fundraising: bool = Field(description="是否具有公开募捐资格")
    demo: bool = Field(description="是否为演示数据")
    url: str = Field(description="组织页面的地址")
    match: Match = Field(description="命中方式")
    former_name: str = Field(description="命中的曾用名；按现用名命中时为空")
    highlights: list[tuple[int, int]] = Field(description="命中的文字在名称（或者曾用名）中的起止位置，按字符计")


class RepresentativeBlock(Schema):
    """Organisations of which a person of this name is the legal representative."""

    name: str
    items: list[OrganisationItem]
    more: bool = Field(description="是否还有更多，可用参数 representative 列出")


class SearchAnswer(Schema):
    """One page of organisations."""

    items: list[OrganisationItem]
    total: int = Field(description="总数")
    total_is_estimate: bool = Field(description="总数是否为估计：常用字词不逐条计数")
    similar: bool = Field(description="没有名称包含所查文字，所列为相近的名称")
    next_cursor: str | None = Field(description="下一页的标记；没有下一页时为空")
    representative: RepresentativeBlock | None


class Suggestion(Schema):
    """What somebody who is typing may be looking for."""

    text: str = Field(description="命中的名称，可能是曾用名")
    name: str
    code: str
    kind_name: str
    division_name: str
    highlight: list[tuple[int, int]]


class LookupQuery(Schema):
    """Names or codes to check."""

    model_config = ConfigDict(extra="forbid")

    queries: list[Annotated[str, StringConstraints(max_length=500)]] = Field(
        min_length=1, max_length=MOST, description="社会组织名称或者统一社会信用代码，一次最多 1000 个"
    )
    near: bool = Field(True, description="没有完全一致的名称时，是否查找相近的名称")


class LookupAnswer(Schema):
    """The answer to one name or code."""

    query: str
    verdict: Verdict = Field(
        description="registered 现有组织；ended 已注销、撤销或者吊销；former 曾用名；near 仅有相近名称；none 没有"
    )
    matches: list[OrganisationItem]
    near: list[OrganisationItem]


class LookupAnswers(Schema):
    """Answers in the order of the queries."""

    results: list[LookupAnswer]


class ProblemShape(Schema):
    """An error, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: dict[str, str] = {}
    provision: str = ""


def item(result: Result) -> dict[str, Any]:
    """Return a result in the shape :class:`OrganisationItem`."""
    return {
        "code": result.code,
        "name": result.name,
        "kind": result.kind,
        "kind_name": _KIND_NAMES[result.kind],
        "status": result.status,
        "status_name": _STATUS_NAMES[result.status],
        "division_code": result.division,
        "division_name": divisions.full_name(result.division),
        "legal_representative": result.legal_representative,
        "founded_on": result.founded_on,
        "authority": result.authority,
        "charity": result.charity,
        "fundraising": result.fundraising,
        "demo": result.demo,
        "url": f"/organisations/{result.code}/",
        "match": result.match.value,
        "former_name": result.former_name,
        "highlights": result.highlights,
    }


def search_answer(page: SearchPage) -> bytes:
    """Return a page as JSON in the shape :class:`SearchAnswer`."""
    block = page.representative
    return encode(
        {
            "items": _items(page.results),
            "total": page.total,
            "total_is_estimate": page.total_is_estimate,
            "similar": page.similar,
            "next_cursor": page.next_cursor or None,
            "representative": {"name": block.name, "items": _items(block.results), "more": block.more}
            if block
            else None,
        }
    )


def suggestions(results: Iterable[Result]) -> bytes:
    """Return suggestions as a JSON list of :class:`Suggestion`."""
    return encode(
        [
            {
                "text": result.former_name or result.name,
                "name": result.name,
                "code": result.code,
                "kind_name": _KIND_NAMES[result.kind],
                "division_name": divisions.full_name(result.division),
                "highlight": result.highlights,
            }
            for result in results
        ]
    )


def lookup_answers(answers: Iterable[Answer]) -> bytes:
    """Return answers as JSON in the shape :class:`LookupAnswers`."""
    return encode(
        {
            "results": [
                {
                    "query": answer.query,
                    "verdict": answer.verdict.value,
                    "matches": _items(answer.matches),
                    "near": _items(answer.near),
                }
                for answer in answers
            ]
        }
    )


def encode(value: object) -> bytes:
    """Return JSON, dates as ISO 8601."""
    return msgspec.json.encode(value)


def _items(results: Iterable[Result]) -> list[dict[str, Any]]:
    return [item(result) for result in results]
