"""``/api/v1/volunteering/sessions/…``: an organiser's program at the door, with a key of who keeps its team's time."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router, Schema
from pydantic import Field

from shetong.accounts.models import ApiKey
from shetong.core.errors import InvalidInputError
from shetong.registry.api.gate import UnauthorisedError, require_scope
from shetong.registry.api.shapes import ProblemShape, encode
from shetong.volunteering.services import programs
from shetong.volunteering.services.programs import Carried, Mark
from shetong.volunteering.services.scans import Outcome, Signed

router = Router(tags=["volunteering"])
_PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 404, 422, 429}): ProblemShape}
_LARGEST = 2**63 - 1


class OnTheList(Schema):
    """Somebody who holds a place: the name masked, the devices that may sign scans by their numbers."""

    signup: int
    volunteer: str
    name_masked: str
    post: str
    state: str
    devices: list[int]


class Roll(Schema):
    """The list of a session."""

    people: list[OnTheList]


class MarkShape(Schema):
    """Somebody came, and left where that is known."""

    signup: int = Field(ge=1, le=_LARGEST)
    came: datetime
    left: datetime | None = None
    reason: str = Field("", max_length=200, description="活动不用点名签到的，写明理由")


class Marks(Schema):
    """Who came."""

    marks: list[MarkShape] = Field(min_length=1, max_length=programs.MOST)


class ScanShape(Schema):
    """A scan as the volunteer's device signed it."""

    device: int = Field(ge=1, le=_LARGEST, description="签名设备的编号")
    text: str = Field(max_length=2_000, description="设备签名的原文")
    signature: str = Field(max_length=100, description="P-256 签名 r‖s，64字节的 base64")


class Scans(Schema):
    """Scans to hand in."""

    scans: list[ScanShape] = Field(min_length=1, max_length=programs.MOST)


class OutcomeShape(Schema):
    """What became of one: ``accepted``, or a code and a sentence why not. ``again``: trying later may help."""

    name: str
    code: str
    message: str
    again: bool


class OutcomesShape(Schema):
    """What became of each, in their order."""

    items: list[OutcomeShape]


@router.get(
    "/volunteering/sessions/{int:session}/attendance",
    response={200: Roll, **_PROBLEMS},
    summary=N_("场次的签到名单"),
    url_name="volunteering-roll",
)
def roll(request: HttpRequest, session: int) -> HttpResponse:
    """须持有 volunteering.attendance 权限的密钥，密钥所有人是团体的记录员。姓名脱敏，每次读取都有记录。"""
    people = programs.roll(key=_key(request), session_id=min(session, _LARGEST))
    return HttpResponse(
        encode({"people": people}), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


@router.post(
    "/volunteering/sessions/{int:session}/attendance",
    response={200: OutcomesShape, **_PROBLEMS},
    summary=N_("登记到场和离开"),
    url_name="volunteering-roll",
)
def mark(request: HttpRequest, session: int, marks: Marks) -> dict[str, Any]:
    """须持有 volunteering.attendance 权限的密钥。每项分别处理，重复发送不会重复登记。"""
    given = [Mark(one.signup, one.came, one.left, one.reason) for one in marks.marks]
    return _told(programs.mark(key=_key(request), session_id=min(session, _LARGEST), marks=given))


@router.post(
    "/volunteering/sessions/{int:session}/scans",
    response={200: OutcomesShape, **_PROBLEMS},
    summary=N_("转交志愿者手机签名的扫码"),
    url_name="volunteering-carry",
)
def carry(request: HttpRequest, session: int, scans: Scans) -> dict[str, Any]:
    """须持有 volunteering.attendance 权限的密钥。扫码由志愿者的手机签名，程序不能改动；重复转交得到同一结果。"""
    given = [Carried(one.device, Signed(one.text, _octets(one.signature))) for one in scans.scans]
    return _told(programs.carry(key=_key(request), session_id=min(session, _LARGEST), carried=given))


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:  # not base64, or not even ASCII
        raise InvalidInputError(gettext("签名应为 base64。"), code="signature") from error


def _told(outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "items": [{"name": one.scan, "code": one.code, "message": one.message, "again": one.again} for one in outcomes]
    }


def _key(request: HttpRequest) -> ApiKey:
    key: ApiKey | None = request.api_key  # type: ignore[attr-defined]
    if key is None:
        raise UnauthorisedError(gettext("请用接口密钥调用这个接口。"))
    require_scope(request, programs.SCOPE)
    return key
