"""``/api/v1/platform/…``: what designated platforms' programs ask and report. Specification: platform-protocol.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router

from shetong.charity.api import gate, shapes
from shetong.charity.api.gate import Result, Sent
from shetong.charity.models import PageState, Platform
from shetong.charity.queries.platforms import certification
from shetong.charity.rules import platform_bodies, sandbox_world
from shetong.charity.rules.platform_errors import ALL, PlatformError
from shetong.charity.rules.platform_pages import Page
from shetong.charity.rules.platform_records import NUMBER, ArrivalReport, Given, Refund
from shetong.charity.services.platforms import money
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.platforms.desk import Desk

router = Router(tags=["platform"])
_PLAIN = ("", "duplicate", "waiting", "late")
_SIGNED = shapes.SIGNED


@router.get(
    "/platform/me",
    response={200: shapes.WhoAmI, **shapes.PROBLEMS},
    summary=N_("平台：我是谁，认证到哪一步"),
    url_name="platform-me",
    openapi_extra=_SIGNED,
)
def me(request: HttpRequest) -> HttpResponse:
    """Tell who calls."""

    def act(_desk: Desk, caller: Caller) -> Result:
        steps = certification.progress(Platform(pk=caller.platform))
        return Result(
            {
                "platform": caller.code,
                "name": caller.name,
                "client": caller.client_id,
                "environment": "sandbox" if caller.sandbox else "production",
                "world": sandbox_world.WORLD if caller.sandbox else {},
                "steps": {one.step.code: one.passed_at is not None for one in steps},
            }
        )

    return gate.read(request, "me", act)


@router.get(
    "/platform/qualifications/{code}",
    response={200: shapes.Qualification, **shapes.PROBLEMS},
    summary=N_("平台：查验公开募捐资格"),
    url_name="platform-qualification",
    openapi_extra=_SIGNED,
)
def qualification(request: HttpRequest, code: str) -> HttpResponse:
    """Tell whether an organisation may raise funds in public today."""

    def act(desk: Desk, _caller: Caller) -> Result:
        found = desk.qualification(code)
        body = {
            "code": found.code,
            "name": found.name,
            "status": found.status,
            "charity": found.charity,
            "qualified_from": found.qualified_from,
            "qualified_to": found.qualified_to,
            "certificate": found.certificate,
            "may_publish": found.may_publish,
            "reasons": found.reasons,
        }
        return Result(body, facts={"may_publish": found.may_publish})

    return gate.read(request, "qualification", act)


@router.get(
    "/platform/plans/{number}",
    response={200: shapes.Plan, **shapes.PROBLEMS},
    summary=N_("平台：查验备案编号"),
    url_name="platform-plan",
    openapi_extra=_SIGNED,
)
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """Tell what was filed under a number."""

    def act(desk: Desk, caller: Caller) -> Result:
        found = desk.plan(number)
        body = asdict(found)
        body["organisation"] = body.pop("organisation_code")
        body["may_publish"] = body.pop("open") and caller.name in found.platforms
        return Result(body)

    return gate.read(request, "plan", act)


@router.get(
    "/platform/pages",
    response={200: shapes.PageList, **shapes.PROBLEMS},
    summary=N_("平台：募捐页面"),
    url_name="platform-pages",
    openapi_extra=_SIGNED,
)
def pages(request: HttpRequest) -> HttpResponse:
    """List pages."""
    return gate.read(request, "pages", lambda desk, _caller: Result({"items": desk.pages()}))


@router.post(
    "/platform/pages",
    response={200: shapes.PageShape, **shapes.PROBLEMS},
    summary=N_("平台：发布募捐页面"),
    description="页面的名称、期限、数额和目的与备案方案逐项核对，不一致的不能发布，差异在 differences 中。",
    url_name="platform-publish",
    openapi_extra=shapes.body(Page),
)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish a page, or change a published one."""

    def act(desk: Desk, sent: Sent) -> Result:
        shape, differ = desk.publish(platform_bodies.one(sent.content, sent.media_type, Page))
        if shape is not None:
            return Result(shape)
        # An answer like any other: that the page was compared, and how it came out, is kept.
        return gate.problem(PlatformError("page-differs-from-plan", differences=[asdict(one) for one in differ]))

    return gate.write(request, "publish", act)


@router.get(
    "/platform/pages/{page}",
    response={200: shapes.PageShape, **shapes.PROBLEMS},
    summary=N_("平台：一个募捐页面"),
    url_name="platform-page",
    openapi_extra=_SIGNED,
)
def page(request: HttpRequest, page: str) -> HttpResponse:
    """Tell how a page stands."""
    return gate.read(request, "page", lambda desk, _caller: Result(desk.page(page)))


