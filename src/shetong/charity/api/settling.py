"""``/api/v1/platform/…``: reconciliation, discrepancies and complaints."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router

from shetong.charity.api import gate, shapes
from shetong.charity.api.gate import Result, Sent
from shetong.charity.api.platform import a_day
from shetong.charity.models import PlatformComplaint
from shetong.charity.queries.platforms import supervision as reading
from shetong.charity.rules import platform_bodies
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.reconciliation import MOST_RECORDS, DayRecord, DayReport
from shetong.charity.services.platforms import complaints as answering
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.platforms.desk import MOST_LISTED, Desk

router = Router(tags=["platform"])
LARGEST_ID = 2**62
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000, pattern=r"^[^\x00]*$")]


class Explanation(msgspec.Struct, forbid_unknown_fields=True):
    """What the platform says of a discrepancy; ``settles``: it takes the matter as explained."""

    text: Said
    settles: bool = False


class ComplaintAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """The answer to a complaint."""

    text: Said


@router.post(
    "/platform/reconciliations",
    response={200: shapes.DayShape, **shapes.PROBLEMS},
    summary=N_("平台：日对账"),
    description="按捐赠时间（北京时间）的一天：笔数、金额（分）、散列值（按编号排序的“编号,金额”各行的 SHA-256）。",
    url_name="platform-reconciliations",
    openapi_extra=shapes.body(DayReport),
)
def reconcile(request: HttpRequest) -> HttpResponse:
    """Compare a day."""

    def act(desk: Desk, sent: Sent) -> Result:
        found = desk.report(platform_bodies.one(sent.content, sent.media_type, DayReport))
        return Result(found, facts={"agreed": found["agreed"]})

    return gate.write(request, "reconciliation", act)


@router.post(
    "/platform/reconciliations/{day}/records",
    response={200: shapes.DiscrepancyList, **shapes.PROBLEMS},
    summary=N_("平台：上传不符的一天的明细"),
    url_name="platform-reconciliation-records",
    openapi_extra=shapes.body(DayRecord, lines="records"),
)
def reconcile_records(request: HttpRequest, day: str) -> HttpResponse:
    """Find where a day differs."""

    def act(desk: Desk, sent: Sent) -> Result:
        records = platform_bodies.records(sent.content, sent.media_type, DayRecord, "records", most=MOST_RECORDS)
        found = desk.compare(a_day(day), records)
        return Result({"items": found[:MOST_LISTED]}, facts={"discrepancies": len(found)})

    return gate.write(request, "reconciliation-records", act)


@router.get(
    "/platform/discrepancies",
    response={200: shapes.DiscrepancyList, **shapes.PROBLEMS},
    summary=N_("平台：未消除的对账差异"),
    url_name="platform-discrepancies",
    openapi_extra=shapes.SIGNED,
)
def discrepancies(request: HttpRequest) -> HttpResponse:
    """List what differs."""
    return gate.read(request, "discrepancies", lambda desk, _caller: Result({"items": desk.discrepancies()}))


@router.post(
    "/platform/discrepancies/{int:number}/notes",
    response={200: shapes.DiscrepancyShape, **shapes.PROBLEMS},
    summary=N_("平台：说明一项对账差异"),
    url_name="platform-discrepancy-notes",
    openapi_extra=shapes.body(Explanation),
)
def explain(request: HttpRequest, number: int) -> HttpResponse:
    """Say something of a discrepancy."""

    def act(desk: Desk, sent: Sent) -> Result:
        said = platform_bodies.one(sent.content, sent.media_type, Explanation)
        return Result(desk.explain(min(number, LARGEST_ID), said.text, said.settles))

    return gate.write(request, "explain", act)


@router.get(
    "/platform/complaints",
    response={200: shapes.ComplaintList, **shapes.PROBLEMS},
    summary=N_("平台：对本平台页面的投诉"),
    url_name="platform-complaints",
    openapi_extra=shapes.SIGNED,
)
def complaints(request: HttpRequest) -> HttpResponse:
    """List complaints, those without answer first."""

    def act(_desk: Desk, caller: Caller) -> Result:
        if caller.sandbox:
            return Result({"items": []})
        found = reading.complaints_of(caller.platform)
        return Result({"items": [_complaint(one) for one in found[:MOST_LISTED]]})

    return gate.read(request, "complaints", act)


@router.post(
    "/platform/complaints/{int:number}/answer",
    response={200: shapes.ComplaintShape, **shapes.PROBLEMS},
    summary=N_("平台：答复投诉"),
    url_name="platform-complaint-answer",
    openapi_extra=shapes.body(ComplaintAnswer),
)
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Answer a complaint."""

    def act(desk: Desk, sent: Sent) -> Result:
        said = platform_bodies.one(sent.content, sent.media_type, ComplaintAnswer)
        if desk.caller.sandbox:
            raise PlatformError("complaint-not-found")
        return Result(_complaint(answering.answer(desk.caller, min(number, LARGEST_ID), said.text)))

    return gate.write(request, "answer", act)


def _complaint(one: PlatformComplaint) -> dict[str, Any]:
    return {
        "id": one.pk,
        "page": one.page,
        "text": one.text,
        "made_at": one.made_at.isoformat(),
        "due_on": one.due_on.isoformat(),
        "answer": one.answer,
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
    }
