"""``/api/v1/volunteering/credit``: items of the catalogue for credit information systems, with consent only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router, Schema
from pydantic import Field

from shetong.registry.api.gate import UnauthorisedError, require_scope
from shetong.registry.api.shapes import ProblemShape
from shetong.volunteering.rules.credit import CATALOGUE
from shetong.volunteering.services import credit

router = Router(tags=["volunteering"])
SCOPE = "volunteering.credit"


class CreditItemShape(Schema):
    """An item of the catalogue."""

    code: str
    title: str
    unit: str
    basis: str


class CreditQuestion(Schema):
    """Which items of which volunteers are asked for."""

    volunteers: list[str] = Field(description="志愿者编号", min_length=1, max_length=100)
    items: list[str] = Field(description="目录项代码", min_length=1, max_length=10)


class CreditAnswer(Schema):
    """What is told: one entry a volunteer who agreed, with the items asked for."""

    volunteers: list[dict[str, Any]]


@router.get(
    "/volunteering/credit/catalogue",
    response={200: list[CreditItemShape], frozenset({429}): ProblemShape},
    summary=N_("信用激励目录"),
    url_name="volunteering-credit-catalogue",
)
def catalogue(request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG001 - the router passes it
    """可以向信用信息系统提供的项目。"""
    return [
        {"code": item.code, "title": gettext(item.title), "unit": gettext(item.unit), "basis": item.basis}
        for item in CATALOGUE
    ]


@router.post(
    "/volunteering/credit",
    response={200: CreditAnswer, frozenset({401, 403, 422, 429}): ProblemShape},
    summary=N_("按目录查询志愿者的信用激励信息"),
    url_name="volunteering-credit",
)
def ask(request: HttpRequest, question: CreditQuestion) -> dict[str, Any]:
    """须持有 volunteering.credit 权限的密钥。只答复本人同意提供的，每次提供都有记录，本人可以查看。"""
    key = request.api_key  # type: ignore[attr-defined]
    if key is None:
        raise UnauthorisedError(gettext("请用接口密钥调用这个接口。"))
    require_scope(request, SCOPE)
    return {"volunteers": credit.tell(key=key, numbers=question.volunteers, items=question.items)}
