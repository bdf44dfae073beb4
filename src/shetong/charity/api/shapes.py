"""The shapes of the platform interface, as its description tells them."""

from __future__ import annotations

from typing import Any

import msgspec
from ninja import Field, Schema

from shetong.charity.rules.platform_errors import CALLS, RECORDS
from shetong.registry.api.shapes import ProblemShape as ProblemShape

Described = dict[str, Any]


class WhoAmI(Schema):
    """Who calls, and how far the certification test is (sandbox)."""

    platform: str
    name: str
    client: str
    environment: str
    steps: dict[str, bool]
    world: dict[str, str] = Field(description="沙箱中有什么：organisation、unqualified、plan、ended；正式环境为空")


class Qualification(Schema):
    """An organisation's standing today."""

    code: str
    name: str
    status: str = Field(description="登记状态")
    charity: bool = Field(description="是慈善组织")
    qualified_from: str | None
    qualified_to: str | None = Field(description="不含当日")
    certificate: str = Field(description="公开募捐资格证书编号")
    may_publish: bool
    reasons: list[str]


class Plan(Schema):
    """A plan as filed, the version in force."""

    number: str
    name: str
    organisation: str
    organisation_name: str
    project: str
    project_name: str
    starts_on: str
    ends_on: str
    target: int | None = Field(description="分/年")
    purpose: str
    use: str
    platforms: list[str]
    edition: int
    emergency: bool
    may_publish: bool


class PageShape(Schema):
    """A page as it stands."""

    page: str
    plan: str
    title: str
    state: str = Field(description="published、suspended、closed")
    plan_state: str
    published_at: str
    closed_at: str | None


class PageList(Schema):
    """Pages, the newest first."""

    items: list[PageShape]


class RecordShape(Schema):
    """A record that was not simply taken."""

    index: int = Field(description="在这一批中的位置，从 0 起")
    number: str
    code: str
    detail: str
    donation: str = Field(default="", description="已入账的捐赠编号")


class BatchShape(Schema):
    """What became of a batch."""

    batch: int
    taken: int
    amount: int = Field(description="分")
    duplicates: int
    refused: int
    late: int
    refunds: int = Field(description="随这一批办理的先到退款")
    records: list[RecordShape]


class ManyShape(Schema):
    """What became of refunds or arrivals."""

    taken: int
    duplicates: int
    refused: int
    records: list[RecordShape]


class DonationShape(Schema):
    """A donation that was taken."""

    number: str
    donation: str
    amount: int
    refunded: int
    plan: str
    project: str
    donated_at: str
    recorded_at: str
    receipt: str = Field(description="捐赠人回执的地址")


class DayShape(Schema):
    """How a day compares."""

    day: str
    agreed: bool
    round: int
    ours: dict[str, int | str]


class NoteShape(Schema):
    """What a side said of a discrepancy."""

    side: str
    text: str
    settles: bool
    at: str


class DiscrepancyShape(Schema):
    """A donation of which the two sides say different things."""

    id: int
    day: str
    kind: str
    number: str
    theirs: int | None
    ours: int | None
    hint: str = Field(description="曾被退回的原因")
    explained: bool
    notes: list[NoteShape]


class DiscrepancyList(Schema):
    """Discrepancies."""

    items: list[DiscrepancyShape]


class ComplaintShape(Schema):
    """A complaint about one of the platform's pages."""

    id: int
    page: str
    text: str
    made_at: str
    due_on: str
    answer: str
    answered_at: str | None


class ComplaintList(Schema):
    """Complaints, those without answer first."""

    items: list[ComplaintShape]


class PlatformShape(Schema):
    """A designated platform."""

    code: str
    name: str
    operator: str
    operator_code: str
    website: str
    scope: str
    batch: int | None
    designated_on: str
    withdrawn_on: str | None
    designated: bool


class PlatformList(Schema):
    """Platforms, designated ones first."""

    items: list[PlatformShape]


PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 404, 409, 413, 415, 422, 429, 503}): ProblemShape}


def body(kind: type[Any], *, lines: str = "") -> Described:
    """Describe a request body of ``kind``; with ``lines`` a batch of it under that member, or a record a line."""
    (schema,), parts = msgspec.json.schema_components([kind], ref_template="#/x-parts/{name}")
    whole: Described = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    content: Described = {"application/json": {"schema": whole}}
    if lines:
        batch = {"type": "array", "items": whole, "minItems": 1}
        content = {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {lines: batch},
                    "required": [lines],
                    "additionalProperties": False,
                }
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
        }
    return {"requestBody": {"required": True, "content": content}, "parameters": [_KEY, *_SIGNATURE, _DIGEST]}


def _header(name: str, description: str) -> Described:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


_KEY = _header("Idempotency-Key", "幂等键：同一提交重试时不变")
_DIGEST = _header("Content-Digest", "RFC 9530，sha-256，对实际发送的内容")
_SIGNATURE = [_header("Signature-Input", "RFC 9421"), _header("Signature", "RFC 9421，Ed25519")]
SIGNED: Described = {"parameters": _SIGNATURE}


def codes() -> list[str]:
    """All stable codes."""
    return [one.code for one in (*CALLS, *RECORDS)]
