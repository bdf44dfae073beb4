"""``/api/v1/volunteering/…/signups``: signing up and what follows, for the volunteer whose token is shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router

from shetong.accounts.models import User
from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.registry.api.gate import UnauthorisedError
from shetong.registry.api.shapes import ProblemShape
from shetong.volunteering.api import shapes
from shetong.volunteering.models import Signup, Volunteer
from shetong.volunteering.queries import signups as queries
from shetong.volunteering.services import places, signups
from shetong.volunteering.services.tokens import Bearer

router = Router(tags=["volunteering"])
_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": N_("请求编号（UUID）。同一编号再次提交得到第一次的结果，取消以后也不会重新报名"),
    "schema": {"type": "string", "format": "uuid"},
}  # fmt: skip
_PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 404, 409, 422, 429}): ProblemShape}


@router.post(
    "/volunteering/shifts/{int:shift}/signups",
    response={200: shapes.SignupAnswer, **_PROBLEMS},
    summary=N_("报名一个班次"),
    description="须持志愿者令牌。名额已满的进入候补并得到候补次序；重复报名得到同一结果。",
    url_name="volunteering-sign-up",
    openapi_extra={"parameters": [_KEY]},
)
def sign_up(request: HttpRequest, shift: int) -> HttpResponse:
    """Sign up for a shift."""
    bearer = _bearer(request)
    given = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    try:
        name = UUID(given) if given else None
    except ValueError:
        raise InvalidInputError(gettext("Idempotency-Key 应为 UUID，请改正。")) from None
    answer = signups.sign_up(
        shift_id=_number(shift), volunteer_id=bearer.volunteer_id, request_key=name, token_epoch=bearer.epoch
    )
    return _json(shapes.answered(answer))


@router.get(
    "/volunteering/signups/{int:signup}",
    response={200: shapes.SignupAnswer, **_PROBLEMS},
    summary=N_("查看报名"),
    description="须持志愿者令牌。报名的状态和候补次序。",
    url_name="volunteering-signup",
)
def show(request: HttpRequest, signup: int) -> HttpResponse:
    """Tell where a sign-up stands."""
    found = _own(_volunteer(request), signup)
    response = _standing(found)
    response["Cache-Control"] = "no-store"
    return response


@router.post(
    "/volunteering/signups/{int:signup}/withdraw",
    response={200: shapes.SignupAnswer, **_PROBLEMS},
    summary=N_("取消报名"),
    description="须持志愿者令牌。名额依次给候补的人。",
    url_name="volunteering-withdraw",
)
def withdraw(request: HttpRequest, signup: int) -> HttpResponse:
    """Cancel a sign-up."""
    volunteer = _volunteer(request)
    return _standing(places.withdraw(signup_id=_own(volunteer, signup).pk, actor=_user(volunteer)))


@router.post(
    "/volunteering/signups/{int:signup}/confirm",
    response={200: shapes.SignupAnswer, **_PROBLEMS},
    summary=N_("确认候补到位的名额"),
    description="须持志愿者令牌。逾期未确认的名额给下一位。",
    url_name="volunteering-confirm",
)
def confirm(request: HttpRequest, signup: int) -> HttpResponse:
    """Take the place that the waiting list brought."""
    volunteer = _volunteer(request)
    return _standing(places.confirm(signup_id=_own(volunteer, signup).pk, actor=_user(volunteer)))


def _bearer(request: HttpRequest) -> Bearer:
    bearer = getattr(request, "api_bearer", None)
    if not isinstance(bearer, Bearer):
        raise UnauthorisedError(gettext("请用志愿者令牌调用这个接口。令牌在“我的志愿服务”中领取。"))
    return bearer


def _volunteer(request: HttpRequest) -> Volunteer:
    bearer = _bearer(request)
    found = Volunteer.objects.select_related("user").filter(pk=bearer.volunteer_id, token_epoch=bearer.epoch).first()
    if found is None:
        raise UnauthorisedError(gettext("志愿者令牌已经失效，请重新领取。"))
    return found


def _user(volunteer: Volunteer) -> User:
    if volunteer.user is None:
        raise UnauthorisedError(gettext("志愿者令牌已经失效，请重新领取。"))
    return volunteer.user


def _own(volunteer: Volunteer, signup_id: int) -> Signup:
    found = queries.one_of(volunteer.pk, _number(signup_id))
    if found is None:
        raise NotFoundError(gettext("没有找到这次报名。"))
    return found


def _number(number: int) -> int:
    return min(number, 2**63 - 1)


def _standing(signup: Signup) -> HttpResponse:
    return _json(shapes.standing(signup.pk, signup.state, queries.queue_place(signup), signup.confirm_by))


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")
