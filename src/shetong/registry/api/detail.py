"""``/api/v1/organisations/{code}``: everything public of one organisation, now or on a day in the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext
from ninja import Router, Schema
from pydantic import Field

from shetong.core import divisions
from shetong.core.errors import InvalidInputError
from shetong.core.metadata import ElementType
from shetong.registry.api.gate import require_scope
from shetong.registry.api.shapes import ProblemShape, encode
from shetong.registry.elements import KINDS, ORGANISATION, STATUSES
from shetong.registry.queries.organisation import OrganisationPage, by_code

router = Router(tags=["organisations"])
_EARLIEST = date(1900, 1, 1)


class ReferenceShape(Schema):
    """Another organisation."""

    code: str
    name: str
    status: str


class AttributeShape(Schema):
    """A dated attribute, such as being a charity."""

    code: str = Field(description="资格与标识的代码，见代码表 ST.CL.ATTRIBUTE")
    value: str
    valid_from: date
    valid_to: date | None = Field(description="止（不含）")
    basis_document: str
    granted_by: str


class FormerNameShape(Schema):
    """A name borne before."""

    name: str
    valid_from: date | None
    valid_to: date | None = Field(description="止（不含）")


class OfficerShape(Schema):
    """Somebody who holds a post; the public part only."""

    name: str
    role: str
    valid_from: date
    valid_to: date | None = Field(description="止（不含）")


class PermitShape(Schema):
    """An administrative permit."""

    document_number: str
    title: str
    decided_on: date
    authority_name: str
    valid_to: date | None


class PenaltyShape(Schema):
    """An administrative penalty that is shown to the public."""

    document_number: str
    facts: str
    basis: str
    penalty: str
    decided_on: date
    authority_name: str


class CertificateShape(Schema):
    """A certificate issued."""

    serial: str
    issued_at: datetime
    state: str


class ChangeShape(Schema):
    """What an event changed."""

    key: str
    before: Any
    after: Any


class EventShape(Schema):
    """Something that changed the register."""

    kind: str
    effective_on: date
    recorded_at: datetime
    basis: str
    changes: list[ChangeShape]
    corrected: bool


class OrganisationDetail(Schema):
    """An organisation. ``values`` has the elements of the metadata standard under their names, money in yuan."""

    code: str
    name: str
    kind: str
    kind_name: str
    status: str
    status_name: str
    status_since: date | None
    division_name: str
    demo: bool
    updated_at: datetime
    on: date | None = Field(description="所答的日期；为空表示现在")
    values: dict[str, Any] = Field(description="数据元及其值，见 /standards/；金额以元计")
    parent: ReferenceShape | None
    attributes: list[AttributeShape]
    former_names: list[FormerNameShape]
    officers: list[OfficerShape]
    branches: list[ReferenceShape]
    branches_beyond: int = Field(description="未列出的分支（代表）机构数量")
    permits: list[PermitShape]
    penalties: list[PenaltyShape]
    certificates: list[CertificateShape]
    timeline: list[EventShape]
    url: str


@router.get(
    "/organisations/{code}",
    response={200: OrganisationDetail, frozenset({401, 403, 404, 422, 429}): ProblemShape},
    summary="社会组织详情",
    description="按统一社会信用代码（分支、代表机构按 BR 加编号）查询全部公开信息。",
    url_name="organisation-detail",
    openapi_extra={
        "parameters": [
            {
                "name": "on",
                "in": "query",
                "required": False,
                "description": "查询过去某日的登记情况，形如 2020-12-31",
                "schema": {"type": "string", "format": "date"},
            }
        ]
    },
)
def organisation_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Answer what is public of one organisation."""
    require_scope(request, "organisations.read")
    page = by_code(code, on=_day(request.GET.get("on", "")))
    response = HttpResponse(encode(detail(page)), content_type="application/json")
    # What holds depends on the day too: a qualification lapses without a filing.
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    response["Last-Modified"] = http_date(max(page.updated_at, midnight).timestamp())
    return response


def detail(page: OrganisationPage) -> dict[str, Any]:
    """Return a page in the shape :class:`OrganisationDetail`."""
    return {
        "code": page.code,
        "name": page.name,
        "kind": page.kind,
        "kind_name": KINDS.name(page.kind),
        "status": page.status,
        "status_name": STATUSES.name(page.status),
        "status_since": page.status_since,
        "division_name": _division_name(page.values),
        "demo": page.demo,
        "updated_at": page.updated_at,
        "on": page.on,
        "values": {name: _outside(name, value) for name, value in sorted(page.values.items())},
        "parent": page.parent,
        "attributes": page.attributes,
        "former_names": page.former_names,
        "officers": page.officers,
        "branches": page.branches,
        "branches_beyond": page.branches_beyond,
        "permits": page.permits,
        "penalties": page.penalties,
        "certificates": page.certificates,
        "timeline": page.timeline,
        "url": f"/organisations/{page.code}/",
    }


def _outside(name: str, value: Any) -> Any:
    if value is not None and name in _MONEY:
        return f"{value // 100}.{value % 100:02d}"
    return value


def _division_name(values: Mapping[str, Any]) -> str:
    code = values.get("division_code")
    return divisions.full_name(str(code)) if code else ""


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    message = gettext("请填写今天或者以前的日期，形如 2020-12-31。")
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInputError(message, fields={"on": message}) from error
    if not _EARLIEST <= day <= timezone.localdate():
        raise InvalidInputError(message, fields={"on": message})
    return day


_MONEY = frozenset(element.name for element in ORGANISATION if element.type is ElementType.MONEY)
