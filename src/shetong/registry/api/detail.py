"""``/api/v1/organisations/{code}``: everything public of one organisation, now or on a day in the past."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router, Schema
from pydantic import Field, create_model

from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.core.metadata import ElementType, Sharing
from shetong.registry.api.gate import require_scope
from shetong.registry.api.shapes import ProblemShape, encode
from shetong.registry.elements import KINDS, ORGANISATION, STATUSES
from shetong.registry.queries.organisation import MOST_BRANCHES, OrganisationPage, by_code

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


class EventShape(Schema):
    """A filing: what changed the register."""

    kind: str = Field(description="事由的代码")
    title: str
    effective_on: date
    recorded_at: datetime
    basis: str = Field(description="依据的文书")
    sentences: list[str] = Field(description="变动内容")
    corrected: bool = Field(description="后来是否经过更正")


_TYPES: dict[ElementType, type] = {ElementType.DATE: date, ElementType.BOOLEAN: bool}
_MONEY = frozenset(element.name for element in ORGANISATION if element.type is ElementType.MONEY)
# Elements that the answer gives in a place of their own, with more than a value.
_APART = frozenset({"former_names", "parent"})
_VALUES = {
    element.name: (
        _TYPES.get(element.type, str) | None,
        Field(title=element.name_zh, description=element.definition),
    )
    for element in ORGANISATION
    if element.sharing is Sharing.OPEN and element.name not in _APART
}
ValuesShape = create_model("OrganisationValues", __base__=Schema, **cast(dict[str, Any], _VALUES))


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
    known: bool = Field(description="登记册有没有这一天的记载；没有时只答名称和代码")
    values: ValuesShape = Field(description="数据元及其值，见 /standards/；金额以元计")  # type: ignore[valid-type]
    parent: ReferenceShape | None
    attributes: list[AttributeShape]
    former_names: list[FormerNameShape]
    officers: list[OfficerShape]
    branches: list[ReferenceShape] = Field(description=f"最多列出前 {MOST_BRANCHES} 个")
    permits: list[PermitShape]
    penalties: list[PenaltyShape]
    certificates: list[CertificateShape]
    timeline: list[EventShape]
    url: str


@router.get(
    "/organisations/{code}",
    response={200: OrganisationDetail, frozenset({401, 403, 404, 422, 429}): ProblemShape},
    summary=N_("社会组织详情"),
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
    if page is None:
        raise NotFoundError(gettext("没有这个代码的社会组织，请核对。"))
    # No time of the last change is told: certificates, permits and penalties change without the organisation's row, and
    # qualifications lapse with the day. The entity tag says whether anything did.
    return HttpResponse(encode(detail(page)), content_type="application/json")


def detail(page: OrganisationPage) -> dict[str, Any]:
    """Return a page in the shape :class:`OrganisationDetail`."""
    return {
        "code": page.code,
        "name": page.name,
        "kind": page.kind,
        "kind_name": KINDS.name(page.kind),
        "status": page.status,
        "status_name": STATUSES.name(page.status) if page.status else "",
        "status_since": page.status_since,
        "division_name": page.division_name,
        "demo": page.demo,
        "updated_at": page.updated_at,
        "on": page.on,
        "known": page.known,
        "values": {name: _outside(name, getattr(page, name)) for name in _VALUES},
        "parent": page.parent,
        "attributes": page.attributes,
        "former_names": page.former_names,
        "officers": page.officers,
        "branches": page.branches,
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
