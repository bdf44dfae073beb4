"""``/api/v1/volunteering/exchange``: designated systems send and read volunteers, organisations, activities, records.

``docs/specs/volunteer-exchange.md``. A call shows an API key with the scope ``volunteering.exchange`` and is signed
(RFC 9421) with the Ed25519 key that was registered for it.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router, Schema
from pydantic import Field

from shetong.core.errors import NotFoundError
from shetong.core.http_signatures import SignatureError
from shetong.registry.api import signed as requests
from shetong.registry.api.gate import UnauthorisedError, require_scope
from shetong.registry.api.shapes import ProblemShape, encode
from shetong.volunteering.models import ExchangeKind, VolunteerSystem
from shetong.volunteering.queries import exchange as queries
from shetong.volunteering.rules import exchange as rules
from shetong.volunteering.services import exchange_batches, exchange_compare, exchange_in, exchange_out

router = Router(tags=["volunteering-exchange"])
TAG = "shetong-volunteering"
_PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 404, 409, 422, 429}): ProblemShape}
_SIGNED = {
    "security": [{"ApiKey": []}],
    "parameters": [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in ("Signature-Input", "Signature", "Content-Digest")
    ],
}


class _Versioned(Schema):
    number: str = Field(description="来源系统内的编号", min_length=1, max_length=60)
    version: int = Field(description="版次，每次变化都变大", ge=0, le=2**62)


class ExchangedVolunteer(_Versioned):
    """A volunteer, named by the blind index alone."""

    index: str = Field(description="交换盲索引，64位小写十六进制", pattern=r"^[0-9a-f]{64}$")
    state: Literal["active", "left", "merged"] = "active"
    merged_into: str = Field("", max_length=60)


class ExchangedOrganisation(_Versioned):
    """An organisation or team."""

    name: str = Field(min_length=1, max_length=100)
    uscc: str = Field("", description="统一社会信用代码", max_length=18)
    division_code: str = Field("", max_length=6)
    contact_phone: str = Field("", max_length=30)
    state: Literal["active", "closed"] = "active"


class ExchangedActivity(_Versioned):
    """An activity, as everybody may see it."""

    organisation: str = Field(description="组织在来源系统内的编号", max_length=60)
    title: str = Field(min_length=1, max_length=80)
    field: str = Field(description="服务类别代码", max_length=12)
    state: str = Field("recruiting", max_length=10)
    division_code: str = Field("", max_length=6)
    address: str = Field("", max_length=200)
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-85, le=85)
    content: str = Field("", max_length=5000)
    risks: str = Field("", max_length=2000)
    url: str = Field("", max_length=200)


class ExchangedRecord(_Versioned):
    """A record of service, confirmed by who organised it; ``void`` takes it back."""

    index: str = Field(description="交换盲索引，64位小写十六进制", pattern=r"^[0-9a-f]{64}$")
    organisation: str = Field("", max_length=60)
    activity: str = Field("", max_length=60)
    start: datetime
    end: datetime
    minutes: int = Field(ge=1, le=1440)
    field: str = Field(max_length=12)
    division_code: str = Field("", max_length=6)
    place: str = Field("", max_length=200)
    content: str = Field("", max_length=500)
    state: Literal["confirmed", "void"] = "confirmed"


class Outcome(Schema):
    """What became of one item."""

    number: str
    version: int
    outcome: Literal["created", "updated", "unchanged", "stale", "conflict", "kept", "flagged", "refused", "failed"]
    errors: dict[str, str]


class Outcomes(Schema):
    """What became of each item, in their order. ``rehearsal``: nothing of it has an effect yet."""

    rehearsal: bool
    items: list[Outcome]


class FeedPage(Schema):
    """A part of the feed; the next one begins after ``cursor``."""

    items: list[dict[str, Any]]
    cursor: int
    more: bool


class ComparisonQuestion(Schema):
    """What a system says that it sent on a day."""

    day: date
    count: int = Field(ge=0, le=10**9)
    digest: str = Field(description="按编号排序的“编号 TAB 版次 LF”的 SHA-256", pattern=r"^[0-9a-f]{64}$")


class ComparisonAnswer(Schema):
    """Whether both agree; else number and version of what is here."""

    matches: bool
    count: int
    digest: str
    ours: list[tuple[str, int]]


class BatchedRecord(Schema):
    """A record of a batch; its volunteer by the number that the sender gave us before."""

    number: str = Field(description="来源系统内的编号", min_length=1, max_length=60)
    volunteer: str = Field(description="志愿者在来源系统内的编号", min_length=1, max_length=60)
    team: str = Field("", description="本系统的团体编号", max_length=14)
    start: datetime
    end: datetime
    minutes: int = Field(ge=1, le=1440)
    field: str = Field(max_length=12)
    division_code: str = Field(max_length=6)
    place: str = Field("", max_length=200)
    content: str = Field("", max_length=500)


class BatchOfRecords(Schema):
    """Records that were confirmed in another system, together."""

    batch: str = Field(description="批次号，重复发送同一批得到同一结果", pattern=r"^[0-9A-Za-z][0-9A-Za-z._:-]{0,39}$")
    confirmer: str = Field(description="来源系统的确认人", min_length=2, max_length=100)
    records: list[BatchedRecord] = Field(min_length=1, max_length=rules.MOST_BATCHED)


class BatchAnswer(Schema):
    """What became of a batch. ``faults``, ``changed``: what was not taken; empty for a batch that came before."""

    batch: str
    new: bool
    records: int
    counted: int
    flagged: int
    minutes: int
    repeated: int
    changed: list[str]
    faults: dict[str, str]


class RulesAnswer(Schema):
    """The rules of the exchange, its outcomes and the steps of the test."""

    rules: list[str]
    outcomes: dict[str, str]
    steps: dict[str, str]


class StandingAnswer(Schema):
    """Where a system stands."""

    system: str
    rehearsal: bool
    passed: list[str]
    missing: list[str]


@router.get(
    "/volunteering/exchange/rules",
    response={200: RulesAnswer, frozenset({429}): ProblemShape},
    summary=N_("数据交换的规则、处理结果和测试步骤"),
    url_name="volunteering-exchange-rules",
)
def exchange_rules(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - the router passes it
    """冲突怎样处理，每种结果的含义，对接测试的步骤。"""
    return {
        "rules": [gettext(rule) for rule in rules.RULES],
        "outcomes": {code: gettext(text) for code, text in rules.OUTCOMES.items()},
        "steps": {step.code: gettext(step.title) for step in rules.STEPS},
    }


@router.get(
    "/volunteering/exchange/standing",
    response={200: StandingAnswer, **_PROBLEMS},
    summary=N_("对接测试的进度"),
    url_name="volunteering-exchange-standing",
    openapi_extra=_SIGNED,
)
def standing(request: HttpRequest) -> dict[str, Any]:
    """须持密钥并签名。本系统通过了哪些测试步骤，是否已经正式交换。"""
    system = _caller(request)
    return {
        "system": system.code, "rehearsal": system.certified_at is None,
        "passed": sorted(queries.passed_steps(system)),
        "missing": [step.code for step in queries.missing_steps(system)],
    }  # fmt: skip


@router.get(
    "/volunteering/exchange/feeds/{kind}",
    response={200: FeedPage, **_PROBLEMS},
    summary=N_("按游标读取变化的数据"),
    url_name="volunteering-exchange-read",
    openapi_extra=_SIGNED,
)
def read(
    request: HttpRequest,
    kind: Literal["volunteers", "organisations", "activities", "records"],
    after: Annotated[int, Field(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Field(ge=1, le=queries.LARGEST_PAGE)] = 100,
) -> HttpResponse:
    """须持密钥并签名。只有本人同意转移并且为对方系统所知的志愿者和记录；从上次的游标接着读。"""
    system = _caller(request)
    page = queries.feed(system, ExchangeKind(kind), after=after, limit=limit)
    if not page.more:
        exchange_compare.passed(system, "read")
    body = encode({"items": page.items, "cursor": page.cursor, "more": page.more})
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})


@router.post(
    "/volunteering/exchange/volunteers",
    response={200: Outcomes, **_PROBLEMS},
    summary=N_("发送志愿者"),
    url_name="volunteering-exchange-volunteers",
    openapi_extra=_SIGNED,
)
def send_volunteers(request: HttpRequest, items: list[ExchangedVolunteer]) -> dict[str, Any]:
    """须持密钥并签名。只用交换盲索引，不传姓名和证件号码。重复发送得到同一结果。"""
    return _take(request, ExchangeKind.VOLUNTEERS, items)


@router.post(
    "/volunteering/exchange/organisations",
    response={200: Outcomes, **_PROBLEMS},
    summary=N_("发送组织和团体"),
    url_name="volunteering-exchange-organisations",
    openapi_extra=_SIGNED,
)
def send_organisations(request: HttpRequest, items: list[ExchangedOrganisation]) -> dict[str, Any]:
    """须持密钥并签名。有统一社会信用代码的与本系统的组织对应。重复发送得到同一结果。"""
    return _take(request, ExchangeKind.ORGANISATIONS, items)


@router.post(
    "/volunteering/exchange/activities",
    response={200: Outcomes, **_PROBLEMS},
    summary=N_("发送活动"),
    url_name="volunteering-exchange-activities",
    openapi_extra=_SIGNED,
)
def send_activities(request: HttpRequest, items: list[ExchangedActivity]) -> dict[str, Any]:
    """须持密钥并签名。重复发送得到同一结果。"""
    return _take(request, ExchangeKind.ACTIVITIES, items)


@router.post(
    "/volunteering/exchange/records",
    response={200: Outcomes, **_PROBLEMS},
    summary=N_("发送服务记录"),
    url_name="volunteering-exchange-records",
    openapi_extra=_SIGNED,
)
def send_records(request: HttpRequest, items: list[ExchangedRecord]) -> dict[str, Any]:
    """须持密钥并签名。与其他记录重叠的存疑，由志愿服务管理部门核实。重复发送得到同一结果。"""
    return _take(request, ExchangeKind.RECORDS, items)


@router.post(
    "/volunteering/exchange/record-batches",
    response={200: BatchAnswer, **_PROBLEMS},
    summary=N_("成批发送服务记录"),
    url_name="volunteering-exchange-batch",
    openapi_extra=_SIGNED,
)
def send_batch(request: HttpRequest, batch: BatchOfRecords) -> dict[str, Any]:
    """须持密钥并签名，通过测试以后可用。最多5000条，整批记一次；与其他记录重叠的存疑。重复发送同一批得到同一结果。"""
    done = exchange_batches.take(system=_caller(request), given=batch.dict())
    made = done.batch
    return {
        "batch": made.number, "new": done.new, "records": made.records, "counted": made.counted,
        "flagged": made.flagged, "minutes": made.minutes, "repeated": done.repeated, "changed": list(done.changed),
        "faults": dict(done.faults),
    }  # fmt: skip


@router.post(
    "/volunteering/exchange/reconciliation/{kind}",
    response={200: ComparisonAnswer, **_PROBLEMS},
    summary=N_("对账"),
    url_name="volunteering-exchange-compare",
    openapi_extra=_SIGNED,
)
def compare(
    request: HttpRequest,
    kind: Literal["volunteers", "organisations", "activities", "records"],
    question: ComparisonQuestion,
) -> dict[str, Any]:
    """须持密钥并签名。比较某一天发送的笔数和散列值；不一致的列出本方的编号和版次。"""
    found = exchange_compare.compare(
        system=_caller(request), kind=ExchangeKind(kind), day=question.day, count=question.count,
        digest=question.digest,
    )  # fmt: skip
    return {"matches": found.matches, "count": found.count, "digest": found.digest, "ours": list(found.ours)}


def _take(request: HttpRequest, kind: ExchangeKind, items: list[Any]) -> dict[str, Any]:
    system = _caller(request)
    answers = exchange_in.take(system=system, kind=kind, items=[item.dict() for item in items])
    return {
        "rehearsal": system.certified_at is None,
        "items": [
            {"number": one.number, "version": one.version, "outcome": one.outcome, "errors": dict(one.errors)}
            for one in answers
        ],
    }


def _caller(request: HttpRequest) -> VolunteerSystem:
    """Return the system that signed this very request. Raises the errors of the gate, :class:`SignatureError`."""
    api_key = request.api_key  # type: ignore[attr-defined]
    if api_key is None:
        raise UnauthorisedError(gettext("请用接口密钥调用这个接口。"))
    require_scope(request, exchange_out.SCOPE)
    key = queries.key_of(api_key)
    if key is None:
        raise NotFoundError(gettext("这个密钥没有登记给指定的系统。"), code="system-unknown")
    signed = requests.verify(request, bytes(key.public_key), tag=TAG, now=time.time())
    if signed.key != api_key.prefix:
        raise SignatureError("signature-invalid")
    if not exchange_out.use_nonce(key, signed.nonce, signed.created):
        raise SignatureError("nonce-reused")
    return key.system