def _changing(name: str, state: PageState, summary: str) -> None:
    @router.post(
        f"/platform/pages/{{page}}/{name}",
        response={200: shapes.PageShape, **shapes.PROBLEMS},
        summary=summary,
        url_name=f"platform-page-{name}",
        openapi_extra={"parameters": shapes.body(dict)["parameters"]},
        operation_id=f"platform_page_{name}",
    )
    def change(request: HttpRequest, page: str) -> HttpResponse:
        return gate.write(request, name, lambda desk, _sent: Result(desk.change(page, state)))


_changing("suspend", PageState.SUSPENDED, N_("平台：暂停募捐页面"))
_changing("resume", PageState.PUBLISHED, N_("平台：恢复募捐页面"))
_changing("close", PageState.CLOSED, N_("平台：关闭募捐页面"))


@router.post(
    "/platform/donations",
    response={200: shapes.BatchShape, **shapes.PROBLEMS},
    summary=N_("平台：报送一批捐赠"),
    description="最多 5000 笔，JSON 或者 NDJSON，可以用 gzip 压缩。重复报送不会重复入账；有问题的逐笔说明，其余入账。",
    url_name="platform-donations",
    openapi_extra=shapes.body(Given, lines="donations"),
)
def donations(request: HttpRequest) -> HttpResponse:
    """Take a batch of donations."""

    def act(desk: Desk, sent: Sent) -> Result:
        records = platform_bodies.records(sent.content, sent.media_type, Given, "donations")
        found = desk.take(records)
        duplicates = found.count("duplicate")
        body = {
            "batch": found.batch,
            "taken": found.taken,
            "amount": found.amount,
            "duplicates": duplicates,
            "refused": len(records) - found.taken - duplicates,
            "late": found.late,
            "refunds": found.refunds,
            "records": _told(records, found.codes, found.numbers),
        }
        facts = {"taken": found.taken, "codes": set(found.codes), "lines": sent.lines, "packed": sent.packed}
        return Result(body, facts=facts)

    return gate.write(request, "donations", act)


@router.get(
    "/platform/donations/{number}",
    response={200: shapes.DonationShape, **shapes.PROBLEMS},
    summary=N_("平台：一笔捐赠及其回执"),
    url_name="platform-donation",
    openapi_extra=_SIGNED,
)
def donation(request: HttpRequest, number: str) -> HttpResponse:
    """Tell of a donation by the platform's number."""
    return gate.read(request, "donation", lambda desk, _caller: Result(desk.donation(number)))


@router.post(
    "/platform/refunds",
    response={200: shapes.ManyShape, **shapes.PROBLEMS},
    summary=N_("平台：报送退款"),
    description="最多 500 笔。先于捐赠到达的退款记下，捐赠到达后自动办理。",
    url_name="platform-refunds",
    openapi_extra=shapes.body(Refund, lines="refunds"),
)
def refunds(request: HttpRequest) -> HttpResponse:
    """Carry refunds out."""

    def act(desk: Desk, sent: Sent) -> Result:
        records = platform_bodies.records(sent.content, sent.media_type, Refund, "refunds", most=money.MOST)
        return _many(records, desk.refund(records))

    return gate.write(request, "refunds", act)


@router.post(
    "/platform/arrivals",
    response={200: shapes.ManyShape, **shapes.PROBLEMS},
    summary=N_("平台：报送进入慈善组织账户的款项"),
    description="最多 500 笔。平台不得代为接受捐赠，也不得收费：扣费、绕道和滞留会成为违规线索。",
    url_name="platform-arrivals",
    openapi_extra=shapes.body(ArrivalReport, lines="arrivals"),
)
def arrivals(request: HttpRequest) -> HttpResponse:
    """Take arrivals."""

    def act(desk: Desk, sent: Sent) -> Result:
        records = platform_bodies.records(sent.content, sent.media_type, ArrivalReport, "arrivals", most=money.MOST)
        return _many(records, desk.arrive(records))

    return gate.write(request, "arrivals", act)


def _many(records: Sequence[Any], codes: list[str]) -> Result:
    taken, duplicates = codes.count(""), codes.count("duplicate")
    body = {
        "taken": taken,
        "duplicates": duplicates,
        "refused": len(codes) - taken - duplicates - codes.count("waiting"),
        "records": _told(records, codes, {}),
    }
    return Result(body, facts={"taken": taken, "codes": set(codes)})


def _told(records: Sequence[Any], codes: Sequence[str], known: dict[int, int]) -> list[dict[str, Any]]:
    """Tell of each record that was not simply taken."""
    return [
        {
            "index": index,
            "number": one.number if one is not None and NUMBER.fullmatch(one.number) else "",
            "code": code,
            "detail": gettext(ALL[code].title),
            "donation": f"D{known[index]:012}" if index in known else "",
        }
        for index, (one, code) in enumerate(zip(records, codes, strict=True))
        if code
    ]


def a_day(text: str) -> date:
    """Read a day of an address. Raises :class:`PlatformError` ``reconciliation-not-found``."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PlatformError("reconciliation-not-found") from error
